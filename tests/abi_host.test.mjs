/**
 * A host in plain Node, written from the rustdoc of `wasm/src/abi.rs` alone: no glue, no Rust.
 *
 * It takes the module's bytes from `kakekomi module --out`, calls the exports over linear memory, and runs
 * the whole table of cases: the same bytes as every other engine.
 */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

const folder = mkdtempSync(join(tmpdir(), "kakekomi-abi-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const file = join(folder, "kakekomi.wasm");
execFileSync(process.env.KAKEKOMI_BIN, ["module", "--out", file]);
const module = new WebAssembly.Module(readFileSync(file));
const cases = JSON.parse(readFileSync(process.env.KAKEKOMI_CASES, "utf8"));

/** The imports belong to the page's face; the host's face calls none of them. */
function traps() {
  const imports = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    (imports[from] ??= {})[name] = () => {
      throw new Error(`${from}.${name} was called`);
    };
  }
  return imports;
}

const instantiate = () => new WebAssembly.Instance(module, traps()).exports;

/** Allocates memory of the module and copies bytes into it. */
function put(exports, bytes) {
  const pointer = exports.kakekomi_allocate(bytes.length);
  assert.notEqual(pointer, 0, "there is room");
  new Uint8Array(exports.memory.buffer).set(bytes, pointer);
  return pointer;
}

/** The report's text, or the number of the failure. */
function check(exports, text, context) {
  const [at, contextAt] = [put(exports, text), put(exports, context)];
  const answer = exports.kakekomi_check(at, text.length, contextAt, context.length);
  exports.kakekomi_free(at, text.length);
  exports.kakekomi_free(contextAt, context.length);
  if (answer < 0n) return Number(answer);
  const [pointer, length] = [Number(answer >> 32n), Number(answer & 0xffffffffn)];
  const report = Buffer.from(exports.memory.buffer, pointer, length).toString("utf8");
  exports.kakekomi_free(pointer, length);
  return report;
}

test("the marker names the version of the host face", () => {
  assert.equal(typeof instantiate().kakekomi_abi_1, "function");
});

test("every case has the expected report in a fresh instance", () => {
  for (const one of cases) {
    assert.equal(
      check(instantiate(), Buffer.from(one.text_base64, "base64"), Buffer.from(one.context)),
      one.report,
      one.name,
    );
  }
});

test("every case has the expected report in one instance, untouched by the check before", () => {
  const exports = instantiate();
  for (const one of cases) {
    assert.equal(
      check(exports, Buffer.from(one.text_base64, "base64"), Buffer.from(one.context)),
      one.report,
      one.name,
    );
  }
});

test("a context that cannot be used is failure -1", () => {
  assert.equal(check(instantiate(), Buffer.from("{}"), Buffer.from("[]")), -1);
});
