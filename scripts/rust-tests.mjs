/**
 * Runs the test programs that cargo has built, several at a time, and prints the output of each when it ends:
 *
 *     cargo test --workspace --no-run --message-format json-render-diagnostics | node scripts/rust-tests.mjs
 *
 * Most tests wait: for a limit to pass, a server to start, a flush. One program after the other leaves the processor idle for half of
 * the time. Fails if a program fails, after all have run.
 */

import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { dirname } from "node:path";
import { createInterface } from "node:readline";

/** Programs at once. Each runs as many of its tests at once as the machine has processors. */
const AT_ONCE = availableParallelism() + 1;

/** Programs that compare response times, and run by themselves after the others. */
const ALONE = ["load"];

const programs = [];
for await (const line of createInterface({ input: process.stdin })) {
  const { executable, manifest_path, profile, target } = JSON.parse(line);
  if (executable && profile.test) programs.push({ name: target.name, executable, folder: dirname(manifest_path) });
}

const failed = [];
const waiting = programs.filter(({ name }) => !ALONE.includes(name));
await Promise.all(Array.from({ length: AT_ONCE }, runNext));
waiting.push(...programs.filter(({ name }) => ALONE.includes(name)));
await runNext();
console.log(`${programs.length} programs, failed: ${failed.join(", ") || "none"}`);
process.exitCode = failed.length ? 1 : 0;

/** Runs programs until none waits. */
async function runNext() {
  for (let program = waiting.shift(); program; program = waiting.shift()) {
    const { output, end } = await run(program);
    process.stdout.write(`\n     Running ${program.name} (${program.executable})\n${output}`);
    if (end !== 0) failed.push(program.name);
    // A program that a signal ends prints no result of its own; it counts as one failed test.
    if (!/^test result: /m.test(output))
      console.log(`test ${program.name}: it ended with ${end} ... FAILED\ntest result: FAILED. 0 passed; 1 failed`);
  }
}

/** @returns {Promise<{ output: string, end: number | string }>} the exit code, or the name of the signal */
function run({ executable, folder }) {
  const child = spawn(executable, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (output += text));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ output, end: code ?? signal }));
  });
}
