/**
 * The actions of an applicant on the return page, and of the desk on the case.
 */

import { execFileSync } from "node:child_process";
import { dirname, join } from "node:path";
import { received } from "./applicant.mjs";
import { BINARY } from "./desk.mjs";

/** A question of each kind; the text is required, and so is the choice. */
export const QUESTIONS = [
  {
    id: "q1",
    kind: "text",
    required: true,
    title: {
      ja: "ほかに開けなくなったファイルやフォルダはありますか",
      en: "Are there other files or folders that you cannot open?",
    },
  },
  {
    id: "q2",
    kind: "choice",
    required: true,
    title: { ja: "バックアップはありますか", en: "Do you have a backup?" },
    choices: [
      { value: "offline", title: { ja: "ネットワークから切り離したものがある", en: "Yes, one that is offline" } },
      { value: "online", title: { ja: "ネットワークにつながったものがある", en: "Yes, one on the network" } },
      { value: "none", title: { ja: "ない", en: "No" } },
    ],
  },
  {
    id: "q3",
    kind: "moment",
    required: false,
    title: { ja: "脅迫文に気づいたのはいつですか", en: "When did you notice the note?" },
  },
  { id: "q4", kind: "yes_no", required: false, title: { ja: "サーバーを切り離しましたか" } },
];

/** Writes an event of the desk. @param {{ data: string }} desk @param {string} number @param {string} kind @param {any} body */
export function deskEvent(desk, number, kind, body) {
  const program = join(dirname(BINARY), "desk-event");
  execFileSync(program, [desk.data, number, kind, JSON.stringify(body)], { encoding: "utf8" });
}

/** Sends a form and leaves its receipt. @returns {Promise<{ number: string, code: string }>} */
export async function caseWithCode(browser, desk) {
  const { page, context, number } = await received(browser, desk.base);
  const code = await page.locator("#return-code").innerText();
  await context.close();
  return { number, code };
}

/** Opens the return page in a tab of its own. */
export async function openReturn(browser, base, { locale = "ja", width = 1280, height = 900 } = {}) {
  const context = await browser.newContext({
    viewport: { width, height },
    locale: locale === "ja" ? "ja-JP" : "en-GB",
  });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  const errors = [];
  page.on("pageerror", (error) => errors.push(error.message));
  await toReturn(page, base, locale);
  return { page, context, errors };
}

/** Leads a page to the return page. */
export async function toReturn(page, base, locale = "ja") {
  await page.goto(`${base}/return?lang=${locale}`);
  await page.locator("#return-open").waitFor();
}

/** Types number and code, and waits for the case. */
export async function signIn(page, { number, code }) {
  await page.locator("#field-number").fill(number);
  await page.locator("#field-code").fill(code);
  await page.locator("#return-open").click();
  await page.locator("#case-state").waitFor();
}

/** The state of the case in words. */
export const stateShown = (page) => page.locator("#case-state").innerText();
