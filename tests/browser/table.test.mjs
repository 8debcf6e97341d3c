/**
 * The table of cases in every browser engine: the same bytes as every other engine, and `check` equals `checkText`.
 */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { cases } from "./cases.mjs";
import { startDesk } from "./desk.mjs";
import { ENGINES, launchEngine } from "./engines.mjs";

/** The number of cases that go into the page at a time. */
const BATCH = 100;

let desk;
before(async () => {
  desk = await startDesk();
});
after(() => desk?.stop());

for (const engine of ENGINES) {
  test(`${engine}: all ${cases().length} cases of the table`, { timeout: 300_000 }, async (t) => {
    const browser = await launchEngine(engine);
    t.after(() => browser.close());
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(desk.base);
    await page.evaluate(load);
    const all = cases();
    const answers = [];
    for (let from = 0; from < all.length; from += BATCH)
      answers.push(...(await page.evaluate(run, all.slice(from, from + BATCH))));
    assert.equal(answers.length, all.length);
    for (const [index, { text, same }] of answers.entries()) {
      assert.equal(text ?? all[index].report, all[index].report, all[index].name);
      assert.equal(same, true, `${all[index].name}: check() deep-equals JSON.parse(checkText())`);
    }
    await context.close();
  });
}

/** Runs in the page: the module that the server names, through its own glue. */
async function load() {
  const { module } = await (await fetch("/v1/desk")).json();
  const sha256 = module.replace("sha256:", "");
  const glue = await import(`/module/${sha256}.js`);
  await glue.default({ module_or_path: `/module/${sha256}.wasm` });
  globalThis.module = glue;
}

/** Runs in the page: for each case its text where it is another one than the report, and whether both calls agree. */
function run(batch) {
  return batch.map(({ text_base64, context, report }) => {
    const bytes = Uint8Array.from(atob(text_base64), (character) => character.charCodeAt(0));
    const text = globalThis.module.checkText(bytes, context);
    return {
      text: text === report ? null : text,
      same: equal(globalThis.module.check(bytes, context), JSON.parse(text)),
    };
  });

  /** Plain JSON alone is equal: a Map, a class or an undefined member is not. */
  function equal(one, other) {
    if (one === null || typeof one !== "object") return Object.is(one, other);
    if (other === null || typeof other !== "object" || Object.getPrototypeOf(one) !== Object.getPrototypeOf(other))
      return false;
    const keys = Object.keys(one);
    return (
      keys.length === Object.keys(other).length &&
      keys.every((key) => Object.hasOwn(other, key) && equal(one[key], other[key]))
    );
  }
}
