/**
 * `load` and bytes that are no usable module: each error has a code and says what to do.
 */

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { KakekomiError, load } from "../../wasm/packages/check/index.js";
import { moduleBytes } from "./desk.mjs";

const INDEX = new URL("../../wasm/packages/check/index.js", import.meta.url).href;
const wasm = moduleBytes();
const { digest } = await load(wasm);

/** The module of eight bytes, which is whole and exports nothing. */
const EMPTY = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);

/** Bytes of a module that exports an ABI which this package does not know. */
function otherAbi() {
  const name = "kakekomi_abi_1";
  const at = wasm.indexOf(name);
  const changed = Uint8Array.from(wasm);
  changed[at + name.length - 1] = "2".charCodeAt(0);
  return changed;
}

test("the right digest is accepted, with and without its prefix", async () => {
  assert.equal((await load(wasm, { digest })).digest, digest);
  assert.equal((await load(wasm, { digest: digest.replace("sha256:", "").toUpperCase() })).digest, digest);
  const copy = Uint8Array.from(wasm);
  assert.equal((await load(copy.buffer)).digest, digest);
});

for (const { name, bytes, options, code, words } of [
  {
    name: "another digest",
    bytes: wasm,
    options: { digest: "0".repeat(64) },
    code: "module.digest",
    words: /another module/,
  },
  {
    name: "a truncated file, digest given",
    bytes: wasm.subarray(0, 100_000),
    options: { digest },
    code: "module.digest",
    words: /cut off/,
  },
  { name: "a truncated file", bytes: wasm.subarray(0, 100_000), code: "module.invalid", words: /cut off/ },
  { name: "a page of a proxy", bytes: Buffer.from("<!doctype html>"), code: "module.invalid", words: /no WebAssembly/ },
  { name: "an empty file", bytes: new Uint8Array(), code: "module.invalid", words: /no WebAssembly/ },
  { name: "a module of somebody else", bytes: EMPTY, code: "module.abi", words: /not one of a kakekomi desk/ },
  { name: "a module of a later ABI", bytes: otherAbi(), code: "module.abi", words: /kakekomi_abi_2.*newer package/ },
  {
    name: "a text that is not a digest",
    bytes: wasm,
    options: { digest: "sha256:12" },
    code: "options.invalid",
    words: /64 hexadecimal/,
  },
]) {
  test(`${name}: ${code}`, async () => {
    await assert.rejects(load(bytes, options), (failure) => {
      assert.ok(failure instanceof KakekomiError);
      assert.equal(failure.code, code);
      assert.match(failure.message, words);
      return true;
    });
  });
}

/** The bodies of a function that traps, of one that returns no report, and of one that has no memory to give. */
const [UNREACHABLE, NO_REPORT, FAILED, NO_MEMORY] = [[0x00], [0x42, 0x00], [0x42, 0x77], [0x41, 0x00]];

for (const { name, check, allocate, code } of [
  { name: "a trap", check: UNREACHABLE, code: "module.trap" },
  { name: "an answer that is no report", check: NO_REPORT, code: "module.answer" },
  { name: "an unknown number below zero", check: FAILED, code: "module.answer" },
  { name: "no memory for the text", check: UNREACHABLE, allocate: NO_MEMORY, code: "memory.full" },
]) {
  test(`${name} is ${code}, each time in a fresh instance`, async () => {
    const module = await load(handmade(check, allocate));
    for (let time = 0; time < 2; time += 1) assert.throws(() => module.check("{}", "{}"), { code });
  });
}

/** A module with ABI 1 whose functions have these bodies. @param {number[]} check @param {number[]} [allocate] */
function handmade(check, allocate = [0x41, 8]) {
  const section = (id, ...items) => [id, items.flat().length + 1, items.length, ...items.flat()];
  const text = (name) => [name.length, ...Buffer.from(name)];
  const bytes = [
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    // Types: check, allocate, free, marker.
    ...section(
      1,
      [0x60, 4, 0x7f, 0x7f, 0x7f, 0x7f, 1, 0x7e],
      [0x60, 1, 0x7f, 1, 0x7f],
      [0x60, 2, 0x7f, 0x7f, 0],
      [0x60, 0, 0],
    ),
    ...section(3, [0], [1], [2], [3]),
    ...section(5, [0, 1]),
    ...section(
      7,
      [...text("kakekomi_check"), 0, 0],
      [...text("kakekomi_allocate"), 0, 1],
      [...text("kakekomi_free"), 0, 2],
      [...text("kakekomi_abi_1"), 0, 3],
      [...text("memory"), 2, 0],
    ),
    ...section(10, ...[check, allocate, [], []].map((body) => [body.length + 2, 0, ...body, 0x0b])),
  ];
  return new Uint8Array(bytes);
}

for (const { lacks, code, flags, before } of [
  { lacks: "WebAssembly", code: "wasm.blocked", flags: ["--jitless"], before: "" },
  {
    lacks: "SHA-256",
    code: "crypto.missing",
    flags: [],
    before: 'Object.defineProperty(globalThis, "crypto", { value: undefined });',
  },
]) {
  test(`a runtime without ${lacks}: ${code}`, () => {
    const script = `import { load } from ${JSON.stringify(INDEX)}; ${before}
      await load(new Uint8Array(8)).catch((failure) => console.log(failure.code));`;
    const given = [...flags, "--input-type=module", "--eval", script];
    assert.equal(execFileSync(process.execPath, given, { encoding: "utf8" }), `${code}\n`);
  });
}

test("tsc finds nothing wrong with the packages", () => {
  const compiler = fileURLToPath(import.meta.resolve("typescript/bin/tsc"));
  const project = fileURLToPath(new URL("tsconfig.json", import.meta.url));
  const { status, stdout } = spawnSync(process.execPath, [compiler, "--project", project], { encoding: "utf8" });
  assert.equal(stdout, "");
  assert.equal(status, 0);
});
