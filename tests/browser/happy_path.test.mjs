/**
 * The whole way in a real Chromium: documents, steps, checking, sending, receipt.
 */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "./desk.mjs";
import { startDeskThatIs } from "./opening.mjs";
import {
  agree,
  begin,
  field,
  fillContact,
  fillIncident,
  next,
  open,
  openSavePanel,
  option,
  receiptNumber,
  step,
  toReview,
  unfold,
  unknown,
} from "./applicant.mjs";

let desk, browser;
before(async () => {
  [desk, browser] = await Promise.all([startDeskThatIs("open"), launch()]);
});
after(async () => {
  await browser?.close();
  await desk?.stop();
});

test("a double click on 送信する makes one case, and a reload shows the same receipt", async () => {
  const { page, context, errors } = await open(browser, desk.base);
  const known = desk.cases().length;
  await toReview(page);
  assert.match(
    await page.locator('[data-path="/contact/phone"]').innerText(),
    /０３-３２１１-９９９９/,
    "what was typed is kept",
  );
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
    const digest = [...new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))]
      .map((byte) => byte.toString(16).padStart(2, "0"))
      .join("");
    const loaded = performance
      .getEntriesByType("resource")
      .map((entry) => new URL(entry.name))
      .filter((url) => url.pathname.endsWith(".wasm"));
    return {
      sha256,
      digest,
      loaded: loaded.map((url) => url.pathname),
      strangers: performance.getEntriesByType("resource").filter((entry) => !entry.name.startsWith(location.origin))
        .length,
    };
  });
  assert.equal(served.digest, served.sha256);
  assert.ok(served.loaded.includes(`/module/${served.sha256}.wasm`));
  assert.equal(served.strangers, 0, "nothing comes from another origin");
  await context.close();
});

test("answers survive a reload, the browser's back and another language", async () => {
  const { page, context } = await open(browser, desk.base);
  await agree(page);
  await fillContact(page);
  await next(page, "incident");
  await fillIncident(page);
  await unfold(page);
  await unknown(page, "/incident/occurred_at").check();
  await page.reload();
  await field(page, "/incident/summary").waitFor();
  assert.match(await field(page, "/incident/summary").inputValue(), /脅迫文/);
  assert.equal(await unknown(page, "/incident/occurred_at").isChecked(), true);
  assert.equal(await field(page, "/incident/discovered_at-time").inputValue(), "9時半");
  await page.goBack();
  await field(page, "/contact/company").waitFor();
  assert.equal(await field(page, "/contact/company").inputValue(), "株式会社れい");
  await page.locator('.page-header__languages [lang="en"]').click();
  await page.locator('html[lang="en"]').waitFor();
  assert.equal(await field(page, "/contact/phone").inputValue(), "０３-３２１１-９９９９");
  await step(page, "now");
  assert.equal(await option(page, "/incident/ongoing", "yes").isChecked(), true);
  await context.close();
});

test("clearing is one press and can be undone", async () => {
  const { page, context } = await open(browser, desk.base);
  await agree(page);
  await fillContact(page);
  await openSavePanel(page);
  await page.locator("#clear").click();
  assert.equal(await field(page, "/contact/company").inputValue(), "");
  await page.locator("#kept-note button:focus").click();
  assert.equal(await field(page, "/contact/company").inputValue(), "株式会社れい");
  await context.close();
});

test("the desk's phone number is shown and never stored", async () => {
  const { page, context } = await open(browser, desk.base);
  await agree(page);
  const { phone } = await (await fetch(`${desk.base}/v1/desk`)).json();
  assert.match(await page.locator(".page-header__number").innerText(), new RegExp(phone));
  const stored = await page.evaluate(() => JSON.stringify([{ ...sessionStorage }, { ...localStorage }]));
  assert.ok(!stored.includes(phone));
  await context.close();
});

