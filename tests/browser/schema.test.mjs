/** The draft's JSON Schema in ajv: whatever the rules accept, a validator from npm accepts. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import Ajv2020 from "ajv/dist/2020.js";
import { cases } from "./cases.mjs";
import { BINARY } from "./desk.mjs";

const run = (/** @type {string[]} */ ...words) => execFileSync(BINARY, words, { encoding: "utf8" });
const ajv = new Ajv2020.default({ strict: true, strictTypes: false, strictRequired: false, allErrors: false });
const validate = ajv.compile(JSON.parse(run("schema")));
const why = () => ajv.errorsText(validate.errors);

test("ajv accepts every case that the rules accept, and its values", () => {
  let accepted = 0;
  for (const { name, text_base64: text, report } of cases()) {
    const { accepted: right, context, values } = JSON.parse(report);
    // Answers to questions are no draft of the form.
    if (!right || context.questions) continue;
    accepted += 1;
    assert.ok(validate(JSON.parse(Buffer.from(text, "base64").toString("utf8"))), `${name}: ${why()}`);
    assert.ok(validate(values), `${name}, its values: ${why()}`);
  }
  assert.ok(accepted > 100, `${accepted} accepted cases are too few to say anything`);
});

test("ajv accepts the examples and refuses the incomplete one", () => {
  for (const kind of ["ransomware", "malware", "lost_device", "other"]) {
    assert.ok(validate(JSON.parse(run("example", "--kind", kind))), `${kind}: ${why()}`);
  }
  assert.ok(!validate(JSON.parse(run("example", "--incomplete"))));
});
