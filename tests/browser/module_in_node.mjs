/**
 * The page's module in plain Node, through the same glue as the page, with the form descriptions beside it.
 *
 *     const { glue, description } = await loadModule();
 *     glue.checkText(bytes, context);
 *     description.ja.sections;
 */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { BINARY, startDesk } from "./desk.mjs";

export async function loadModule() {
  const folder = mkdtempSync(join(tmpdir(), "kakekomi-node-"));
  const wasm = join(folder, "kakekomi.wasm");
  execFileSync(BINARY, ["module", "--out", wasm]);
  const desk = await startDesk();
  const served = async (path) => {
    const response = await fetch(desk.base + path);
    assert.equal(response.status, 200, path);
    return response;
  };
  try {
    const { module } = await (await served("/v1/desk")).json();
    const at = `/module/${module.replace("sha256:", "")}`;
    writeFileSync(join(folder, "glue.mjs"), await (await served(`${at}.js`)).text());
    const [ja, en] = await Promise.all(
      ["ja", "en"].map(async (locale) => (await served(`${at}/describe.${locale}.json`)).json()),
    );
    const glue = await import(pathToFileURL(join(folder, "glue.mjs")).href);
    await glue.default({ module_or_path: readFileSync(wasm) });
    return { glue, description: { ja, en } };
  } finally {
    await desk.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
