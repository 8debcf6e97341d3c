/**
 * The shortest way to a receipt, by taps, keys and scrolled pixels; and the press that answers 「分からない」 to the rest.
 */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, startDesk } from "./desk.mjs";
import {
  agree,
  begin,
  field,
  fillContact,
  next,
  open,
  openSavePanel,
  option,
  receiptNumber,
  step,
  unknown,
} from "./applicant.mjs";

let desk, browser;
before(async () => {
  [desk, browser] = await Promise.all([startDesk(), launch()]);
});
after(async () => {
  await browser?.close();
  await desk?.stop();
});

const PHONE = { width: 360, height: 740 };

/** The four answers that may not be unknown, in the order of the form. */
const ANSWERS = [
  ["#field-contact-company", "株式会社れい"],
  ["#field-contact-person", "山田"],
  ["#field-contact-phone", "0332119999"],
  ["#field-incident-summary", "ファイルが開かない"],
];
/** The required answers that may be unknown. */
const UNKNOWNS = [
  "/contact/responsible",
  "/incident/purpose",
  "/incident/discovered_at",
  "/incident/discovery_trigger",
];

/** The values of these in a draft. */
const unknownsOf = (draft) =>
  UNKNOWNS.map((path) =>
    path
      .slice(1)
      .split("/")
      .reduce((value, key) => value?.[key], draft),
  );

/** The text that was sent. */
function sent(page) {
  return page.waitForRequest((request) => request.url().includes("/v1/submissions")).then((one) => one.postDataJSON());
}

/** Taps as a thumb does: scrolls by hand until the target is in view, and counts both. Scrolling by the page itself is not counted. */
function thumb(page) {
  const count = { taps: 0, pixels: 0 };
  const tap = async (selector) => {
    const target = page.locator(selector);
    await target.waitFor();
    const { y, height } = await target.boundingBox();
    const by = y < 0 ? y : Math.max(0, Math.ceil(y + height - PHONE.height));
    await page.evaluate((top) => scrollBy({ top, behavior: "instant" }), by);
    const box = await target.boundingBox();
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
    count.taps += 1;
    count.pixels += Math.abs(by);
  };
  return { tap, count };
}

test("a minimal submission on a phone takes 4 answers, at most 9 taps and half of the scrolling", async (t) => {
  const { page, context, errors } = await open(browser, desk.base, PHONE);
  const { tap, count } = thumb(page);
  const draft = sent(page);
  await tap('a[href="#agree"]');
  await tap("#agree");
  await tap("#next");
  for (const [selector, words] of ANSWERS.slice(0, 3)) {
    await tap(selector);
    await page.keyboard.insertText(words);
  }
  await tap("#quick");
  await page.locator("#field-incident-summary:focus").waitFor();
  await tap(ANSWERS[3][0]);
  await page.keyboard.insertText(ANSWERS[3][1]);
  await tap("#quick");
  await receiptNumber(page);
  t.diagnostic(`${ANSWERS.length} answers, ${count.taps} taps, ${count.pixels} pixels`);
  assert.ok(count.taps <= 9, `${count.taps} taps`);
  assert.ok(count.pixels <= 11_670, `${count.pixels} pixels`);
  assert.deepEqual(unknownsOf(await draft), Array(4).fill({ unknown: true }));
  assert.deepEqual(errors, []);
  await context.close();
});

test("a minimal submission without a mouse takes at most 70 keys, letters and digits of the answers apart", async (t) => {
  const { page, context } = await open(browser, desk.base);
  let keys = 0;
  const press = async (key) => {
    await page.keyboard.press(key);
    keys += 1;
  };
  const tabTo = async (selector) => {
    for (const limit = keys + 60; keys < limit;) {
      await press("Tab");
      if (await page.evaluate((one) => document.activeElement?.matches(one), selector)) return;
    }
    throw new Error(`no way to ${selector}`);
  };
  await tabTo('a[href="#agree"]');
  await press("Enter");
  await page.locator("#agree:focus").waitFor();
  await press("Enter");
  await page.locator("h1:focus").waitFor();
  await tabTo("#next");
  await press("Enter");
  await page.locator("#field-contact-company").waitFor();
  for (const [selector, words] of ANSWERS.slice(0, 3)) {
    await tabTo(selector);
    await page.keyboard.insertText(words);
  }
  await tabTo("#quick");
  await press("Enter");
  await page.locator("#field-incident-summary:focus").waitFor();
  await page.keyboard.insertText(ANSWERS[3][1]);
  await page.locator("#quick").waitFor();
  await tabTo("#quick");
  await press("Enter");
  await receiptNumber(page);
  const letters = ANSWERS.reduce((sum, [, words]) => sum + words.length, 0);
  t.diagnostic(`${keys} keys, and ${letters} letters and digits`);
  assert.ok(keys <= 70, `${keys} keys`);
  await context.close();
});

