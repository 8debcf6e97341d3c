/**
 * Where the page begins: loads what it needs and shows the first screen, or says that it cannot.
 */

import { Page } from "./page.js";
import { recall, sentBefore } from "./memory.js";
import { consentScreen } from "./screens/consent.js";
import { formScreen, stepInAddress } from "./screens/form.js";
import { failedScreen } from "./screens/failed.js";
import { receiptAgain } from "./screens/review.js";

await start();

async function start() {
  const locale = recall()?.locale ?? (new URLSearchParams(location.search).get("lang") === "en" ? "en" : "ja");
  document.documentElement.lang = locale;
  try {
    const page = await Page.open(locale);
    await first(page);
    keepFresh(page);
  } catch (failure) {
    console.error("start", failure instanceof Error ? failure.message : failure);
    failedScreen();
  }
}

/** The receipt of a text that was sent, the step that was left, or the documents. @param {Page} page */
async function first(page) {
  if (sentBefore()) return receiptAgain(page);
  if (!page.intake.agreement) return consentScreen(page);
  return formScreen(page, stepInAddress(), false);
}

/** The page may have lain in the background for days: ask the desk again when it is looked at. @param {Page} page */
function keepFresh(page) {
  document.addEventListener("visibilitychange", async () => {
    if (document.visibilityState === "visible" && (await page.refresh())) await page.intake.check();
  });
  addEventListener("popstate", () => {
    if (page.intake.agreement && !sentBefore()) formScreen(page, stepInAddress(), false);
  });
}
