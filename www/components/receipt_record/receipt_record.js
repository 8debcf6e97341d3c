/**
 * The parts of a receipt: ways to keep the number, the copy and paper, the next steps, advice, the sent answers, the agreement.
 *
 * With what it imports it is a script of its own, which a first visit does not load (`app/later.js`).
 */

import { agreementText } from "../../app/answer_text.js";
import { button, element } from "../../app/dom.js";
import { saveFile } from "../../app/download.js";
import { fromDraft } from "../../app/draft.js";
import { say, state } from "../../app/state.js";
import { forgetAll } from "../../app/storage.js";
import { createAnswerList } from "../answer_list/answer_list.js";
import { afterHoursContacts } from "../contact_list/contact_list.js";
import { createGuidance } from "../guidance/guidance.js";
import { withPhoneLink } from "../phone_link/phone_link.js";
import { nextSteps, numberPanel } from "../receipt/receipt.js";
import { closingWarning, numberActions } from "./number_actions.js";
import { receiptCopy } from "./receipt_copy.js";

/** @param {import("../receipt/receipt.js").ReceiptProps} props @returns {Node[]} */
export function receiptParts({ kept: { receipt, text, later }, report, router }) {
  const guidance = createGuidance();
  const answers = element("section");
  const agreement = consentRecord(receipt.consent);
  fill(report);
  const checked = report ? null : check(text).then(fill);

  /** Shows the advice and all sent answers in the order of the form. @param {form.Report | null} found */
  function fill(found) {
    guidance.update(found?.guidance ?? []);
    const list = createAnswerList({
      answers: fromDraft(state.description.root, JSON.parse(text)),
      values: found?.values,
    });
    answers.replaceChildren(element("h2", say("receipt_answers")), list.element);
  }

  /** Saves the copy, whose dates are as they were understood. */
  async function save() {
    await checked;
    const record = [answers, agreement].map((part) => part?.cloneNode(true) ?? null);
    saveFile(await receiptCopy(receipt, record), receipt.number, "html");
  }
  const saveData = () => saveFile(JSON.stringify({ receipt, draft: JSON.parse(text) }), receipt.number);
  const parts = [
    later &&
      element(
        "div.notice",
        { id: "earlier" },
        element("p", ...withPhoneLink("receipt_earlier")),
        button("second", say("receipt_later"), () => saveFile(later)),
      ),
    numberPanel(receipt, numberActions(receipt.number), closingWarning()),
    element(
      "div.ways",
      button("main", say("receipt_save"), () => void save(), { id: "save-receipt" }),
      button("second", say("receipt_print"), () => print()),
      button("quiet", say("receipt_data"), saveData, { id: "save-data" }),
    ),
    element("p.hint.receipt__file", say("receipt_file")),
    nextSteps(receipt),
    afterHoursContacts(),
    guidance.element,
    answers,
    agreement,
    element(
      "div.ways.receipt__again",
      button("quiet", say("receipt_again"), () => beginAnew(router)),
    ),
  ];
  return parts.filter((part) => part instanceof Node);
}

/** The report on the sent text, in the present language: the advice, and dates as understood. @param {string} text */
function check(text) {
  const { engine, desk, locale } = state;
  return engine.check(new TextEncoder().encode(text), desk.context(locale), locale).catch(() => null);
}

/** The consent receipt: versions, purposes, recipients (clauses 1③⑦). @param {any} given @returns {HTMLElement | null} */
function consentRecord(given) {
  if (!given) return null;
  const recipients = /** @type {any[]} */ (given.recipients ?? []).map(({ name, condition, purposes }) =>
    element("li", element("strong", name), condition && element("p", condition), sentenceList(purposes)),
  );
  return element(
    "section",
    element("h2", say("receipt_consent")),
    element("p", agreementText(given)),
    element("p", say("receipt_prevails")),
    element("h3", say("receipt_purposes")),
    sentenceList(given.purposes),
    element("h3", say("receipt_recipients")),
    element("ul", ...recipients),
    ...["retention", "withdrawal"].flatMap((key) =>
      given[key] ? [element("h3", say(`receipt_${key}`)), element("p", given[key])] : [],
    ),
  );
}

/** @param {string[]} [sentences] */
function sentenceList(sentences = []) {
  return element("ul", ...sentences.map((sentence) => element("li", sentence)));
}

/** Another matter: nothing of this one stays. @param {import("../../app/router.js").Router} router */
function beginAnew(router) {
  forgetAll();
  state.beginIntake();
  router.showConsent();
}
