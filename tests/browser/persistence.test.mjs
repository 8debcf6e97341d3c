/**
 * Answers are never lost without a message, and messages are true: wrong files, browsers that keep nothing, a receipt, steps without
 * answers.
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
  receiptNumber,
  step,
  toReview,
} from "./applicant.mjs";

let desk, browser;
before(async () => {
  [desk, browser] = await Promise.all([startDesk(), launch()]);
});
after(async () => {
  await browser?.close();
  await desk?.stop();
});

const SUBMISSIONS = "**/v1/submissions**";

/** Chooses a file in the page. */
async function choose(page, text) {
  await page
    .locator("#open-file")
    .setInputFiles({ name: "kakekomi.json", mimeType: "application/json", buffer: Buffer.from(text) });
}

test("a file that is no draft changes nothing and is reported", async () => {
  const { page, context } = await open(browser, desk.base);
  await agree(page);
  await fillContact(page);
  for (const text of [
    '{"hello":1}',
    '{"contact":"株式会社"}',
    '{"contact":null}',
    '{"logs":[]}',
    '{"network":{"hello":1}}',
    '{"consent":{}}',
    "[]",
    "null",
    "7",
    "{",
    "",
  ]) {
    await choose(page, text);
    await page.locator("#kept-note", { hasText: "読み込めませんでした" }).waitFor();
    assert.equal(await field(page, "/contact/company").inputValue(), "株式会社れい", text);
    await page.locator("#kept-note").evaluate((note) => {
      note.textContent = "";
    });
  }
  await context.close();
});

test("an opened file is reported beside its button and can be undone, and so can a receipt's copy", async () => {
  const { page, context } = await open(browser, desk.base);
  await agree(page);
  await fillContact(page);
  await choose(page, JSON.stringify({ receipt: { number: "X" }, draft: { contact: { company: "株式会社ほか" } } }));
  await page.locator("#kept-note button:focus").waitFor();
  await page.locator("#status", { hasText: "読み込みました" }).waitFor({ state: "attached" });
  assert.equal(await field(page, "/contact/company").inputValue(), "株式会社ほか");
  await page.locator("#kept-note button").click();
  assert.equal(await field(page, "/contact/company").inputValue(), "株式会社れい");
  assert.equal(await page.evaluate(() => document.activeElement?.tagName), "H1");
  await context.close();
});

test("clearing can be undone with the marks of the tried steps", async () => {
  const { page, context } = await open(browser, desk.base);
  await agree(page);
  await page.locator("#next").click();
  await page.locator("#summary:focus").waitFor();
  await openSavePanel(page);
  await page.locator("#clear").click();
  await page.locator("#summary").waitFor({ state: "hidden" });
  await page.locator("#kept-note button").click();
  await page.locator("#summary").waitFor();
  await context.close();
});

test("a browser that keeps nothing is reported, and no week is offered", async () => {
  const context = await browser.newContext({ locale: "ja-JP" });
  await context.addInitScript(() => {
    for (const kind of ["localStorage", "sessionStorage"]) {
      Object.defineProperty(globalThis, kind, {
        get() {
          throw new DOMException("blocked", "SecurityError");
        },
      });
    }
  });
  const page = await context.newPage();
  await page.goto(`${desk.base}/?lang=ja`);
  await agree(page);
  assert.match(await page.locator("#keep-hint").innerText(), /残せません/);
  assert.equal(await page.locator("#keep-on-device").count(), 0);
  await context.close();
});

test("a failed sending can be repeated from its message", async () => {
  const { page, context } = await open(browser, desk.base);
  await toReview(page);
  const known = desk.cases().length;
  await page.route(SUBMISSIONS, (route) => route.abort(), { times: 1 });
  await page.locator("#send").click();
  await page.locator("#send-failure:focus").waitFor();
  assert.equal(await page.locator("#page-header .page-header__hours").count(), 1);
  let answer;
  await page.route(
    SUBMISSIONS,
    async (route) => {
      answer = () => route.continue();
    },
    { times: 1 },
  );
  await page.locator("#send-failure .main").click();
  await page.locator("#send-failure:focus", { hasText: "送信しています" }).waitFor();
  while (!answer) await page.waitForTimeout(20);
  await answer();
  await receiptNumber(page);
  assert.equal(desk.cases().length, known + 1);
  assert.equal(await page.locator("#page-header .page-header__hours").count(), 0, "a receipt tells nobody to send");
  await context.close();
});

