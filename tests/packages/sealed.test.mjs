/**
 * A sealed case in programs of other authors: typage, pyrage and Debian's age open what the desk stored.
 *
 *     case_seals.sealed → one line of JSON, then the draft, byte for byte
 */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Decrypter } from "age-encryption";
import { exampleDraft, startDesk } from "./desk.mjs";

const PYTHON = join(process.env.KAKEKOMI_TOOLS ?? "../../target/test-tools", "bin/python");
const OPEN_WITH_PYRAGE = `
import sys, pyrage
identities = [pyrage.x25519.Identity.from_str(line) for line in open(sys.argv[1]).read().split() if line.startswith("AGE-")]
sys.stdout.buffer.write(pyrage.decrypt(open(sys.argv[2], "rb").read(), identities))`;

const draft = exampleDraft();
let desk;
let number;
let sealed;
let identities;

before(async () => {
  desk = await startDesk();
  const headers = { "content-type": "application/json", "idempotency-key": randomUUID() };
  const response = await fetch(`${desk.base}/v1/submissions`, { method: "POST", headers, body: draft });
  assert.equal(response.status, 201);
  number = (await response.json()).number;
  const row = execFileSync("sqlite3", [join(desk.data, "kakekomi.sqlite3"), "SELECT hex(sealed) FROM case_seals"]);
  sealed = join(desk.data, "case.age");
  writeFileSync(sealed, Buffer.from(row.toString().trim(), "hex"));
  identities = ["desk", "recovery"].map((name) => join(`${desk.data}.keys`, `${name}.identity`));
});

after(() => desk.stop());

/** Compares an opened case with what was sent. @param {Buffer} opened */
function isTheCase(opened) {
  const end = opened.indexOf("\n");
  const head = JSON.parse(opened.subarray(0, end).toString());
  assert.equal(head.record.number, number);
  assert.match(head.identity, /^AGE-SECRET-KEY-1/);
  assert.deepEqual(opened.subarray(end + 1, end + 1 + head.text), draft);
  const report = JSON.parse(opened.subarray(end + 1 + head.text).toString());
  assert.equal(report.accepted, true);
}

test("typage opens it with either identity", async () => {
  for (const file of identities) {
    const decrypter = new Decrypter();
    decrypter.addIdentity(/^AGE-SECRET-KEY-1\S+/m.exec(readFileSync(file, "utf8"))[0]);
    isTheCase(Buffer.from(await decrypter.decrypt(readFileSync(sealed))));
  }
});

test("pyrage opens it with either identity", () => {
  for (const file of identities) isTheCase(execFileSync(PYTHON, ["-c", OPEN_WITH_PYRAGE, file, sealed]));
});

test("Debian's age opens it with either identity", () => {
  // Other systems have no package of it.
  for (const file of existsSync("/usr/bin/age") ? identities : [])
    isTheCase(execFileSync("age", ["--decrypt", "--identity", file, sealed]));
});
