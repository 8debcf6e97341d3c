/**
 * Every screen of the page in every state that a person can bring about, one after the other.
 *
 *     await everyScreen(browser, base, "ja", async (page, "incident, after 次へ") => { … });
 */

import { agree, answerOnce, open, receiptNumber, step as go, toReview, unfold } from "./applicant.mjs";

export const STEPS = ["now", "contact", "incident", "service", "devices"];
const SUBMISSIONS = "**/v1/submissions**";

/**
 * @param {import("playwright-core").Browser} browser @param {string} base @param {string} locale
 * @param {(page: import("playwright-core").Page, name: string) => Promise<void>} look
 */
export async function everyScreen(browser, base, locale, look) {
  await withoutAnswers(browser, base, locale, look);
  await withAnswers(browser, base, locale, look);
  const context = await browser.newContext();
  const page = await context.newPage();
  await context.route("**/v1/consent/**", (route) => route.abort());
  await page.goto(`${base}/?lang=${locale}`);
  await page.locator(".start-screen--failed").waitFor();
  await look(page, "page that could not start");
  await context.close();
}

export { go };

async function withoutAnswers(browser, base, locale, look) {
  const { page, context } = await open(browser, base, { locale });
  await look(page, "documents");
  await agree(page);
  for (const step of STEPS) {
    await go(page, step);
    await look(page, `${step}, empty`);
    for (const add of await page.locator(".list__add").all()) await add.click();
    await unfold(page);
    await page.locator("#next").click();
    // Either there is something to mend, or the next step is there; the summary is always drawn.
    await page
      .locator(`#summary:focus, main:not(:has([data-step="${step}"][aria-current="step"]))`)
      .first()
      .waitFor({ state: "attached" });
    await go(page, step);
    await unfold(page);
    await look(page, `${step}, lists open, after 次へ`);
    for (const unknown of await page.locator("[data-unknown]").all()) await unknown.check();
    await look(page, `${step}, all unknown`);
  }
  await go(page, "review");
  await look(page, "review, not complete");
  await page.locator("#send").click();
  await page.locator("#summary:focus").waitFor();
  await look(page, "review, after 送信する");
  await context.close();
}

async function withAnswers(browser, base, locale, look) {
  const { page, context } = await open(browser, base, { locale });
  await toReview(page);
  for (const step of STEPS) {
    await go(page, step);
    await look(page, `${step}, filled`);
  }
  await go(page, "review");
  await look(page, "review, filled");
  await answerOnce(page, SUBMISSIONS, 503, "store.failed");
  await page.locator("#send").click();
  await page.locator("#send-failure:focus").waitFor();
  await look(page, "review, the desk not reached");
  await answerOnce(page, SUBMISSIONS, 409, "consent.stale");
  await page.locator("#send").click();
  await page.locator("button#agree").waitFor();
  await look(page, "documents that changed");
  await page.locator("button#agree").click();
  await page.locator("#send").click();
  await receiptNumber(page);
  await look(page, "receipt");
  await context.close();
}
