/**
 * The receipt: the number and the next steps, which wait for nothing, and then all else with the script that is loaded later.
 *
 * The number is shown only after the server reported that the record is durable (clause 4⑩).
 */

import { button, element } from "../../app/dom.js";
import { isOwnDocument, reloadDocument, scrollAndFocus, wholeUrl } from "../../app/environment.js";
import { loadLater } from "../../app/later.js";
import { byHours, hoursText } from "../../app/opening_hours.js";
import { groupDigits } from "../../app/return_code.js";
import { say, state } from "../../app/state.js";
import { returnLink } from "../page_footer/page_footer.js";
import { withPhoneLink } from "../phone_link/phone_link.js";

/** @typedef {{ kept: form.Kept, report: form.Report | null, router: import("../../app/router.js").Router }} ReceiptProps */

/** @param {ReceiptProps} props */
export function createReceipt(props) {
  const { kept } = props;
  const title = say("receipt_title");
  const heading = element("h1", { tabindex: "-1" }, title);
  const body = element("div", numberPanel(kept), nextSteps(kept.receipt));
  void complete();

  async function complete() {
    try {
      const { receiptParts } = await loadLater();
      body.replaceChildren(...receiptParts(props));
    } catch (failure) {
      console.warn("receipt", failure instanceof Error ? failure.message : failure);
      body.replaceChildren(numberPanel(kept), incomplete(), nextSteps(kept.receipt));
    }
  }

  /** The number is safe without the rest, which another attempt may bring. */
  function incomplete() {
    const again = async () => {
      await complete();
      // After an upgrade of the desk only another document knows the script; the receipt is kept through the reload.
      if (body.querySelector("#receipt-incomplete") && (await state.refresh(false))) reloadDocument();
      scrollAndFocus(body.querySelector("#receipt-incomplete button") ?? heading, "nearest");
    };
    return element(
      "div.notice",
      { id: "receipt-incomplete" },
      element("p", say("receipt_incomplete")),
      button("second", say("receipt_retry"), again),
    );
  }
  return { title, element: element("div.sheet.receipt", heading, body) };
}

/**
 * The number large, for a look from the telephone, and beside it the return code.
 *
 * @param {form.Kept} kept @param {Node} [actions] what can be done with the number @param {Node} [warning]
 */
export function numberPanel({ receipt, code }, actions, warning) {
  const { number, received_at, test } = receipt;
  return element(
    "div.receipt__number",
    element("p.label", say("receipt_number")),
    element("p.receipt__digits", { id: "reception-number" }, number),
    element("p.hint", say("receipt_spoken")),
    code && element("p.label", say("return_code")),
    code && element("p.receipt__code", { id: "return-code" }, groupDigits(code)),
    code && element("p.hint", say("return_code_note")),
    actions,
    test && element("p.strong", { id: "receipt-test" }, say("test_notice")),
    warning,
    element("p.receipt__received", say("receipt_received"), " ", state.desk.clock(received_at)),
    code && element("p", returnLink(), element("span.on-paper", wholeUrl("/return"))),
    (code === "" || !isOwnDocument()) &&
      element("p", { id: "no-return-code" }, ...withPhoneLink("return_code_none"), " ", returnLink()),
  );
}

/**
 * The next steps, in the desk's own sentences; never when it answers (clause 4①).
 *
 * @param {any} receipt @param {Node} [dated] the date of the phone number, on a copy, which shows no hours
 */
export function nextSteps(receipt, dated) {
  const sentences = /** @type {string[]} */ (receipt.next ?? []);
  return element(
    "section",
    element("h2", say("receipt_next")),
    element("ol.receipt__next", ...sentences.map((sentence) => element("li", sentence))),
    !dated && byHours("", () => [element("p", hoursText("receipt_open", "receipt_opening"))]),
    element("p.strong", ...withPhoneLink("receipt_phone")),
    dated,
    receipt.no_promise && element("p.hint", receipt.no_promise),
  );
}
