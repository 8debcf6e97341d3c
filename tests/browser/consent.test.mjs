/**
 * The documents before the form: both with their versions, and the rule that says which one prevails (clause 1③).
 */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { receiptNumber, toReview } from "./applicant.mjs";
import { launch, startDesk } from "./desk.mjs";

let desk, browser;
before(async () => {
  [desk, browser] = await Promise.all([startDesk(), launch()]);
});
after(async () => {
  await browser?.close();
  await desk?.stop();
});

/** The sentence of the rule. */
const PREVAILS = { ja: /食い違うときは、同意書が優先します/, en: /consent document prevails/i };

for (const locale of ["ja", "en"]) {
  test(`the page shows the versions of both documents, and that the consent document prevails (${locale})`, async (t) => {
    const context = await browser.newContext();
    t.after(() => context.close());
    const page = await context.newPage();
    // Two versions that differ, so that neither is taken for the other.
    const versions = { document: "7", policy: "12" };
    await page.route("**/v1/consent/**", async (route) => {
      const response = await route.fetch();
      const served = await response.json();
      for (const kind of ["document", "policy"]) served[kind].version = versions[kind];
      await route.fulfill({ response, json: served });
    });
    await page.goto(`${desk.base}/?lang=${locale}`);
    await page.locator("button#agree").waitFor();
    for (const kind of ["document", "policy"]) {
      const shown = await page.locator(`#${kind} .consent__version`).innerText();
      assert.match(shown, new RegExp(`\\b${versions[kind]}\\b|第${versions[kind]}版`));
      const other = kind === "document" ? "policy" : "document";
      assert.ok(!shown.includes(versions[other]), shown);
    }
    // The rule is beside the button that is the agreement.
    assert.match(await page.locator(".consent__agree").innerText(), PREVAILS[locale]);
    const links = await page.locator("#page-footer a[href*='/documents/']").allInnerTexts();
    assert.equal(links.length, 2);
    assert.ok(links[0].includes("7") && links[1].includes("12"), links.join(" "));
  });
}

test("the receipt shows both versions and the rule", async (t) => {
  const context = await browser.newContext();
  t.after(() => context.close());
  const page = await context.newPage();
  await page.goto(`${desk.base}/?lang=ja`);
  await toReview(page);
  await page.locator("#send").click();
  await receiptNumber(page);
  // The record is folded until somebody opens it.
  const shown = await page.locator("main").evaluate((main) => main.textContent);
  assert.match(shown, PREVAILS.ja);
  for (const kind of ["同意書", "プライバシーポリシー"]) assert.match(shown, new RegExp(`${kind}\\s*第1版`));
});
