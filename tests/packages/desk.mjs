/**
 * The program under test: a desk, its module, its example.
 *
 *     moduleBytes()      the bytes of the module in force
 *     exampleDraft()     a draft that is accepted
 */

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BINARY } from "../browser/desk.mjs";

export { BINARY, launch, startDesk, terminate } from "../browser/desk.mjs";

/** What a command of the program prints. @param {string[]} given */
export function printed(...given) {
  return execFileSync(BINARY, given);
}

export function exampleDraft() {
  return printed("example");
}

export function moduleBytes() {
  return inFolder((folder) => {
    const file = join(folder, "kakekomi.wasm");
    printed("module", "--out", file);
    return readFileSync(file);
  });
}

/** Uses a folder of its own, which is removed afterwards. @template T @param {(folder: string) => T} use @returns {T} */
export function inFolder(use) {
  const folder = mkdtempSync(join(tmpdir(), "kakekomi-packages-"));
  try {
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
