/**
 * A cache in a folder, for a start while the desk is down.
 *
 *     const desk = await connect({ desk: "https://desk.example.jp", cache: fileCache("/var/cache/kakekomi") });
 *
 * The folder holds `kakekomi.wasm` and `desk.json`; each is written beside its place and then moved there, so that a reader finds a whole file.
 * `connect` verifies the module again by its digest.
 */

import { randomUUID } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** @import { Cache } from "./index.d.ts" */

/** @param {string} folder created if it is missing @returns {Cache} */
export function fileCache(folder) {
  const [moduleFile, deskFile] = [join(folder, "kakekomi.wasm"), join(folder, "desk.json")];
  let digest = "";
  return {
    async read() {
      const desk = JSON.parse(await readFile(deskFile, "utf8"));
      digest = desk.digest;
      return { ...desk, bytes: await readFile(moduleFile) };
    },
    async write({ context, savedAt, ...module }) {
      await mkdir(folder, { recursive: true });
      if (module.bytes) await replace(moduleFile, module.bytes);
      digest = module.digest ?? digest;
      await replace(deskFile, JSON.stringify({ digest, context, savedAt }));
    },
  };
}

/** @param {string} file @param {string | Uint8Array} content */
async function replace(file, content) {
  // Not by the process id: connections of one process share it, and so may containers with a folder in common.
  const beside = `${file}.${randomUUID()}`;
  try {
    await writeFile(beside, content);
    await rename(beside, file);
  } finally {
    await rm(beside, { force: true });
  }
}
