/**
 * What is in the packed files: the files of the manifest and no others, correct for publint, are-the-types-wrong and npm, without a
 * dependency; and the types of the report are those of the program's schemas.
 */

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { publint } from "publint";
import { startDesk } from "./desk.mjs";
import { packedUrls } from "./packed.mjs";
import { FILE, reportTypes } from "./report_types.mjs";

/** The most bytes of a packed file. */
const SIZE_MAX = { form: 15_000, check: 25_000 };

const CHECK = fileURLToPath(new URL("../../wasm/packages/check", import.meta.url));

const ATTW = join(fileURLToPath(import.meta.resolve("@arethetypeswrong/cli/package.json")), "../dist/index.js");

let desk, urls, folder;
before(async () => {
  desk = await startDesk();
  urls = await packedUrls(desk);
  folder = mkdtempSync(join(tmpdir(), "kakekomi-contents-"));
});
after(async () => {
  await desk?.stop();
  rmSync(folder, { recursive: true, force: true });
});

for (const name of ["form", "check"]) {
  test(`@kakekomi/${name}: publint, are-the-types-wrong and npm find nothing wrong`, async (t) => {
    const packed = join(folder, `${name}.tgz`);
    writeFileSync(packed, Buffer.from(await (await fetch(urls[name])).arrayBuffer()));
    execFileSync("tar", ["--extract", "--gzip", "--file", packed, "--directory", folder]);
    const unpacked = join(folder, "package");
    t.after(() => rmSync(unpacked, { recursive: true, force: true }));
    const manifest = JSON.parse(readFileSync(join(unpacked, "package.json"), "utf8"));
    assert.equal(manifest.dependencies, undefined, "no dependency at run time");
    assert.match(manifest.version, /^\d+\.\d+\.\d+$/);
    assert.notEqual(manifest.version, "0.0.0");
    const readme = readFileSync(join(unpacked, "README.md"), "utf8");
    assert.ok(readme.includes(`/packages/kakekomi-${name}-${manifest.version}.tgz`), "the README names this version");
    assert.deepEqual((await publint({ pkgDir: unpacked, strict: true })).messages, []);
    const attw = spawnSync(process.execPath, [ATTW, packed, "--profile", "esm-only", "--no-emoji", "--no-color"], {
      encoding: "utf8",
    });
    assert.equal(attw.status, 0, attw.stdout + attw.stderr);
    const pack = execFileSync("npm", ["pack", "--dry-run", "--json"], { cwd: unpacked, encoding: "utf8" });
    const [{ files }] = JSON.parse(pack);
    const paths = files.map(({ path }) => path).sort();
    assert.deepEqual(paths, [...manifest.files, "LICENSE", "README.md", "package.json"].sort());
    assert.ok(readFileSync(packed).length <= SIZE_MAX[name], `${readFileSync(packed).length} bytes`);
    if (name === "form") digestsAreRight(unpacked);
  });
}

/** Each file has the digest that integrity.json names, for a page that pins it. @param {string} unpacked */
function digestsAreRight(unpacked) {
  const digests = JSON.parse(readFileSync(join(unpacked, "integrity.json"), "utf8"));
  assert.ok(digests["kakekomi.js"]);
  for (const [file, digest] of Object.entries(digests)) {
    const found = createHash("sha384")
      .update(readFileSync(join(unpacked, file)))
      .digest("base64");
    assert.equal(`sha384-${found}`, digest, file);
  }
}

test("the README describes every code of an error, and no other", () => {
  const read = (file) => readFileSync(join(CHECK, file), "utf8");
  const codesIn = (text) => [...new Set(text?.match(/[a-z]+\.[a-z_]+/g))].sort();
  const declared = codesIn(read("index.d.ts").match(/KakekomiErrorCode =([^;]+);/)?.[1]);
  const described = read("README.md").split("## What errors mean")[1];
  assert.ok(declared.length > 10);
  assert.deepEqual(codesIn(described?.match(/^- .*?:/gm)?.join(" ")), declared);
});

test("the types of draft and report are made from the program's schemas", async () => {
  const words = "out of date: node tests/packages/report_types.mjs";
  assert.equal(readFileSync(FILE, "utf8"), await reportTypes(), words);
});
