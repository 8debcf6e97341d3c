/**
 * A fresh project of somebody else: a copy of `projects/NAME`, its own packages, and then ours with no registry in reach.
 *
 *     const project = await freshProject("react-ts");
 *     await project.install(urls.form);
 *     await project.run("npm", "run", "build");
 *     project.remove();
 */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** A registry that nobody serves. */
const NO_REGISTRY = "http://127.0.0.1:9/";

/** @param {string} name a folder of `projects` @param {Record<string, string>} [environment] for its commands */
export async function freshProject(name, environment = {}) {
  const folder = mkdtempSync(join(tmpdir(), `kakekomi-${name}-`));
  const run = (command, ...given) => runIn(folder, environment, command, given);
  cpSync(fileURLToPath(new URL(`projects/${name}`, import.meta.url)), folder, { recursive: true });
  if (existsSync(join(folder, "package-lock.json")))
    await run("npm", "ci", "--prefer-offline", "--no-audit", "--no-fund");
  return {
    folder,
    run,
    install: (...urls) => run("npm", "install", "--registry", NO_REGISTRY, "--no-audit", "--no-fund", ...urls),
    files: (below) => textsBelow(join(folder, below)),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

async function runIn(folder, environment, command, given) {
  // Without what a test runner of Node adds for its own children.
  const { NODE_TEST_CONTEXT: _, ...rest } = process.env;
  const run = spawn(command, given, {
    cwd: folder,
    env: { ...rest, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let printed = "";
  let errors = "";
  run.stdout.on("data", (piece) => (printed += piece));
  run.stderr.on("data", (piece) => (errors += piece));
  const [status] = await once(run, "close");
  assert.equal(status, 0, `${command} ${given.join(" ")}\n${printed}\n${errors}`);
  return printed;
}

/** The texts of all files below a folder, by path. @param {string} folder @returns {[path: string, text: string][]} */
function textsBelow(folder) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.map((entry) => {
    const file = join(entry.parentPath, entry.name);
    return [`/${relative(folder, file).split(sep).join("/")}`, readFileSync(file, "utf8")];
  });
}
