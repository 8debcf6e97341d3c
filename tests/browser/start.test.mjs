/**
 * The page that cannot start, and the ways round it: reload, back and forward, another language without a network.
 */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Desk } from "../../www/app/desk.js";
import { launch, startDesk } from "./desk.mjs";
import { agree, field, fillContact, next, open, receiptNumber, toReview } from "./applicant.mjs";

let desk, browser;
before(async () => {
  [desk, browser] = await Promise.all([startDesk(), launch()]);
});
after(async () => {
  await browser?.close();
  await desk?.stop();
});

test("name and phone number are shown even without the script", async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const { phone, name } = await (await fetch(`${desk.base}/v1/desk`)).json();
  await context.route("**/page/**/script.js", (route) => route.abort());
  await page.goto(desk.base);
  const words = await page.locator("body").innerText();
  // The name may break in the header, at a place without width.
  assert.ok(words.includes(phone) && words.replaceAll("\u200b", "").includes(name), words);
  assert.equal(await page.locator(".start-screen__starting").first().isVisible(), true);
  await context.close();
});

test("a failed start is reported in the page's language, from its heading", async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await context.route("**/v1/consent/**", (route) => route.abort());
  await page.goto(`${desk.base}/?lang=en`);
  await page.locator('.start-screen--failed[lang="en"] h2:focus').waitFor();
  assert.doesNotMatch(await page.locator("#main").innerText(), /[ぁ-ん]/);
  await context.close();
});

test("a reload of the receipt sends nothing, and another language brings no answers back", async () => {
  const { page, context, errors } = await open(browser, desk.base);
  await toReview(page);
  await page.locator("#send").click();
  const number = await receiptNumber(page);
  const posts = [];
  page.on("request", (request) => {
    if (request.url().includes("/v1/submissions")) posts.push(request.url());
  });
  await page.reload();
  assert.equal(await receiptNumber(page), number);
  const advice = page.locator(".guidance li").first();
  await advice.waitFor();
  const before = await advice.innerText();
  await page.locator('.page-header__languages [lang="en"]').click();
  await page.locator('html[lang="en"]').waitFor();
  await page.waitForFunction(
    (words) =>
      !document.querySelector(".guidance")?.textContent.includes(words) && document.querySelector(".guidance li"),
    before,
  );
  assert.match(await page.locator('[data-path="/incident/discovered_at"]').innerText(), /2026-11-20, 09:30/);
  assert.deepEqual(await page.evaluate(() => Object.keys(sessionStorage)), ["kakekomi.receipt"]);
  await page.reload();
  await page.locator('html[lang="en"]').waitFor();
  assert.equal(await receiptNumber(page), number, "in the language that was chosen");
  await page.goBack();
  await page.waitForFunction(() => location.hash === "");
  assert.equal(await receiptNumber(page), number);
  assert.deepEqual(posts, []);
  assert.deepEqual(errors, []);
  await context.close();
});

test("the browser's back and forward lead to the heading of the step, and to the documents", async () => {
  const { page, context, errors } = await open(browser, desk.base);
  await agree(page);
  await fillContact(page);
  await next(page, "incident");
  await page.evaluate(() => scrollTo(0, 900));
  await page.goBack();
  await page.locator('[data-step="contact"][aria-current="step"]').waitFor();
  assert.deepEqual(await page.evaluate(() => [document.activeElement?.tagName, scrollY]), ["H1", 0]);
  await page.goBack();
  await page.locator('[data-step="now"][aria-current="step"]').waitFor();
  await page.goBack();
  await page.locator("button#agree").waitFor();
  await page.goForward();
  await page.locator('[data-step="now"][aria-current="step"]').waitFor();
  await page.goForward();
  await field(page, "/contact/company").waitFor();
  assert.equal(await field(page, "/contact/company").inputValue(), "株式会社れい");
  await next(page, "incident");
  await page.locator(".page-header__skip").focus();
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement?.id), "main");
  assert.match(page.url(), /#incident$/);
  assert.deepEqual(errors, []);
  await context.close();
});

test("a language that cannot be loaded changes nothing and is reported", async () => {
  const { page, context, errors } = await open(browser, desk.base);
  await agree(page);
  await context.setOffline(true);
  await page.locator('.page-header__languages [lang="en"]').click();
  await page.locator(".page-header__failure").waitFor();
  assert.equal(await page.locator("html").getAttribute("lang"), "ja");
  assert.notEqual(await page.locator("#status").innerText(), "");
  assert.deepEqual(errors, []);
  await context.close();
});

test("times follow the offset of the desk's calendar", () => {
  const clock = (offset) => new Desk({ context: { now: 0, calendar: { offset } } }, "en").clock(0);
  assert.match(clock("+09:00"), /January 1, 1970.*9:00.AM/);
  assert.match(clock("-03:30"), /December 31, 1969.*8:30.PM/);
});

test("no step of the receipt is empty", async () => {
  const { page, context } = await open(browser, desk.base);
  await toReview(page);
  await page.locator("#send").click();
  await receiptNumber(page);
  const empty = await page
    .locator(".answer-list section")
    .evaluateAll((all) => all.filter((one) => one.children.length < 2 || !one.children[1].textContent).length);
  assert.equal(empty, 0);
  await context.close();
});
