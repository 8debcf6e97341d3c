/**
 * Navigation: the screen that is shown, the browser's history, the focus, and the document's title.
 *
 * consent → steps → review → receipt. `router.goTo("contact", "/contact/phone")` shows a step, adds it to the history and focuses
 * a field. A screen is a component, `create(props)` → `{ element, title, update() }`, that gets the router as a prop: the router
 * imports the screens, and no screen imports another.
 */

import { createConsent } from "../components/consent/consent.js";
import { createFormStep } from "../components/form_step/form_step.js";
import { createModuleUpdateNotice } from "../components/module_update_notice/module_update_notice.js";
import { renderFooter } from "../components/page_footer/page_footer.js";
import { renderHeader } from "../components/page_header/page_header.js";
import { createReceipt } from "../components/receipt/receipt.js";
import { createReview } from "../components/review/review.js";
import { announce, plain } from "./dom.js";
import { byId, onPopState, scrollToTop, setDocumentTitle, setStep, stepShown, tell } from "./environment.js";
import { loadLater } from "./later.js";
import { hoursAreDrawn, redrawHours } from "./opening_hours.js";
import { afterPointerUp } from "./pointer_guard.js";
import { say, state } from "./state.js";
import { FIRST, REVIEW, stepNames } from "./steps.js";
import { keepReceipt, receiptKept } from "./storage.js";

/** @typedef {typeof router} Router @typedef {{ element: HTMLElement, title: string, update?: () => void }} Screen */

/** The notice of a change while the person was filling in, until the next step. @type {HTMLElement | null} */
let notice = null;
/** True if the next screen begins at its top and takes the focus: not the first one, which nobody asked for, nor one drawn anew. */
let takesFocus = false;
/** Draws the present screen anew. */
let draw = () => {};
/** Ends the listeners of the present screen. */
let leaving = new AbortController();

/** The router as screens and components get it. */
export const router = { goTo, redraw, setTitle, showConsent, showReceipt, showReview, showStep };

/** Shows the receipt in hand, the step that was left, or the documents; from then on follows the browser's history and the state. */
export function startRouter() {
  const kept = receiptKept();
  if (kept) {
    tell("again", kept.receipt.number);
    showReceipt(kept);
  } else if (state.intake.agreement) showStep(stepInAddress(state.intake.step));
  else showConsent();
  onPopState(followHistory);
  state.addEventListener("desk", () => {
    drawHeader();
    redrawHours();
  });
  state.addEventListener("language", redraw);
  state.addEventListener("module", (event) => {
    const { fresh, redraw: mayRedraw } = /** @type {CustomEvent} */ (event).detail;
    notice = createModuleUpdateNotice({ fresh, goTo: leave }).element;
    if (mayRedraw) redraw();
    else drawHeader();
    announce(say("module_renewed"));
  });
  for (const change of ["online", "offline"]) {
    addEventListener(change, () => {
      drawHeader();
      announce(say(change));
    });
  }
}

/**
 * Puts a screen into the page and keeps it up to date.
 *
 * @template {Screen} T
 * @param {(signal: AbortSignal) => T} create the signal ends with the screen @param {() => void} drawAnew
 * @returns {T}
 */
function show(create, drawAnew) {
  const moved = takesFocus;
  takesFocus = true;
  draw = drawAnew;
  leaving.abort();
  leaving = new AbortController();
  const { signal } = leaving;
  const screen = create(signal);
  const main = /** @type {HTMLElement} */ (byId("main"));
  main.replaceChildren(screen.element);
  hoursAreDrawn();
  drawHeader();
  renderFooter();
  setTitle(screen.title, false);
  announce("");
  if (moved) {
    scrollToTop();
    main.querySelector("h1")?.focus({ preventScroll: true });
  }
  if (screen.update) {
    const update = () => void (signal.aborted || screen.update?.());
    state.intake.addEventListener("report", () => afterPointerUp(update), { signal });
    update();
    void state.intake.check();
  }
  return screen;
}

/** Draws the present screen anew, without a scroll: with other words, other answers, another module. */
function redraw() {
  takesFocus = false;
  draw();
}

function drawHeader() {
  renderHeader({ notice });
}

/** @param {string} title @param {boolean} wrong true if the screen shows issues */
function setTitle(title, wrong) {
  const named = say("title_page", { step: title, name: state.desk.name });
  setDocumentTitle(plain(wrong ? say("title_error", { title: named }) : named));
}

/** Goes to a step and makes it one of the browser's history. @param {string} step @param {string} [path] the field to go to */
function goTo(step, path) {
  setStep(step, true);
  showStep(step, path);
}

/** @param {string} step @param {string} [path] the field to go to */
function showStep(step, path) {
  setStep(step);
  tell("step", step);
  state.intake.step = step;
  state.intake.keep();
  if (step === REVIEW) return void showReview();
  const create = () => createFormStep({ step, router: { ...router, goTo: leave } });
  const screen = show(create, () => showStep(step));
  if (path) screen.focusField(path);
}

/** Goes on from a step, on which the notice was seen. @param {string} step @param {string} [path] the field to go to */
function leave(step, path) {
  notice = null;
  goTo(step, path);
}

/** @param {{ outcome: form.Outcome | null }} [failed] the last sending without a receipt, which is shown again if the screen is drawn anew */
function showReview(failed = { outcome: null }) {
  state.intake.reviewed = true;
  // For the receipt, which shows its number without it.
  loadLater().catch(() => {});
  const screen = show(
    (signal) => createReview({ router, signal, failed }),
    () => showReview(failed),
  );
  if (failed.outcome) screen.showFailure(failed.outcome);
  return screen;
}

/**
 * @param {{ why?: "consent" | "consent_stale" | "consent_again", then?: () => void }} [how] the reason to show the documents: for the
 *   first time, because they changed after they were agreed to, or because the agreement cannot be used
 */
function showConsent(how = {}) {
  const { why = "consent", then = () => goTo(stepInAddress()) } = how;
  tell("step", "consent");
  const create = () => createConsent({ why, then });
  show(create, () => showConsent(how));
}

/** @param {form.Kept} kept */
function showReceipt(kept) {
  keepReceipt({ ...kept, locale: state.language });
  // Just sent: the report is at hand, and nothing moves once the receipt is shown.
  const report = kept.later ? null : state.intake.report;
  state.intake.finish();
  setStep("");
  tell("step", "receipt");
  notice = null;
  const create = () => createReceipt({ kept, report, router });
  show(create, () => showReceipt(kept));
}

/** The step that the address names. @param {string} [otherwise] if it names none */
function stepInAddress(otherwise = "") {
  return [stepShown(), otherwise].find((name) => stepNames().includes(name)) ?? FIRST;
}

/** Follows the browser's back and forward. A receipt stays: sent answers are not filled in again, and a new request begins at its first step. */
function followHistory() {
  if (state.intake.finished || !state.intake.agreement) return setStep("");
  if (stepNames().includes(stepShown())) return showStep(stepInAddress());
  // The documents may be shown already.
  if (!byId("agree")) showConsent();
}
