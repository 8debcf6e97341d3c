/**
 * The withdrawal of the application, in two steps: it ends the desk's work.
 */

import { element } from "../../app/dom.js";
import { say } from "../../app/state.js";
import { failureBox, sendAndExplain } from "../../return/visit_form.js";
import { createFold } from "../fold/fold.js";
import { confirmedAction } from "./confirmed_action.js";

const WITHDRAWAL = JSON.stringify({ what: "application" });

/** @param {{ pages: import("../../return/start_return.js").Pages }} props @returns {HTMLElement} */
export function createWithdrawal({ pages }) {
  const failure = failureBox("withdrawal-failure");
  const words = {
    ask: say("return_withdraw"),
    question: say("return_withdraw_question"),
    effect: say("return_withdraw_effect"),
    now: say("return_withdraw_now"),
    not: say("return_withdraw_not"),
  };

  async function withdraw() {
    const outcome = await sendAndExplain({ path: "/v1/withdrawals", body: WITHDRAWAL, failure, pages });
    if (outcome.kind === "done") await pages.reread({ done: "return_withdraw_done" });
  }
  const steps = confirmedAction("withdraw", words, withdraw);
  return element(
    "section.return-withdrawal",
    createFold(say("return_withdraw_title"), false, element("p", say("return_withdraw_note")), failure, ...steps),
  );
}
