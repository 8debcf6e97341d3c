#!/usr/bin/env node
/**
 * Judges a draft in Node, without a package: `node revalidate.mjs kakekomi.wasm SHA256 context.json draft.json`.
 *
 * Prints the report. Exit 0: accepted; 1: issues; 2: the module is another one than the given; 4: it failed.
 */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

process.on("uncaughtException", (failure) => {
  console.error(`no report: ${failure.message}`);
  process.exit(4);
});
const [file, named, contextFile, draftFile] = process.argv.slice(2);
const wanted = named.replace(/^sha256:/, "");
const wasm = readFileSync(file);
const found = createHash("sha256").update(wasm).digest("hex");
if (found !== wanted) {
  console.error(`the module is sha256:${found}, and sha256:${wanted} was wanted`);
  process.exit(2);
}

// A fresh instance for each draft: nothing of one applicant reaches another's check.
const module = new WebAssembly.Module(wasm);
const imports = {};
for (const { module: from, name } of WebAssembly.Module.imports(module)) {
  (imports[from] ??= {})[name] = () => {
    throw new Error(`${from}.${name} was called`);
  }; // the browser's face; never called here
}
const { memory, ...host } = new WebAssembly.Instance(module, imports).exports;
if (!host.kakekomi_abi_1) throw new Error("the module does not speak ABI 1");

function put(bytes) {
  const pointer = host.kakekomi_allocate(bytes.length);
  if (pointer === 0) throw new Error("no room");
  new Uint8Array(memory.buffer).set(bytes, pointer);
  return [pointer, bytes.length];
}

// The draft's own bytes, not those of a JSON parser.
const answer = host.kakekomi_check(...put(readFileSync(draftFile)), ...put(readFileSync(contextFile)));
if (answer < 0n) {
  console.error(`no report: ${answer}`);
  process.exit(4);
}
const report = Buffer.from(memory.buffer, Number(answer >> 32n), Number(answer & 0xffffffffn)).toString("utf8");
console.log(report);
process.exit(JSON.parse(report).accepted ? 0 : 1);
