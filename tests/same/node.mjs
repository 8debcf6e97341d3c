/**
 * Node as an engine: `node node.mjs page` goes through the page's glue, `node node.mjs host` over the documented host
 * face alone, as an author of another host would, `node node.mjs package` through the package `@kakekomi/check`. Frames in, frames
 * out (engine/child.rs).
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { load } from "../../wasm/packages/check/index.js";
import { answer, pageFace } from "./batch.mjs";
import { frames, send } from "./frames.mjs";

/** The number of drafts after which the host face gets a fresh instance. */
const DRAFTS_AN_INSTANCE = 1_000;

const file = (/** @type {string} */ name) => readFileSync(join(String(process.env.KAKEKOMI_MODULE), name));
const wasm = file("kakekomi.wasm");
/** @type {Record<string, () => any>} */
const faces = {
  page: async () => pageFace(await loaded()),
  host: () => hostFace(new WebAssembly.Module(wasm)),
  package: async () => packageFace(await load(wasm)),
};
const check = await faces[process.argv[2]]();
for await (const frame of frames(process.stdin)) send(answer(check, frame));

async function loaded() {
  const face = await import(`data:text/javascript;base64,${file("kakekomi.js").toString("base64")}`);
  await face.default({ module_or_path: wasm });
  return face;
}

/** One instance for nine drafts of ten, a fresh one for the tenth. @param {import("../../wasm/packages/check/index.js").Module} module */
function packageFace(module) {
  let asked = 0;
  return (/** @type {Uint8Array} */ text, /** @type {Uint8Array} */ context) => {
    asked += 1;
    try {
      return module.checkBytes(text, context, { fresh: asked % 10 === 0 });
    } catch (failure) {
      return { "context.invalid": -1, "report.unwritable": -2 }[/** @type {any} */ (failure).code] ?? -99;
    }
  };
}

/** @param {WebAssembly.Module} compiled */
function hostFace(compiled) {
  let asked = 0;
  let exports = instantiate(compiled);
  return (/** @type {Uint8Array} */ text, /** @type {Uint8Array} */ context) => {
    asked += 1;
    if (asked % DRAFTS_AN_INSTANCE === 0) exports = instantiate(compiled);
    const put = (/** @type {Uint8Array} */ bytes) => {
      const pointer = exports.kakekomi_allocate(bytes.length);
      new Uint8Array(exports.memory.buffer).set(bytes, pointer);
      return pointer;
    };
    const [at, contextAt] = [put(text), put(context)];
    const said = exports.kakekomi_check(at, text.length, contextAt, context.length);
    exports.kakekomi_free(contextAt, context.length);
    exports.kakekomi_free(at, text.length);
    if (said < 0n) return Number(said);
    const [pointer, length] = [Number(said >> 32n), Number(said & 0xffffffffn)];
    const report = new Uint8Array(exports.memory.buffer, pointer, length).slice();
    exports.kakekomi_free(pointer, length);
    return report;
  };
}

/** The imports belong to the page's face; the host's calls none. @param {WebAssembly.Module} compiled @returns {any} */
function instantiate(compiled) {
  /** @type {any} */
  const imports = {};
  for (const { module: from, name } of WebAssembly.Module.imports(compiled)) {
    (imports[from] ??= {})[name] = () => {
      throw new Error(`${from}.${name} was called`);
    };
  }
  return new WebAssembly.Instance(compiled, imports).exports;
}
