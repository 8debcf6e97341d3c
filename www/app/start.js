/**
 * The start of the page: loads what it needs and shows the first screen, or reports that it cannot.
 */

import { switchLanguage } from "../components/page_header/page_header.js";
import { showStartFailure } from "../components/start_screen/start_screen.js";
import { byId, setLanguage, tell } from "./environment.js";
import { followHours } from "./opening_hours.js";
import { startRouter } from "./router.js";
import { state } from "./state.js";
import { recall, receiptKept } from "./storage.js";

/** @typedef {{ speak: (locale: string) => void, keep: () => void, theme: unknown }} RunningPage what the page around may ask of this one */

/**
 * @param {string} asked the language that is asked for; one in which the person already was goes before it
 * @returns {Promise<RunningPage | null>} null where it could not start
 */
export async function start(asked) {
  const block = byId("starting");
  const locale = receiptKept()?.locale ?? recall()?.locale ?? asked;
  setLanguage(locale);
  try {
    await state.open(locale);
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
    showStartFailure(block, locale);
    tell("failed");
    return null;
  }
}

/** The page may have lain in the background for days: asks the desk again when it is looked at. */
function keepFresh() {
  document.addEventListener("visibilitychange", async () => {
    if (document.visibilityState !== "visible" || !(await state.refresh())) return;
    followHours();
    if (!state.intake.finished) await state.intake.check();
  });
  followHours();
  addEventListener("pagehide", () => state.intake.keepPending());
}
