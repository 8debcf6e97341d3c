/**
 * The start of the page: loads the desk, the module and the documents, and shows the first screen or reports that it cannot.
 */

import { switchLanguage } from "../components/page_header/page_header.js";
import { byId, setLanguage, tell } from "./environment.js";
import { followHours } from "./opening_hours.js";
import { startRouter } from "./router.js";
import { showStartFailure } from "./start_failure.js";
import { localeOf, state } from "./state.js";
import { recall, receiptKept } from "./storage.js";

/** @typedef {{ speak: (language: string) => void, keep: () => void, theme: unknown }} RunningPage the page as the page around it uses it */

/**
 * @param {string} asked the language that is asked for, unless the person was in another one before
 * @returns {Promise<RunningPage | null>} null if the page could not start
 */
export async function start(asked) {
  const block = byId("starting");
  const language = receiptKept()?.locale ?? recall()?.locale ?? asked;
  setLanguage(localeOf(language));
  try {
    await state.open(language);
    startRouter();
    keepFresh();
    tell("ready");
    if (state.engine.blocked) tell("error", "wasm-blocked");
    return {
      speak: (other) => void switchLanguage(other),
      keep: () => state.intake.keepPending(),
      theme: state.desk.served.partner?.theme,
    };
  } catch (failure) {
    console.error("start", failure instanceof Error ? failure.message : failure);
    showStartFailure(block);
    tell("failed");
    return null;
  }
}

/** Asks the desk again when the page becomes visible, possibly after days in the background. */
function keepFresh() {
  document.addEventListener("visibilitychange", async () => {
    if (document.visibilityState !== "visible" || !(await state.refresh())) return;
    followHours();
    if (!state.intake.finished) await state.intake.check();
  });
  followHours();
  addEventListener("pagehide", () => state.intake.keepPending());
}
