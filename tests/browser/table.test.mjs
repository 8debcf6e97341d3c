/**
 * The table of cases in Chromium: the same bytes as every other engine, and `check` gives what `checkText` says.
 */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { cases } from "./cases.mjs";
import { launch, startDesk } from "./desk.mjs";

let desk, browser, page;
before(async () => {
  [desk, browser] = await Promise.all([startDesk(), launch()]);
  page = await browser.newPage();
  await page.goto(desk.base);
  await page.evaluate(load);
});
after(async () => { await browser?.close(); await desk?.stop(); });

for (const one of cases()) {
  test(`Chromium: ${one.name}`, async () => {
    const { text, same } = await page.evaluate(run, one);
    assert.equal(text, one.report);
    assert.equal(same, true, "check() deep-equals JSON.parse(checkText())");
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

/** Runs in the page. */
function run({ text_base64, context }) {
  const bytes = Uint8Array.from(atob(text_base64), (character) => character.charCodeAt(0));
  const text = globalThis.module.checkText(bytes, context);
  return { text, same: equal(globalThis.module.check(bytes, context), JSON.parse(text)) };

  /** Plain JSON alone is equal: a Map, a class or an undefined member is not. */
  function equal(one, other) {
    if (one === null || typeof one !== "object") return Object.is(one, other);
    if (other === null || typeof other !== "object" || Object.getPrototypeOf(one) !== Object.getPrototypeOf(other)) return false;
    const keys = Object.keys(one);
    return keys.length === Object.keys(other).length && keys.every((key) => Object.hasOwn(other, key) && equal(one[key], other[key]));
  }
}
