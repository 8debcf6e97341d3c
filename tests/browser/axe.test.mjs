/**
 * axe finds nothing: every step, empty and with errors, light and dark, in both languages; targets' size included.
 */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import axe from "axe-core";
import { launch, startDesk } from "./desk.mjs";
import { agree, open, receiptNumber, toReview } from "./person.mjs";

let desk, browser;
before(async () => { [desk, browser] = await Promise.all([startDesk(), launch()]); });
after(async () => { await browser?.close(); await desk?.stop(); });

const STEPS = ["contact", "incident", "devices", "network", "service"];

/** What axe finds wrong with the page as it stands, one line a matter. */
async function violations(page) {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { passes, violations } = await globalThis.axe.run(document, { rules: { "target-size": { enabled: true } } });
    if (!passes.some((one) => one.id === "target-size")) return ["axe looked at nothing"];
    return violations.flatMap((one) => one.nodes.map((node) => `${one.id}: ${node.html.slice(0, 160)}`));
  });
}

for (const locale of ["ja", "en"]) {
  for (const colorScheme of ["light", "dark"]) {
    test(`axe: every step, ${locale}, ${colorScheme}`, async () => {
      const { page, context } = await open(browser, desk.base, { locale });
      await page.emulateMedia({ colorScheme });
      assert.deepEqual(await violations(page), [], "documents");
      await agree(page);
      for (const step of STEPS) {
        await page.locator(`[data-step="${step}"]`).click();
        await page.locator(`[data-step="${step}"][aria-current="step"]`).waitFor();
        for (const add of await page.locator(".add").all()) await add.click();
        assert.deepEqual(await violations(page), [], `${step}, empty`);
        await page.locator("#next").click();
        await page.waitForTimeout(200);
        assert.deepEqual(await violations(page), [], `${step}, after 次へ`);
      }
      await context.close();
    });
  }
}

test("axe: checking and receipt", async () => {
  const { page, context } = await open(browser, desk.base);
  await toReview(page);
  assert.deepEqual(await violations(page), [], "check answers");
  await page.locator("#send").click();
  await receiptNumber(page);
  assert.deepEqual(await violations(page), [], "receipt");
  await context.close();
});