test("the press names what it will set, changes no answer, asks for the rest, and can be undone", async () => {
  const { page, context } = await open(browser, desk.base, PHONE);
  await agree(page);
  await fillContact(page);
  const box = page.locator(".quick-send");
  await box.locator("p", { hasText: "調査の目的" }).waitFor();
  await page.waitForFunction(() => !document.querySelector(".quick-send").innerText.includes("実施責任者"));
  await next(page, "incident");
  await option(page, "/incident/discovery_trigger/by", "employee").check();
  await page.waitForFunction(() => !document.querySelector(".quick-send").innerText.includes("発見契機"));
  assert.match(await box.innerText(), /発見日時/);
  await page.locator("#quick").click();
  await page.locator("#field-incident-summary:focus").waitFor();
  await page.locator('#summary [data-path="/incident/summary"]').waitFor();
  assert.equal(await unknown(page, "/incident/discovered_at").isChecked(), true);
  assert.equal(await option(page, "/incident/discovery_trigger/by", "employee").isChecked(), true);
  assert.equal(
    await page.locator("#quick").isVisible(),
    false,
    "nothing may be unknown any more, and something is missing",
  );
  await box.locator("button", { hasText: "元に戻す" }).click();
  await page.locator("h1:focus").waitFor();
  assert.equal(await unknown(page, "/incident/discovered_at").isChecked(), false);
  assert.equal(await page.locator("#summary").isVisible(), false, "nobody asked for the errors of this step");
  await step(page, "service");
  assert.equal(await unknown(page, "/incident/purpose").isChecked(), false);
  await step(page, "contact");
  assert.equal(await field(page, "/contact/responsible").inputValue(), "山田 花子");
  await context.close();
});

test("the way back is there again after all answers were cleared and brought back, and after a reload", async () => {
  const { page, context } = await open(browser, desk.base, PHONE);
  await agree(page);
  await page.locator("#quick").click();
  await page.locator("#field-contact-company:focus").waitFor();
  await openSavePanel(page);
  await page.locator("#clear").click();
  const set = page.locator(".quick-send p", { hasText: "「分からない」にしました" });
  await set.waitFor({ state: "hidden" });
  await page.locator("#kept-note button:focus").click();
  await set.waitFor();
  await page.reload();
  await page.locator("#summary").waitFor();
  await set.locator("button").click();
  await page.locator("#summary").waitFor({ state: "hidden" });
  assert.equal(await unknown(page, "/contact/responsible").isChecked(), false);
  await step(page, "incident");
  assert.equal(await page.locator("#summary").isVisible(), false);
  await context.close();
});

test("where the desk checks, the press is one check, during which its button is busy and keeps the focus", async () => {
  const context = await browser.newContext({ locale: "ja-JP" });
  const page = await context.newPage();
  await page.route("**/module/*.js", (route) => route.abort());
  await page.goto(`${desk.base}/?lang=ja`);
  await agree(page);
  const button = page.locator("#quick");
  await button.waitFor();
  const held = [];
  await page.route("**/v1/check?*", (route) => void held.push(route));
  await field(page, "/contact/company").fill("株式会社れい");
  await button.focus();
  while (!held.length) await page.waitForTimeout(20);
  await held.pop().continue();
  await page.locator("#quick:focus").waitFor();
  await page.waitForFunction(() => !document.querySelector(".quick-send").innerText.includes("貴社名"));
  const focused = () => page.evaluate(() => document.activeElement.id);
  assert.equal(await focused(), "quick", "a report takes no focus away");
  await page.keyboard.press("Enter");
  await page.locator('#quick[aria-busy="true"]').waitFor();
  await page.keyboard.press("Enter");
  await page.waitForTimeout(300);
  assert.deepEqual([held.length, await focused()], [1, "quick"]);
  await page.unroute("**/v1/check?*");
  await held.pop().continue();
  await page.locator("#field-contact-person:focus").waitFor();
  assert.equal(await button.getAttribute("aria-busy"), null);
  await context.close();
});

test("where the desk checks, 次へ is one check, during which it is busy, and leads nobody who goes elsewhere meanwhile", async () => {
  const context = await browser.newContext({ locale: "ja-JP" });
  const page = await context.newPage();
  await page.route("**/module/*.js", (route) => route.abort());
  await page.goto(`${desk.base}/?lang=ja`);
  await agree(page);
  await fillContact(page);
  const held = [];
  const asked = async () => {
    while (!held.length) await page.waitForTimeout(20);
    return held.splice(0);
  };
  await page.waitForTimeout(600);
  await page.route("**/v1/check?*", (route) => void held.push(route));
  const button = page.locator("#next");
  await button.click();
  await page.locator('#next[aria-busy="true"]:focus').waitFor();
  await button.click();
  await page.waitForTimeout(300);
  const checks = await asked();
  assert.equal(checks.length, 1);
  await page.locator("button", { hasText: "戻る" }).first().click();
  await page.locator("h1:focus", { hasText: "いまの状況" }).waitFor();
  await page.unroute("**/v1/check?*");
  for (const one of [...checks, ...(await asked())]) await one.continue();
  await page.waitForTimeout(300);
  assert.match(await page.locator("h1").innerText(), /いまの状況/);
  await next(page, "contact");
  await next(page, "incident");
  await context.close();
});

test("on the review the press sends what was answered, with 「分からない」 for the rest", async () => {
  const { page, context } = await open(browser, desk.base, PHONE);
  await agree(page);
  await fillContact(page);
  await next(page, "incident");
  await field(page, "/incident/summary").fill("ファイルが開かない");
  await step(page, "review");
  const draft = sent(page);
  await page.locator("#quick").click();
  await receiptNumber(page);
  assert.deepEqual(unknownsOf(await draft), ["山田 花子", ...Array(3).fill({ unknown: true })]);
  await context.close();
});

test("the press is not there before the contact, nor once nothing required is open", async () => {
  const { page, context } = await open(browser, desk.base, PHONE);
  await begin(page);
  assert.equal(await page.locator("#quick").count(), 0);
  await next(page, "contact");
  await page.locator("#quick").waitFor();
  await unknown(page, "/contact/responsible").check();
  await step(page, "incident");
  await unknown(page, "/incident/discovered_at").check();
  await unknown(page, "/incident/discovery_trigger").check();
  await step(page, "service");
  await unknown(page, "/incident/purpose").check();
  await page.locator(".quick-send").waitFor({ state: "hidden" });
  await context.close();
});
