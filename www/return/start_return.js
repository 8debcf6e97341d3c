/**
 * The return page: number and code, then the case, until the visit ends.
 *
 * Its sentences are in the document, both languages (core/messages/return.*.toml): a first visit to the form does not load them.
 */

import { createReturnCase } from "../components/return_case/return_case.js";
import { createSignIn, signInFields } from "../components/return_sign_in/return_sign_in.js";
import { renderFooter } from "../components/page_footer/page_footer.js";
import { renderHeader, switchLanguage } from "../components/page_header/page_header.js";
import { announce, element, plain } from "../app/dom.js";
import { byId, deskUrl, rootElement, scrollToTop, setDocumentTitle, setLanguage, tell } from "../app/environment.js";
import { followHours, hoursAreDrawn, redrawHours } from "../app/opening_hours.js";
import { showStartFailure } from "../app/start_failure.js";
import { localeOf, say, state } from "../app/state.js";
import { visit } from "./visit.js";
import { readVisit } from "./visit_request.js";

/** @typedef {typeof pages} Pages @typedef {{ element: HTMLElement, title: string, focus?: () => void }} ReturnScreen */

/** The page has no やさしい日本語. */
const OFFERED = ["ja", "en"];

/** The ways between the two screens, as the screens get them. */
const pages = { showSignIn, showCase, reread };

/** Draws the present screen. @type {(signal: AbortSignal) => ReturnScreen} */
let drawScreen = () => createSignIn({ pages });
/** Ends the listeners of the present screen. */
let departing = new AbortController();

/** @param {string} asked the language of the address @returns {Promise<import("../app/start.js").RunningPage | null>} null if the page could not start */
export async function startReturn(asked) {
  const block = byId("starting");
  const language = localeOf(asked);
  setLanguage(language);
  try {
    await state.open(language);
  } catch (failure) {
    console.error("start", failure instanceof Error ? failure.message : failure);
    showStartFailure(block);
    tell("failed");
    return null;
  }
  // Nothing of the form is filled in here.
  state.intake.finish();
  visit.begin();
  showScreen(false);
  keepCurrent();
  tell("step", "return");
  tell("ready");
  return {
    speak: (other) => void switchLanguage(other),
    keep: () => visit.keep(),
    theme: state.desk.served.partner?.theme,
  };
}

/** Follows the language, the hours, the network, and the page's coming back into view. */
function keepCurrent() {
  state.addEventListener("language", () => showScreen(false));
  state.addEventListener("desk", () => {
    drawReturnHeader();
    redrawHours();
  });
  for (const change of ["online", "offline"]) addEventListener(change, drawReturnHeader);
  document.addEventListener("visibilitychange", async () => {
    if (document.visibilityState === "visible" && (await state.refresh())) followHours();
  });
  followHours();
}

/** @param {{ why?: "expired" | "ended" }} [how] the reason to ask for the code, if it is not the first time */
function showSignIn({ why } = {}) {
  tell("step", "return");
  drawScreen = () => createSignIn({ pages, why });
  showScreen(true);
}

/** Shows the case as it was read last. @param {{ done?: string }} [how] the key of the sentence on what arrived */
function showCase({ done } = {}) {
  tell("step", "return_case");
  drawScreen = (signal) => createReturnCase({ pages, done, signal });
  showScreen(true);
}

/** Reads the case anew and shows it; where it cannot be read, the last one stays. @param {{ done?: string }} [how] */
async function reread(how) {
  const outcome = await readVisit();
  if (outcome.kind === "done") visit.take(outcome.body);
  if (outcome.kind === "expired") return showSignIn({ why: "expired" });
  showCase(how);
}

/** Draws the present screen anew. @param {boolean} moved true if it is another one, which begins at its top and takes the focus */
function showScreen(moved) {
  takeWords();
  departing.abort();
  departing = new AbortController();
  const screen = drawScreen(departing.signal);
  byId("main")?.replaceChildren(screen.element);
  hoursAreDrawn();
  drawReturnHeader();
  renderFooter(element("a", { href: deskUrl(`/?lang=${state.language}`), target: "_blank" }, say("return_form")));
  setDocumentTitle(plain(say("title_page", { step: screen.title, name: state.desk.name })));
  announce("");
  if (!moved) return;
  scrollToTop();
  if (screen.focus) screen.focus();
  else screen.element.querySelector("h1")?.focus({ preventScroll: true });
}

function drawReturnHeader() {
  renderHeader({ offered: OFFERED });
}

/** Puts the page's own sentences and fields into the description, which is another one after a change of the language. */
function takeWords() {
  const words = JSON.parse(rootElement().dataset.words ?? "{}")[state.locale];
  Object.assign(state.description.words, words);
  state.description.sections = [...signInFields(), visit.answers.section];
}
