/**
 * Where the page begins: loads what it needs and shows the first screen, or says that it cannot.
 */

import { Page } from "./page.js";
import { recall, receiptKept } from "./memory.js";
import { consentScreen } from "./screens/consent.js";
import { formScreen, stepInAddress } from "./screens/form.js";
import { failedScreen } from "./screens/failed.js";
import { receiptScreen } from "./screens/receipt.js";
import { stepNames } from "./steps.js";

await start();

async function start() {
  const block = document.getElementById("starting");
  const asked = new URLSearchParams(location.search).get("lang") === "en" ? "en" : "ja";
  const locale = receiptKept()?.locale ?? recall()?.locale ?? asked;
  document.documentElement.lang = locale;
  try {
    const page = await Page.open(locale);
    first(page);
    keepFresh(page);
  } catch (failure) {
    console.error("start", failure instanceof Error ? failure.message : failure);
    failedScreen(block, locale);
  }
}

/** The receipt that is in hand, the step that was left, or the documents. @param {Page} page */
function first(page) {
  const kept = receiptKept();
  if (kept) return receiptScreen(page, kept);
  if (!page.intake.agreement) return consentScreen(page);
  return formScreen(page, stepInAddress(), false);
}

/** The page may have lain in the background for days: ask the desk again when it is looked at. @param {Page} page */
function keepFresh(page) {
  document.addEventListener("visibilitychange", async () => {
    if (document.visibilityState === "visible" && (await page.refresh()) && !page.intake.finished) await page.intake.check();
  });
  history.scrollRestoration = "manual";
  addEventListener("popstate", () => moved(page));
}

/** The browser's way back or forward. A receipt stays: what was sent is not filled in again. @param {Page} page */
function moved(page) {
  if (page.intake.finished) return history.replaceState(null, "", location.pathname + location.search);
  if (!page.intake.agreement) return;
  if (stepNames().includes(location.hash.slice(1))) return formScreen(page, stepInAddress());
  // A jump within the documents is the browser's own.
  if (!document.getElementById("agree")) consentScreen(page);
}
