/**
 * A check by `@kakekomi/check` beside ajv, zod and valibot, in one run: time of a check, cold start, sizes.
 *
 *     KAKEKOMI_BIN=target/release/kakekomi node tests/packages/compare.mjs
 *
 * The three others check the published JSON Schema of the draft alone; zod and valibot have it from `schema_builders.mjs`. Each takes the
 * draft's text and gives a verdict with all errors. They take turns, and the figures are medians of processor time, since other programs
 * may be running.
 */

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync, mkdtempSync, rmSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";
import { exampleDraft, moduleBytes, printed } from "./desk.mjs";
import { CONTENDERS } from "./contenders.mjs";

const ROUNDS = 21;
const CHECKS = 500;
const STARTS = 15;

const folder = mkdtempSync(join(tmpdir(), "kakekomi-compare-"));
const context = JSON.parse(readFileSync(process.env.KAKEKOMI_CASES ?? "target/cases.json", "utf8"))[0].context;
const files = {
  "kakekomi.wasm": moduleBytes(),
  "schema.json": printed("schema"),
  "context.json": context,
  "draft.json": exampleDraft(),
};
for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);

console.log(`Node ${process.version}, ${cpus().length} cores, load ${loadavg()[0].toFixed(1)}`);
for (const [name, draft] of Object.entries({
  accepted: exampleDraft(),
  "with issues": printed("example", "--incomplete"),
}))
  await compareChecks(name, draft);
compareStarts();
sizes();
rmSync(folder, { recursive: true });

/** The processor time of a check, in turns. @param {string} title @param {Buffer} draft */
async function compareChecks(title, draft) {
  const checks = await Promise.all(
    CONTENDERS.map(async ({ name, start }) => ({ name, check: await start(folder), times: [] })),
  );
  for (const { check } of checks) for (let count = 0; count < 2_000; count += 1) check(draft);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const one of checks) {
      const from = process.cpuUsage();
      for (let count = 0; count < CHECKS; count += 1) one.check(draft);
      const { user, system } = process.cpuUsage(from);
      one.times.push((user + system) / CHECKS);
    }
  }
  const ajv = median(checks.find(({ name }) => name === "ajv").times);
  console.log(`\nA check of a draft of ${draft.length} bytes, ${title}; ${ROUNDS} rounds of ${CHECKS}`);
  for (const { name, times } of checks) {
    const time = median(times);
    console.log(`  ${name.padEnd(32)} ${time.toFixed(1).padStart(7)} µs  ${(time / ajv).toFixed(2)} × ajv`);
  }
}

/** The time from the first import to the first verdict, each in a process of its own. */
function compareStarts() {
  console.log(`\nCold start: import, load or compile, first check; ${STARTS} processes each`);
  const script = fileURLToPath(new URL("contenders.mjs", import.meta.url));
  const times = new Map(CONTENDERS.map(({ name }) => [name, { wall: [], processor: [] }]));
  for (let round = 0; round < STARTS; round += 1) {
    for (const [name, { wall, processor }] of times) {
      const figures = JSON.parse(execFileSync(process.execPath, [script, name, folder], { encoding: "utf8" }));
      wall.push(figures.wall);
      processor.push(figures.processor);
    }
  }
  for (const [name, { wall, processor }] of times)
    console.log(
      `  ${name.padEnd(32)} ${median(wall).toFixed(1).padStart(7)} ms, processor ${median(processor).toFixed(1)} ms`,
    );
}

function sizes() {
  const own = ["index.js", "connection.js", "desk.js", "digest.js", "error.js", "instance.js", "module.js"];
  const script = Buffer.concat(
    own.map((file) => readFileSync(new URL(`../../wasm/packages/check/${file}`, import.meta.url))),
  );
  const size = (bytes) => `${bytes.length} bytes, ${brotliCompressSync(bytes).length} brotli`;
  console.log(
    `\nSizes\n  scripts of the package           ${size(script)}\n  module                           ${size(files["kakekomi.wasm"])}`,
  );
}

/** @param {number[]} numbers */
function median(numbers) {
  return [...numbers].sort((one, other) => one - other)[Math.floor(numbers.length / 2)];
}
