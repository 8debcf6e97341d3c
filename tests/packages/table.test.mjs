/**
 * `@kakekomi/check` on the whole table of cases: the sandbox's bytes, in one instance and in fresh ones.
 */

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { load } from "../../wasm/packages/check/index.js";
import { cases } from "../browser/cases.mjs";
import { moduleBytes } from "./desk.mjs";

/** @type {import("../../wasm/packages/check/index.js").Module} */
let module;
before(async () => {
  module = await load(moduleBytes());
});

for (const fresh of [false, true]) {
  test(`every case has the expected report in ${fresh ? "a fresh instance" : "one instance"}`, () => {
    for (const one of cases()) {
      const text = Buffer.from(one.text_base64, "base64");
      assert.equal(module.checkText(text, one.context, { fresh }), one.report, one.name);
    }
  });
}

test("text, bytes and object are the same report", () => {
  for (const one of cases().slice(0, 100)) {
    const text = Buffer.from(one.text_base64, "base64");
    assert.deepEqual(module.check(text, JSON.parse(one.context)), JSON.parse(one.report), one.name);
    assert.equal(Buffer.from(module.checkBytes(text, one.context)).toString("utf8"), one.report, one.name);
  }
});

test("a string is judged as its UTF-8, and half a surrogate pair is refused", () => {
  const { context } = cases()[0];
  const draft = '{"contact":{"company":"株式会社れい🏢"}}';
  assert.equal(module.checkText(draft, context), module.checkText(Buffer.from(draft), context));
  assert.throws(() => module.check('"\ud800"', context), { code: "text.surrogate" });
});

test("a text beyond every limit is reported, and the next check succeeds", () => {
  const { context } = cases()[0];
  for (const length of [300 * 1024, 600 * 1024, 1024 * 1024, 3 * 1024 * 1024]) {
    const report = module.check(`{${" ".repeat(length)}}`, context);
    assert.deepEqual([report.accepted, report.issues[0].code], [false, "text.too_long"], String(length));
  }
  assert.equal(module.check("{", context).issues[0].code, "text.not_json");
});

test("a context that cannot be used is an error with a code, and the next check succeeds", () => {
  const { context } = cases()[0];
  assert.throws(() => module.check("{}", "[]"), { name: "KakekomiError", code: "context.invalid" });
  assert.throws(() => module.check("{}", "x".repeat(2 * 1024 * 1024)), { code: "context.invalid" });
  assert.equal(module.check("{}", context).accepted, false);
});

test("the ruleset and the digest are those that the program prints", async () => {
  assert.match(module.digest, /^sha256:[0-9a-f]{64}$/);
  assert.match(module.ruleset, /^\d{4}\.\d+\.\d+$/);
  assert.equal(module.check("{}", cases()[0].context).ruleset, module.ruleset);
});
