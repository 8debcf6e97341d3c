/**
 * The record under the receipt: advice, the sent answers, the agreement; and the copy of all of it.
 */

import { agreementText } from "../../app/answer_text.js";
import { element } from "../../app/dom.js";
import { saveFile } from "../../app/download.js";
import { fromDraft } from "../../app/draft.js";
import { say, state } from "../../app/state.js";
import { createAnswerList } from "../answer_list/answer_list.js";
import { createGuidance } from "../guidance/guidance.js";
import { receiptCopy } from "./receipt_copy.js";

/** @param {{ kept: form.Kept, report: form.Report | null }} props */
export function createReceiptRecord({ kept: { receipt, text }, report }) {
  const guidance = createGuidance();
  const answers = element("div");
  fill(report);
  const checked = report ? null : check(text).then(fill);

  /** Shows the advice and all sent answers in the order of the form. @param {form.Report | null} found */
  function fill(found) {
    guidance.update(found?.guidance ?? []);
    answers.replaceChildren(
      createAnswerList({ answers: fromDraft(state.description.root, JSON.parse(text)), values: found?.values }).element,
    );
  }
  return {
    element: element(
      "div",
      guidance.element,
      element("section", element("h2", say("receipt_answers")), answers),
      consentRecord(receipt.consent),
    ),
    /** Saves the copy, whose dates are as they were understood. */
    async save() {
      await checked;
      const parts = [element("h2", say("receipt_answers")), answers.cloneNode(true), consentRecord(receipt.consent)];
      saveFile(await receiptCopy(receipt, parts), receipt.number, "html");
    },
  };
}

/** The report on the sent text, in the present language: the advice, and dates as understood. @param {string} text */
function check(text) {
  const { engine, desk, locale } = state;
  return engine.check(new TextEncoder().encode(text), desk.context(locale), locale).catch(() => null);
}

/** The consent receipt: versions, purposes, recipients (clauses 1③⑦). @param {any} given */
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
