/**
 * The table of cases in plain Node, through the same glue as the page: the same bytes.
 */

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { cases } from "./cases.mjs";
import { loadModule } from "./module_in_node.mjs";

let glue;
before(async () => {
  ({ glue } = await loadModule());
});

for (const one of cases()) {
  test(`Node: ${one.name}`, () => {
    const bytes = new Uint8Array(Buffer.from(one.text_base64, "base64"));
    const text = glue.checkText(bytes, one.context);
    assert.equal(text, one.report);
    assert.deepStrictEqual(glue.check(bytes, one.context), JSON.parse(text));
  });
}

test("the opening status belongs to the given time, whatever the context's own time is", () => {
  const context = JSON.parse(cases()[0].context);
  context.calendar = {
    open: "09:00",
    close: "17:00",
    offset: "+09:00",
    year_end: { from: "12-29", to: "01-03" },
    weekday_excludes_holidays: true,
    extra_closed: [],
    extra_open: [],
    holidays: ["2026-11-23"],
    last_year: 2027,
  };
  const text = JSON.stringify(context);
  const nine = Date.parse("2026-11-20T09:00+09:00");
  const [five, tuesday] = [nine + 8 * 3_600_000, nine + 4 * 86_400_000];
  assert.deepStrictEqual(glue.opening(text, nine - 0.5), {
    open: false,
    closes_at: null,
    next_opens_at: nine,
    dated: true,
  });
  assert.deepStrictEqual(glue.opening(text, nine), {
    open: true,
    closes_at: five,
    next_opens_at: tuesday,
    dated: true,
  });
  assert.deepStrictEqual(glue.opening(text, five), {
    open: false,
    closes_at: null,
    next_opens_at: tuesday,
    dated: true,
  });
  for (const wrong of [Number.NaN, Infinity, -Infinity, 2 ** 53]) {
    assert.throws(() => glue.opening(text, wrong), { code: "context.invalid" });
  }
  assert.throws(() => glue.opening("{}", nine), { code: "context.invalid" });
});

test("a file hashed in pieces has the SHA-256 of the whole", () => {
  const hash = new glue.Sha256();
  hash.update(new TextEncoder().encode("a"));
  hash.update(new TextEncoder().encode("bc"));
  // FIPS 180-4's own example.
  assert.equal(hash.digest(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
});