test("a step is done when it holds an answer, and a missing required one is named on the check page", async () => {
  const { page, context } = await open(browser, desk.base);
  await begin(page);
  await next(page, "contact");
  await page.locator('[data-step="contact"]', { hasText: "必須" }).waitFor();
  assert.equal(await page.locator("li.step-list__item--done").count(), 0, "nothing was answered on the step before");
  await step(page, "review");
  assert.match(
    await page.locator('.answer-list__row[data-path="/contact/company"] dd').first().innerText(),
    /未回答\s*※必須/,
  );
  assert.equal(
    await page.locator('.answer-list__row[data-path="/contact/department"] .answer-list__missing').count(),
    0,
  );
  await page.locator('.answer-list__row[data-path="/contact/company"] button').click();
  await fillContact(page);
  await page.getByRole("button", { name: "入力内容の確認に戻る" }).click();
  await page.locator("#send").waitFor();
  await step(page, "contact");
  await next(page, "incident");
  await page.locator('li.step-list__item--done [data-step="contact"]', { hasText: "✓" }).waitFor();
  await step(page, "review");
  assert.equal((await page.locator(".answer-list__missing").count()) > 0, true, "the incident is still missing");
  await context.close();
});

test("another language keeps the focus on the pressed button", async () => {
  const { page, context } = await open(browser, desk.base);
  await agree(page);
  await page.locator('.page-header__languages [lang="en"]').click();
  await page.locator('.page-header__languages [lang="en"][aria-pressed="true"]:focus').waitFor();
  await page.route("**/describe.ja.json", (route) => route.abort());
  await page.locator('.page-header__languages [data-language="ja"]').click();
  await page.locator("#page-header .page-header__failure").waitFor();
  await page.locator('.page-header__languages [data-language="ja"]:focus').waitFor();
  await context.close();
});

test("while the desk is closed and the damage goes on, other contacts are listed with numbers that a telephone dials", async () => {
  const { page, context } = await open(browser, desk.base);
  await page.route("**/v1/desk**", async (route) => {
    const answer = await route.fetch();
    const body = await answer.json();
    await route.fulfill({ response: answer, json: { ...body, opening: { ...body.opening, open: false } } });
  });
  await page.reload();
  await begin(page);
  await page.locator('input[name="field-incident-ongoing"][value="yes"]').check();
  await page.locator(".guidance .contact-list__urgent").waitFor();
  assert.equal(await page.locator('.guidance .contact-list a[href="tel:%239110"]').count(), 1);
  await context.close();
});

test("a message about the network changes when the network is back", async () => {
  const { page, context } = await open(browser, desk.base);
  await toReview(page);
  await context.setOffline(true);
  await page.locator("#send").click();
  await page.locator('#send-failure[data-kind="offline"]:focus').waitFor();
  await context.setOffline(false);
  await page.locator("#send-failure", { hasText: "ネットワークにつながりました" }).waitFor();
  await page.locator("#send-failure .main").click();
  await receiptNumber(page);
  await context.close();
});

test("a line of the summary names its field once, and a mark in full width is followed by no space", async () => {
  const { page, context } = await open(browser, desk.base);
  await agree(page);
  await page.locator("#next").click();
  await page.locator("#summary:focus").waitFor();
  assert.equal(await page.locator('#summary [data-path="/contact/company"]').innerText(), "貴社名を入力してください。");
  assert.match(await page.locator('#summary [data-path="/contact/phone"]').innerText(), /^折り返し/);
  assert.match(await page.locator("#field-contact-company-error").innerText(), /^エラー：貴社名/);
  await context.close();
});
