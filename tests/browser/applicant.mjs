/**
 * The actions of a person in the page, step by step, so that tests read like the person's way.
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

/** Opens the page in a tab of its own; every script error of the page fails the test that calls `errors`. */
export async function open(browser, base, { locale = "ja", width = 1280, height = 900 } = {}) {
  const context = await browser.newContext({
    viewport: { width, height },
    locale: locale === "ja" ? "ja-JP" : "en-GB",
  });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  const errors = [];
  page.on("pageerror", (error) => errors.push(error.message));
  await page.goto(`${base}/?lang=${locale}`);
  await page.locator("button#agree").waitFor();
  return { page, context, errors };
}

/** To the first question. */
export async function begin(page) {
  await page.locator("button#agree").click();
  await stepShown(page, "now");
}

/** Waits until a step is shown: on a narrow screen the list that names it is folded. */
export function stepShown(page, name) {
  return page.locator(`[data-step="${name}"][aria-current="step"]`).waitFor({ state: "attached" });
}

/** The first question answered, to the step after it. */
export async function agree(page) {
  await begin(page);
  await option(page, "/incident/ongoing", "yes").check();
  await next(page, "contact");
  await page.locator("#field-contact-company").waitFor();
}

export const field = (page, path) => page.locator(`[id="field${path.replaceAll("/", "-")}"]`);
export const option = (page, path, value) =>
  page.locator(`input[name="field${path.replaceAll("/", "-")}"][value="${value}"]`);
export const unknown = (page, path) => page.locator(`[data-unknown="${path}"]`);

export async function next(page, step) {
  await page.locator("#next").click();
  await stepShown(page, step);
}

/** To a step by the step list, which a narrow screen folds. */
export async function step(page, name) {
  const line = page.locator(".step-list__position");
  if (await line.evaluate((one) => one.checkVisibility() && one.getAttribute("aria-expanded") === "false"))
    await line.click();
  await page.locator(`[data-step="${name}"]`).click();
  await stepShown(page, name);
}

/** Opens every line behind which something waits. */
export function unfold(page) {
  return page.locator("main").evaluate((main) => {
    for (const one of main.querySelectorAll("details")) one.open = true;
  });
}

/** Opens the line with the ways to keep the answers. */
export function openSavePanel(page) {
  return page
    .locator(".save-panel details")
    .first()
    .evaluate((one) => {
      one.open = true;
    });
}

export async function fillContact(page) {
  await field(page, "/contact/company").fill("株式会社れい");
  await field(page, "/contact/person").fill("山田 花子");
  await field(page, "/contact/phone").fill("０３-３２１１-９９９９");
  await page.locator(".text-field__same").click();
  assert.equal(await field(page, "/contact/responsible").inputValue(), "山田 花子");
}

export async function fillIncident(page) {
  await field(page, "/incident/summary").fill("共有フォルダのファイルが開けず、脅迫文が置かれている。");
  await option(page, "/incident/kind", "ransomware").check();
  await field(page, "/incident/discovered_at-year").fill("2026");
  await field(page, "/incident/discovered_at-month").fill("１１");
  await field(page, "/incident/discovered_at-day").fill("20");
  await field(page, "/incident/discovered_at-time").fill("9時半");
  await option(page, "/incident/discovery_trigger/by", "employee").check();
}

/** The one thing of this step that must be answered. */
export async function fillService(page) {
  await unknown(page, "/incident/purpose").check();
}

/** From the documents to the answers, checked and ready to send. @param {any} page @param {() => unknown} [midway] an action on the first step */
export async function toReview(page, midway = () => undefined) {
  await agree(page);
  await fillContact(page);
  await midway();
  await next(page, "incident");
  await fillIncident(page);
  await next(page, "service");
  await fillService(page);
  await next(page, "devices");
  await page.locator(".list__add").first().click();
  await option(page, "/devices/0/identified", "suspected").check();
  await next(page, "review");
  await page.locator("#send").waitFor();
}

export async function receiptNumber(page) {
  await page.locator("#reception-number").waitFor();
  return page.locator("#reception-number").innerText();
}

/** Fills in a form and sends it. @returns {Promise<any>} what `open` gives, and the number */
export async function received(browser, base, how) {
  const opened = await open(browser, base, how);
  await toReview(opened.page);
  await opened.page.locator("#send").click();
  return { ...opened, number: await receiptNumber(opened.page) };
}

/** Presses a button that saves a file. @returns {Promise<any>} its name, its path and its text */
export async function download(page, button) {
  const [file] = await Promise.all([page.waitForEvent("download"), page.locator(button).click()]);
  const path = await file.path();
  return { name: file.suggestedFilename(), path, text: readFileSync(path, "utf8") };
}

/**
 * Answers the next request to an address with a problem.
 *
 * @param {any} page @param {string} address @param {number} status @param {string} code
 */
export function answerOnce(page, address, status, code) {
  const body = JSON.stringify({ status, code });
  const respond = (route) => route.fulfill({ status, contentType: "application/problem+json", body });
  return page.route(address, respond, { times: 1 });
}
