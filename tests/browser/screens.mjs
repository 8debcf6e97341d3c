/**
 * Every screen of the page in every state that a person can bring about, one after the other.
 *
 *     await everyScreen(browser, base, "ja", async (page, "incident, after 次へ") => { … });
 */

import { caseWithCode, deskEvent, openReturn, QUESTIONS, signIn } from "./visit.mjs";
import { choose } from "./files.mjs";
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

/**
 * The same of the return page.
 *
 * @param {import("playwright-core").Browser} browser @param {{ base: string, data: string }} desk @param {string} locale
 * @param {(page: import("playwright-core").Page, name: string) => Promise<void>} look
 */
export async function everyReturnScreen(browser, desk, locale, look) {
  const given = await caseWithCode(browser, desk);
  deskEvent(desk, given.number, "question.asked", { questions: QUESTIONS });
  deskEvent(desk, given.number, "disclosure.shared", { text: "203.0.113.5" });
  deskEvent(desk, given.number, "referral.applied", { reason: "asked on the telephone" });
  const { page, context } = await openReturn(browser, desk.base, { locale });
  await look(page, "number and code");
  await page.locator("#return-open").click();
  await page.locator("#summary:focus").waitFor();
  await look(page, "number and code, missing");
  await answerOnce(page, "**/v1/return?**", 401, "return.refused");
  await page.locator("#field-number").fill(given.number);
  await page.locator("#field-code").fill(given.code);
  await page.locator("#return-open").click();
  await page.locator("#return-failure:focus").waitFor();
  await look(page, "number and code, refused");
  await signIn(page, given);
  await look(page, "case with questions");
  await page.locator("#disclosures button").click();
  await page.locator(".return-disclosures__text:focus").waitFor();
  await page.locator("#send-intent").click();
  await page.locator("#field-other-name:focus").waitFor();
  await look(page, "case with an opened disclosure, and a consent to be corrected");
  await page.locator("#field-other-name").fill("佐藤 一郎");
  await page.locator("#field-other-role").fill("情報システム部長");
  await page.locator("#send-intent").click();
  await page.locator("#withdraw-intent").click();
  await look(page, "case with a consent, whose withdrawal is to be confirmed");
  await page.locator("#withdraw-intent-now").click();
  await page.locator(".return-referral summary").click();
  await look(page, "case whose consent was withdrawn");
  await page.locator("#open-files").click();
  await page.locator("#choose-files").waitFor({ state: "attached" });
  await choose(page, "#choose-files", { name: "fw.log", text: "a" });
  await page.locator("#send-files").waitFor();
  await look(page, "case with a file to be sent");
  await page.locator("#send-files").click();
  await page.locator('[data-state="arrived"]').waitFor();
  await choose(page, "#choose-files", { name: "b.log", text: "b" });
  await page.locator('[data-state="ready"]').waitFor();
  await answerOnce(page, "**/v1/files?**", 507, "evidence.full");
  await page.locator("#send-files").click();
  await page.locator('[data-state="refused"]').waitFor();
  await look(page, "case with a file that arrived and one that was refused");
  await page.locator("#send-answers").click();
  await page.locator("#summary:focus").waitFor();
  await page.locator("#send-addition").click();
  await page.locator("#field-other-text:focus").waitFor();
  await page.locator(".return-withdrawal summary").click();
  await page.locator("#withdraw").click();
  await look(page, "case, to be corrected, and the withdrawal to be confirmed");
  await page.locator("#withdraw-now").click();
  await page.locator("#return-done:focus").waitFor();
  await look(page, "case that was withdrawn");
  await page.locator("#end-visit").click();
  await page.locator("#return-notice").waitFor();
  await look(page, "visit that ended");
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
