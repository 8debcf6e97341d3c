/**
 * The hand-over to the forensics company (clause 1②): what goes to whom and what for, the consent to it, and its withdrawal.
 *
 * Nothing is ticked beforehand: name, role and one button are the consent. It is there once an introduction was wished.
 */

import { element, typedText } from "../../app/dom.js";
import { say, state } from "../../app/state.js";
import { failureBox, sendAndExplain } from "../../return/visit_form.js";
import { createFold } from "../fold/fold.js";
import { confirmedAction } from "../return_withdrawal/confirmed_action.js";
import { createIntentForm } from "./intent_form.js";
import { referralTerms } from "./referral_terms.js";

const INTENT_WITHDRAWAL = JSON.stringify({ what: "intent" });

/** The states of a referral in which a new consent is the exception: the form is folded. */
const CONSENT_AGAIN = ["collected", "withdrawn"];

/**
 * @param {{ found: form.ReturnedCase, pages: import("../../return/start_return.js").Pages, signal: AbortSignal }} props the signal
 *   ends with the screen
 * @returns {HTMLElement | null} null where there is nothing to consent to
 */
export function createReferral({ found, pages, signal }) {
  const { state: now, since } = found.referral;
  const isClosed = found.state === "closed";
  if (!now || (isClosed && !since)) return null;
  const company = typedText(state.desk.served.forensics_company);
  const asks = !isClosed && (!since || now === "collected");
  return element(
    "section.return-referral",
    { id: "referral", "aria-labelledby": "referral-title" },
    element("h2", { id: "referral-title" }, say("return_referral")),
    since && element("p", { id: "referral-since" }, say("return_referral_since", { date: dateOf(since), company })),
    element("p", { id: "referral-state" }, say(`return_referral_${now}`, { company })),
    since && createIntentWithdrawal({ company, pages }),
    asks && askForIntent({ found, now, pages, signal }),
  );
}

/** @param {{ found: form.ReturnedCase, now: string, pages: import("../../return/start_return.js").Pages, signal: AbortSignal }} props */
function askForIntent({ found, now, pages, signal }) {
  const parts = [...referralTerms(found.referral.purposes), createIntentForm({ pages, signal })];
  if (!CONSENT_AGAIN.includes(now)) return element("div", ...parts);
  return createFold(say(`return_intent_${now}`), false, ...parts);
}

/** @param {{ company: string, pages: import("../../return/start_return.js").Pages }} props */
function createIntentWithdrawal({ company, pages }) {
  const failure = failureBox("intent-withdrawal-failure");
  const words = {
    ask: say("return_intent_withdraw"),
    question: say("return_intent_withdraw_question"),
    effect: say("return_intent_withdraw_effect", { company }),
    now: say("return_intent_withdraw_now"),
    not: say("return_intent_withdraw_not"),
  };

  async function withdraw() {
    const outcome = await sendAndExplain({ path: "/v1/withdrawals", body: INTENT_WITHDRAWAL, failure, pages });
    if (outcome.kind === "done") await pages.reread({ done: "return_intent_withdraw_done" });
  }
  return element("div.return-referral__withdrawal", failure, ...confirmedAction("withdraw-intent", words, withdraw));
}

/** @param {number | string} at */
function dateOf(at) {
  return state.desk.clock(at);
}
