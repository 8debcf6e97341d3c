/**
 * The page in やさしい日本語: words with their readings, from the documents to the receipt; the desk and the module answer in Japanese.
 */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import axe from "axe-core";
import { agree, field, open, receiptNumber, step, toReview, unfold } from "./applicant.mjs";
import { launch, startDesk } from "./desk.mjs";
import { go, STEPS } from "./screens.mjs";

let desk, browser;
before(async () => {
  [desk, browser] = await Promise.all([startDesk(), launch()]);
});
after(async () => {
  await browser?.close();
  await desk?.stop();
});

/** The text of an element without readings, as a screen reader reads it. */
const wordsOf = (locator) =>
  locator.evaluate((shown) => {
    const copy = shown.cloneNode(true);
    for (const reading of copy.querySelectorAll("rt, rp")) reading.remove();
    return copy.textContent;
  });

/** Readings that became no `ruby`: in text, attributes, the title. */
const leftovers = (page) =>
  page.evaluate(() =>
    [...(document.documentElement.outerHTML + document.title).matchAll(/.{9}[\ufff9-\ufffb｜《》]/gu)].map(String),
  );

async function barriers(page) {
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() =>
    globalThis.axe.run(document, { rules: { "target-size": { enabled: true } } }),
  );
  return violations.flatMap((one) => one.nodes.map((node) => `${one.id}: ${node.html.slice(0, 160)}`));
}

test("the third language walks from the documents to the receipt", async () => {
  const { page, context, errors } = await open(browser, desk.base, { locale: "easy" });
  assert.equal(await page.locator("html").getAttribute("lang"), "ja");
  const spoken = page.locator('[data-language="easy"]');
  assert.equal(await spoken.getAttribute("aria-pressed"), "true");
  assert.equal(await wordsOf(spoken), "やさしい日本語");
  assert.equal(await page.locator("#agree rt").first().innerText(), "りよう");
  assert.equal(await wordsOf(page.locator("#agree")), "サービスを利用する");
  assert.deepEqual(await barriers(page), []);
  assert.deepEqual(await leftovers(page), []);
  await toReview(page, async () => {
    assert.match(await page.title(), /^連絡するところ \| /);
    assert.match(await wordsOf(page.locator('[data-path="/contact/company"]')), /会社の名前/);
    assert.deepEqual(await barriers(page), []);
    assert.deepEqual(await leftovers(page), []);
    // The module's sentences are Japanese.
    await field(page, "/contact/company").fill("");
    await page.locator("#next").click();
    assert.match(await wordsOf(page.locator("#summary")), /貴社名を入力してください/);
    assert.deepEqual(await leftovers(page), []);
    await field(page, "/contact/company").fill("株式会社れい");
  });
  assert.match(await wordsOf(page.locator('[data-path="/incident/discovered_at"]')), /2026年11月20日 09:30/);
  for (const step of [...STEPS, "review"]) {
    await go(page, step);
    assert.deepEqual(await barriers(page), [], step);
    assert.deepEqual(await leftovers(page), [], step);
  }
  await page.locator("#send").click();
  const number = await receiptNumber(page);
  assert.deepEqual(await barriers(page), []);
  assert.deepEqual(await leftovers(page), []);
  await page.reload();
  assert.equal(await receiptNumber(page), number);
  assert.equal(await wordsOf(page.locator("h1")), "申し込みを受け取りました");
  const { text } = await page.evaluate(() => JSON.parse(sessionStorage.getItem("kakekomi.receipt")));
  assert.equal(JSON.parse(text).consent.language, "ja", "the Japanese documents were agreed to");
  assert.deepEqual(errors, []);
  await context.close();
});

test("answers stay when the language is changed, and the language stays after a reload", async () => {
  const { page, context, errors } = await open(browser, desk.base);
  await agree(page);
  await field(page, "/contact/company").fill("株式会社《れい》");
  await page.locator('[data-language="easy"]').click();
  await page.locator('[data-language="easy"][aria-pressed="true"]').waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.dataset.language), "easy", "the focus stays");
  assert.equal(await field(page, "/contact/company").inputValue(), "株式会社《れい》");
  await page.reload();
  await page.locator('[data-language="easy"][aria-pressed="true"]').waitFor();
  assert.equal(await field(page, "/contact/company").inputValue(), "株式会社《れい》");
  assert.match(await wordsOf(page.locator("h1")), /連絡するところ/);
  await page.locator('[data-language="en"]').click();
  await page.locator('html[lang="en"]').waitFor();
  assert.equal(await field(page, "/contact/company").inputValue(), "株式会社《れい》");
  assert.equal(await page.locator("ruby").count(), 0);
  assert.deepEqual(errors, []);
  await context.close();
});

test("of two languages that are chosen one after the other the later one is shown, however slow the earlier one is", async () => {
  const { page, context, errors } = await open(browser, desk.base);
  const held = [];
  await page.route("**/v1/desk?locale=en*", (route) => void held.push(route));
  await page.locator('[data-language="en"]').click();
  await page.locator('[data-language="easy"]').click();
  const chosen = page.locator('[data-language="easy"][aria-pressed="true"]:focus');
  await chosen.waitFor();
  const answered = page.waitForResponse((response) => response.url().includes("/v1/desk?locale=en"));
  await held[0].continue();
  await answered;
  await page.waitForTimeout(300);
  assert.equal(await chosen.count(), 1);
  assert.deepEqual(errors, []);
  await context.close();
});

test("an answer with the marks of a reading is drawn as text", async () => {
  const { page, context, errors } = await open(browser, desk.base, { locale: "easy" });
  await toReview(page);
  const typed = ["株\ufff9式\ufffaしき\ufffb", "｜山《やま》田\ufff9"];
  await step(page, "contact");
  await field(page, "/contact/company").fill(typed[0]);
  await field(page, "/contact/person").fill(typed[1]);
  await step(page, "devices");
  await unfold(page);
  await field(page, "/devices/0/os").fill(typed[0]);
  const shown = ["株\ufffd式\ufffdしき\ufffd", "｜山《やま》田\ufffd"];
  await page.locator(".list__gist", { hasText: shown[0] }).waitFor();
  const answers = async () => {
    const at = (path) => page.locator(`.answer-list__row[data-path="${path}"] dd`).first();
    for (const [path, words] of [
      ["/contact/company", shown[0]],
      ["/contact/person", shown[1]],
      ["/devices/0/os", shown[0]],
    ])
      assert.equal(await at(path).evaluate((one) => one.innerHTML), words, path);
  };
  await step(page, "review");
  await answers();
  const sent = page.waitForRequest((request) => request.url().includes("/v1/submissions"));
  await page.locator("#send").click();
  await receiptNumber(page);
  await answers();
  const { contact } = (await sent).postDataJSON();
  assert.deepEqual([contact.company, contact.person], typed, "and sent as it was typed");
  assert.deepEqual(errors, []);
  await context.close();
});

test("nothing scrolls sideways at 360 pixels", async () => {
  const { page, context } = await open(browser, desk.base, { locale: "easy", width: 360, height: 740 });
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
