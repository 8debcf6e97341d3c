/**
 * Where the page begins, once it knows where it lives: loads what it needs and shows the first screen, or says that it cannot.
 */

import { announce } from "./element.js";
import { drawFrame, drawHours } from "./frame.js";
import { Page } from "./page.js";
import { find, nameLanguage, namedStep, nameStep, onMove, rootElement, tell } from "./place.js";
import { recall, receiptKept } from "./memory.js";
import { consentScreen } from "./screens/consent.js";
import { formScreen, stepInAddress } from "./screens/form.js";
import { failedScreen } from "./screens/failed.js";
import { receiptScreen } from "./screens/receipt.js";
import { stepNames } from "./steps.js";

/**
 * @param {string} asked the language that is asked for; one in which the person already was goes before it
 * @returns {Promise<Page | null>} null where it could not start
 */
export async function start(asked) {
  const block = find("starting");
  const locale = receiptKept()?.locale ?? recall()?.locale ?? asked;
  nameLanguage(locale);
  try {
    const page = await Page.open(locale);
    firstScreen(page);
    keepFresh(page);
    tell("ready");
    if (page.engine.blocked) tell("error", "wasm-blocked");
    return page;
  } catch (failure) {
    console.error("start", failure instanceof Error ? failure.message : failure);
    failedScreen(block, locale);
    tell("failed");
    return null;
  }
}

/** The receipt that is in hand, the step that was left, or the documents. @param {Page} page */
function firstScreen(page) {
  const kept = receiptKept();
  if (kept) {
    tell("again", kept.receipt.number);
    return receiptScreen(page, kept);
  }
  if (!page.intake.agreement) return consentScreen(page);
  return formScreen(page, stepInAddress(page.intake.step));
}

/** The page may have lain in the background for days: ask the desk again when it is looked at. @param {Page} page */
function keepFresh(page) {
  document.addEventListener("visibilitychange", async () => {
    if (document.visibilityState !== "visible" || !(await page.refresh())) return;
    followHours(page);
    if (!page.intake.finished) await page.intake.check();
  });
  followHours(page);
  addEventListener("pagehide", () => page.intake.keepPending());
  for (const change of ["online", "offline"]) {
    addEventListener(change, () => {
      drawFrame(page);
      announce(page.say(change));
    });
  }
  onMove(() => moved(page));
}

/** How long the page goes without a look at the hours, since a clock may be set and a device may sleep (milliseconds). */
const HOURS_AGE_MAX = 60_000;

/**
 * Follows the hours while the page is looked at. The module computes them; the desk is asked where there is no module, and where the
 * clocks disagree, since the time is then not known.
 *
 * @param {Page} page
 */
function followHours(page) {
  const { untilChange } = page.desk;
  clearTimeout(page.timer);
  page.timer = setTimeout(async () => {
    if (document.visibilityState === "visible" && rootElement().isConnected) await lookAtHours(page);
    followHours(page);
  }, untilChange > 0 ? Math.min(untilChange, HOURS_AGE_MAX) : HOURS_AGE_MAX);
}

/** @param {Page} page */
async function lookAtHours(page) {
  const { desk, engine, locale } = page;
  const { open } = desk;
  const asked = (desk.unsure || (engine.blocked && desk.untilChange <= 0)) && (await page.refresh());
  if (!asked) desk.status = engine.opening(desk.context(locale), desk.now()) ?? desk.status;
  drawHours(page);
  if (page.desk.open !== open && !page.intake.finished) await page.intake.check();
}

/** The browser's way back or forward. A receipt stays: what was sent is not filled in again. @param {Page} page */
function moved(page) {
  if (page.intake.finished) return nameStep("");
  if (!page.intake.agreement) return;
  if (stepNames().includes(namedStep())) return formScreen(page, stepInAddress());
  // The documents are shown already.
  if (!find("agree")) consentScreen(page);
}
