/**
 * The withdrawal of the application, in two steps: it ends the desk's work.
 */

import { button, element } from "../../app/dom.js";
import { scrollAndFocus } from "../../app/environment.js";
import { say } from "../../app/state.js";
import { failureBox, sendAndExplain } from "../../return/visit_form.js";
import { createFold } from "../fold/fold.js";

const WITHDRAWAL = JSON.stringify({ what: "application" });

/** @param {{ pages: import("../../return/start_return.js").Pages }} props @returns {HTMLElement} */
export function createWithdrawal({ pages }) {
  const failure = failureBox("withdrawal-failure");
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
    const outcome = await sendAndExplain({ path: "/v1/withdrawals", body: WITHDRAWAL, failure, pages });
    if (outcome.kind === "done") await pages.reread({ done: "return_withdraw_done" });
  }
  return element(
    "section.return-withdrawal",
    createFold(say("return_withdraw_title"), false, element("p", say("return_withdraw_note")), failure, ask, question),
  );
}
