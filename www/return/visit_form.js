/**
 * The forms of the return page: one button sends, and an outcome without a result is shown in words beside it.
 */

import { announce, button, element, runBusy } from "../app/dom.js";
import { reloadDocument, scrollAndFocus, tell } from "../app/environment.js";
import { byHours } from "../app/opening_hours.js";
import { say, state } from "../app/state.js";
import { withPhoneLink } from "../components/phone_link/phone_link.js";
import { keepComposing } from "../components/text_field/text_field.js";
import { visit } from "./visit.js";
import { sendInVisit } from "./visit_request.js";

/** @param {HTMLElement} send its button @param {() => Promise<void>} work @param {...(Node | string)} inside */
export function visitForm(send, work, ...inside) {
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    void runBusy(send, work);
  };
  return element("form", { novalidate: true, on: { keydown: keepComposing, submit } }, ...inside);
}

/** The room for the words on a failure. @param {string} id @returns {HTMLElement} */
export function failureBox(id) {
  return element("div.alert", { id, tabindex: "-1", hidden: true });
}

/**
 * Sends within the visit; whatever keeps it from arriving is shown, but for issues.
 *
 * @param {{ path: string, body: string, sent?: import("./judged_answers.js").JudgedAnswers, failure: HTMLElement,
 *   pages: import("./start_return.js").Pages }} what the answers are forgotten once they arrived
 */
export async function sendAndExplain({ path, body, sent, failure, pages }) {
  failure.hidden = true;
  announce(say("return_sending"));
  const outcome = await sendInVisit(path, body, visit.keyOf(path, body));
  announce("");
  if (outcome.kind === "done") visit.arrived(path, sent);
  else if (outcome.kind === "expired") pages.showSignIn({ why: "expired" });
  else if (outcome.kind === "changed") await pages.reread({ done: "return_changed" });
  else if (outcome.kind === "stale") {
    await state.renewConsent().catch(() => {});
    await pages.reread({ done: "return_intent_stale" });
  } else if (outcome.kind !== "issues") {
    tell("error", outcome.kind === "unreachable" ? "lost" : "refused");
    showVisitFailure(failure, outcome);
  }
  return outcome;
}

/** @param {HTMLElement} failure its room @param {form.VisitOutcome} outcome */
export function showVisitFailure(failure, outcome) {
  failure.replaceChildren(...failureWords(outcome));
  failure.hidden = false;
  scrollAndFocus(failure);
}

/** The time of day at the desk. @param {number | string} at */
export function timeOf(at) {
  return state.desk.clock(at, { year: undefined, month: undefined, day: undefined });
}

/** @param {form.VisitOutcome} outcome @returns {Node[]} */
function failureWords(outcome) {
  const phone = byHours("", () => [element("p.strong", ...withPhoneLink("unreachable_phone"))]);
  switch (outcome.kind) {
    case "refused":
      return [element("h2", say("return_refused_title")), element("p", say("return_refused")), phone];
    case "wait": {
      const time = timeOf(state.desk.now() + outcome.seconds * 1000);
      return [element("h2", say("return_wait_title")), element("p", say("return_wait", { time })), phone];
    }
    case "outdated": {
      const again = button("second", say("return_reload"), () => reloadDocument(), { id: "return-reload" });
      return [element("h2", say("return_outdated_title")), element("p", say("return_outdated")), again];
    }
    case "failed":
      return [element("h2", say("return_failed_title")), element("p", outcome.detail), phone];
    default:
      return [element("h2", say("return_failed_title")), element("p", say("return_unreachable")), phone];
  }
}