test("a first visit makes eight requests, each once", async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const asked = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await page.goto(`${desk.base}/?lang=en`);
  await page.locator("button#agree").waitFor();
  const kinds = asked.map((path) => path.replace(/[0-9a-f]{32,}/, "*")).sort();
  assert.deepEqual(kinds, [
    "/",
    "/module/*.js",
    "/module/*.wasm",
    "/module/*/describe.en.json",
    "/page/*/script.js",
    "/page/*/style.css",
    "/v1/consent/en",
    "/v1/desk",
  ]);
  await context.close();
});

/** A narrow screen; and a phone whose person reads letters of twice the size. */
const NARROW = [
  [320, "320 pixels", ""],
  [360, "360 pixels and twice the letters", "200%"],
];

for (const [locale, [width, where, letters]] of ["ja", "en"].flatMap((locale) =>
  NARROW.map((narrow) => [locale, narrow]),
)) {
  test(`nothing scrolls sideways at ${where} (${locale})`, async () => {
    const { page, context } = await open(browser, desk.base, { locale, width, height: 640 });
    await page.locator(".kakekomi").evaluate((home, size) => {
      home.style.fontSize = size;
    }, letters);
    const over = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.equal(await over(), 0, "documents");
    await agree(page);
    for (const name of ["now", "contact", "incident", "service", "devices", "review"]) {
      await step(page, name);
      for (const add of await page.locator(".list__add").all()) await add.click();
      assert.equal(await over(), 0, name);
    }
    await context.close();
  });
}

test("the first question is alone, and each answer has its advice and the phone number of a desk that is open", async () => {
  const { page, context } = await open(browser, desk.base);
  await begin(page);
  const { phone } = await (await fetch(`${desk.base}/v1/desk`)).json();
  assert.equal(await page.locator("form .field").count(), 1);
  assert.equal(await page.locator("#lead").count(), 0, "no advice before an answer");
  const said = new Set();
  for (const answer of [
    option(page, "/incident/ongoing", "yes"),
    option(page, "/incident/ongoing", "no"),
    unknown(page, "/incident/ongoing"),
  ]) {
    const before = said.size ? await page.locator("#lead").innerText() : "";
    await answer.check();
    await page.waitForFunction((words) => {
      const lead = document.querySelector("#lead");
      return lead && lead.innerText !== words;
    }, before);
    said.add(await page.locator("#lead").innerText());
    assert.ok((await page.locator("#lead").innerText()).includes(phone));
    assert.ok((await page.locator(".guidance li").count()) > 1);
  }
  assert.equal(said.size, 3, "one for each answer");
  await context.close();
});

test("answers end with the tab, and stay on the device only if the person asks, until a stated day", async () => {
  const { page, context, errors } = await open(browser, desk.base);
  await agree(page);
  await fillContact(page);
  assert.deepEqual(await page.evaluate(() => Object.keys(localStorage)), []);
  await openSavePanel(page);
  await page.locator("#keep-on-device").check();
  assert.match(await page.locator("#keep-hint").innerText(), /20\d\d年/);
  await page.close();

  const again = await context.newPage();
  await again.goto(desk.base);
  await again.locator('[data-step][aria-current="step"]').waitFor();
  assert.equal(
    await again.locator('[data-step][aria-current="step"]').getAttribute("data-step"),
    "contact",
    "where the person was",
  );
  assert.equal(await field(again, "/contact/company").inputValue(), "株式会社れい");
  await openSavePanel(again);
  await again.locator("#clear").click();
  assert.ok(
    !(await again.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }))).includes("株式会社れい"),
    "cleared everywhere",
  );
  await openSavePanel(again);
  await again.locator("#keep-on-device").uncheck();
  assert.deepEqual(await again.evaluate(() => Object.keys(localStorage)), []);
  await again.locator("#keep-on-device").check();
  await field(again, "/contact/company").fill("株式会社ほか");
  await again.evaluate(() => localStorage.setItem("kakekomi.until", "1"));
  await again.close();

  const late = await context.newPage();
  await late.goto(desk.base);
  await late.locator("button#agree").waitFor();
  assert.deepEqual(await late.evaluate(() => Object.keys(localStorage)), [], "what is past its day goes");
  assert.deepEqual(errors, []);
  await context.close();
});
