/**
 * The footer of every screen: documents as they were agreed to, the form on paper, the operator.
 */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, startDesk } from "./desk.mjs";
import { agree, open, receiptNumber, toReview } from "./applicant.mjs";

let desk, browser;
before(async () => {
  [desk, browser] = await Promise.all([startDesk(), launch()]);
});
after(async () => {
  await browser?.close();
  await desk?.stop();
});

/** The addresses in the footer. */
const links = (page) =>
  page.locator(".page-footer a").evaluateAll((all) => all.map((link) => link.getAttribute("href")));

/** Lets the desk serve other documents from now on. */
async function renewDocuments(context) {
  await context.route("**/v1/consent/*", async (route) => {
    const served = await (await route.fetch()).json();
    for (const kind of ["document", "policy"])
      Object.assign(served[kind], { version: "9", sha256: "f".repeat(64), html: "<h1>9</h1>" });
    await route.fulfill({ json: served });
  });
}

for (const locale of ["ja", "en"]) {
  test(`the documents in force, the sheet, the return page and the operator are linked and can be opened (${locale})`, async () => {
    const { page, context, errors } = await open(browser, desk.base, { locale });
    const { document, policy } = await (await fetch(`${desk.base}/v1/consent/${locale}`)).json();
    assert.deepEqual(await links(page), [
      `/documents/${locale}/${document.sha256}`,
      `/documents/${locale}/${policy.sha256}`,
      `/sheet?locale=${locale}`,
      `${desk.base}/return?lang=${locale}`,
    ]);
    const { operator } = await (await fetch(`${desk.base}/v1/desk?locale=${locale}`)).json();
    assert.ok((await page.locator(".page-footer").innerText()).includes(operator));
    const [opened] = await Promise.all([
      context.waitForEvent("page"),
      page.locator('.page-footer a[href*="documents"]').first().click(),
    ]);
    await opened.locator(".consent__paper h1").waitFor();
    const shown = await page.locator("#document .consent__paper").innerText();
    assert.equal(await opened.locator(".consent__paper").innerText(), shown);
    assert.equal(await page.locator("button#agree").isVisible(), true, "the form stays in its tab");
    assert.deepEqual(errors, []);
    await context.close();
  });
}

test("after agreeing the footer keeps the agreed documents, through a reload and on the receipt", async () => {
  const { page, context } = await open(browser, desk.base);
  const agreed = await links(page);
  await agree(page);
  assert.deepEqual(await links(page), agreed);
  await renewDocuments(context);
  await page.reload();
  await page.locator('[data-step="contact"][aria-current="step"]').waitFor();
  assert.deepEqual(await links(page), agreed);
  await context.unroute("**/v1/consent/*");
  await context.close();
});

test("the receipt links what was agreed to, also after a reload", async () => {
  const { page, context } = await open(browser, desk.base);
  const agreed = await links(page);
  await toReview(page);
  await page.locator("#send").click();
  await receiptNumber(page);
  assert.deepEqual(await links(page), agreed);
  await renewDocuments(context);
  await page.reload();
  await receiptNumber(page);
  assert.deepEqual(await links(page), agreed);
  await context.close();
});

test("the language of the links is that of the agreement, and nothing of the footer is printed", async () => {
  const { page, context } = await open(browser, desk.base);
  await agree(page);
  await page.locator('.page-header__languages [lang="en"]').click();
  await page.locator('html[lang="en"]').waitFor();
  const found = await links(page);
  assert.match(found[0], /^\/documents\/ja\//);
  assert.deepEqual(found.slice(2), ["/sheet?locale=en", `${desk.base}/return?lang=en`]);
  await page.emulateMedia({ media: "print" });
  assert.equal(await page.locator(".page-footer").isVisible(), false);
  await context.close();
});
