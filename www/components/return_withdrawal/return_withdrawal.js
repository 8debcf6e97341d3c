/**
 * The withdrawal of the application, in two steps: it ends the desk's work.
 */

import { announce, button, element } from "../../app/dom.js";
import { scrollAndFocus, tell } from "../../app/environment.js";
import { say } from "../../app/state.js";
import { visit } from "../../return/visit.js";
import { sendInVisit } from "../../return/visit_request.js";
import { createFold } from "../fold/fold.js";
import { failureOf } from "../return_sign_in/return_sign_in.js";

const WITHDRAWAL_PATH = "/v1/withdrawals";
const WITHDRAWAL = JSON.stringify({ what: "application" });

/** @param {{ pages: import("../../return/start_return.js").Pages }} props @returns {HTMLElement} */
export function createWithdrawal({ pages }) {
  const failure = element("div.alert", { id: "withdrawal-failure", tabindex: "-1", hidden: true });
  const ask = button("second", say("return_withdraw"), () => confirm(true), { id: "withdraw" });
  const question = element(
    "div.alert.return-withdrawal__confirm",
    { id: "withdrawal-confirm", tabindex: "-1", role: "group", "aria-labelledby": "withdrawal-question", hidden: true },
    element("h3", { id: "withdrawal-question" }, say("return_withdraw_question")),
    element("p", say("return_withdraw_effect")),
    element(
      "div.ways",
      button("main", say("return_withdraw_now"), withdraw, { id: "withdraw-now" }),
      button("second", say("return_withdraw_not"), () => confirm(false), { id: "withdraw-not" }),
    ),
  );

  /** @param {boolean} asked */
  function confirm(asked) {
    question.hidden = !asked;
    ask.hidden = asked;
    if (asked) scrollAndFocus(question, "nearest");
    else ask.focus();
  }

  async function withdraw() {
    failure.hidden = true;
    announce(say("return_sending"));
    const outcome = await sendInVisit(WITHDRAWAL_PATH, WITHDRAWAL, visit.keyOf(WITHDRAWAL_PATH, WITHDRAWAL));
    announce("");
    if (outcome.kind === "expired") return pages.showSignIn({ why: "expired" });
    if (outcome.kind === "done") {
      visit.arrived(WITHDRAWAL_PATH);
      return pages.reread({ done: "return_withdraw_done" });
    }
    tell("error", outcome.kind === "unreachable" ? "lost" : "refused");
    failure.replaceChildren(...failureOf(outcome));
    failure.hidden = false;
    scrollAndFocus(failure);
  }
  return element(
    "section.return-withdrawal",
    createFold(say("return_withdraw_title"), false, element("p", say("return_withdraw_note")), failure, ask, question),
  );
}
