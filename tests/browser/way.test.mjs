/**
 * The whole way in a real Chromium: documents, steps, checking, sending, receipt.
 */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, startDesk } from "./desk.mjs";
import { agree, field, fillContact, fillIncident, next, open, option, receiptNumber, toReview, unknown } from "./person.mjs";

let desk, browser;
before(async () => { [desk, browser] = await Promise.all([startDesk(), launch()]); });
after(async () => { await browser?.close(); await desk?.stop(); });

test("a double click on 送信する makes one case, and a reload shows the same receipt", async () => {
  const { page, context, errors } = await open(browser, desk.base);
  const known = desk.cases().length;
  await toReview(page);
  assert.match(await page.locator('[data-path="/contact/phone"]').innerText(), /０３-３２１１-９９９９/, "what was typed is kept");
  assert.match(await page.locator('[data-path="/incident/purpose"]').innerText(), /分からない/);
  assert.match(await page.locator('[data-path="/incident/discovered_at"]').innerText(), /2026年11月20日 09:30/);
  assert.match(await page.locator('[data-path="/contact/email"]').innerText(), /未回答/);
  await page.locator("#send").dblclick();
  const number = await receiptNumber(page);
  assert.equal(desk.cases().length, known + 1);
  assert.ok(desk.cases().some((one) => one.number === number && one.accepted));
  await page.reload();
  assert.equal(await receiptNumber(page), number);
  assert.equal(desk.cases().length, known + 1);
  assert.deepEqual(errors, []);
  await context.close();
});

test("the page runs the very module that the server names", async () => {
  const { page, context } = await open(browser, desk.base);
  await agree(page);
  const served = await page.evaluate(async () => {
    const { module } = await (await fetch("/v1/desk")).json();
    const sha256 = module.replace("sha256:", "");
    const bytes = await (await fetch(`/module/${sha256}.wasm`)).arrayBuffer();
    const digest = [...new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    const loaded = performance.getEntriesByType("resource").map((entry) => new URL(entry.name)).filter((url) => url.pathname.endsWith(".wasm"));
    return { sha256, digest, loaded: loaded.map((url) => url.pathname), strangers: performance.getEntriesByType("resource").filter((entry) => !entry.name.startsWith(location.origin)).length };
  });
  assert.equal(served.digest, served.sha256);
  assert.ok(served.loaded.includes(`/module/${served.sha256}.wasm`));
  assert.equal(served.strangers, 0, "nothing comes from another origin");
  await context.close();
});

test("answers survive a reload, the browser's way back and another language", async () => {
  const { page, context } = await open(browser, desk.base);
  await agree(page);
  await fillContact(page);
  await next(page, "incident");
  await fillIncident(page);
  await page.reload();
  await field(page, "/incident/summary").waitFor();
  assert.match(await field(page, "/incident/summary").inputValue(), /脅迫文/);
  assert.equal(await unknown(page, "/incident/purpose").isChecked(), true);
  assert.equal(await field(page, "/incident/discovered_at-time").inputValue(), "9時半");
  await page.goBack();
  await field(page, "/contact/company").waitFor();
  assert.equal(await field(page, "/contact/company").inputValue(), "株式会社れい");
  await page.locator('.languages [lang="en"]').click();
  await page.locator('html[lang="en"]').waitFor();
  assert.equal(await field(page, "/contact/phone").inputValue(), "０３-３２１１-９９９９");
  assert.equal(await option(page, "/incident/ongoing", "yes").isChecked(), true);
  await context.close();
});

test("clearing is one press and can be taken back", async () => {
  const { page, context } = await open(browser, desk.base);
  await agree(page);
  await fillContact(page);
  await page.locator("#clear").click();
  assert.equal(await field(page, "/contact/company").inputValue(), "");
  await page.locator(".small button:focus").click();
  assert.equal(await field(page, "/contact/company").inputValue(), "株式会社れい");
  await context.close();
});

test("the desk's phone number is shown and stands in no storage", async () => {
  const { page, context } = await open(browser, desk.base);
  await agree(page);
  const { phone } = await (await fetch(`${desk.base}/v1/desk`)).json();
  assert.match(await page.locator(".frame .number").innerText(), new RegExp(phone));
  const stored = await page.evaluate(() => JSON.stringify([{ ...sessionStorage }, { ...localStorage }]));
  assert.ok(!stored.includes(phone));
  await context.close();
});

for (const locale of ["ja", "en"]) {
  test(`nothing scrolls sideways at 320 pixels (${locale})`, async () => {
    const { page, context } = await open(browser, desk.base, { locale, width: 320, height: 640 });
    const over = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.equal(await over(), 0, "documents");
    await agree(page);
    for (const step of ["contact", "incident", "devices", "network", "service", "review"]) {
      await page.locator(`[data-step="${step}"]`).click();
      await page.locator(`[data-step="${step}"][aria-current="step"]`).waitFor();
      if (await page.locator(".add").count()) await page.locator(".add").click();
      assert.equal(await over(), 0, step);
    }
    await context.close();
  });
}
