/**
 * The receipt: the number large and in groups for the phone, the next steps, and a copy to keep.
 *
 * The number is shown only after the server reported that the record is durable (clause 4⑩).
 */

import { agreementText } from "../../app/answer_text.js";
import { button, element } from "../../app/dom.js";
import { saveFile } from "../../app/download.js";
import { fromDraft } from "../../app/draft.js";
import { byHours, hoursText } from "../../app/opening_hours.js";
import { say, state } from "../../app/state.js";
import { forgetAll } from "../../app/storage.js";
import { createAnswerList } from "../answer_list/answer_list.js";
import { afterHoursContacts } from "../contact_list/contact_list.js";
import { createGuidance } from "../guidance/guidance.js";
import { withPhoneLink } from "../phone_link/phone_link.js";

/** @param {{ kept: form.Kept, report: form.Report | null, router: import("../../app/router.js").Router }} props */
export function createReceipt({ kept: { receipt, text, later }, report, router }) {
  const title = say("receipt_title");
  const guidance = createGuidance();
  const answers = element("div");
  fill(report);
  if (!report) void check(text).then(fill);

  /** Shows the advice and all sent answers in the order of the form. @param {form.Report | null} found */
  function fill(found) {
    guidance.update(found?.guidance ?? []);
    answers.replaceChildren(
      createAnswerList({ answers: fromDraft(state.description.root, JSON.parse(text)), values: found?.values }).element,
    );
  }
  const save = () => saveFile(JSON.stringify({ receipt, draft: JSON.parse(text) }), receipt.number);
  return {
    title,
    element: element(
      "div.sheet.receipt",
      element("h1", { tabindex: "-1" }, title),
      later &&
        element(
          "div.notice",
          { id: "earlier" },
          element("p", ...withPhoneLink("receipt_earlier")),
          button("second", say("receipt_later"), () => saveFile(later)),
        ),
      number(receipt),
      next(receipt),
      afterHoursContacts(),
      element("p.hint", say("receipt_keep")),
      element(
        "div.ways",
        button("main", say("receipt_save"), save, { id: "save-receipt" }),
        button("second", say("receipt_print"), () => print()),
      ),
      guidance.element,
      element("section", element("h2", say("receipt_answers")), answers),
      consent(receipt.consent),
      element(
        "div.ways.receipt__again",
        button("quiet", say("receipt_again"), () => beginAnew(router)),
      ),
    ),
  };
}

/** The report on the sent text, in the present language: the advice, and dates as understood. @param {string} text */
function check(text) {
  const { engine, desk, locale } = state;
  return engine.check(new TextEncoder().encode(text), desk.context(locale), locale).catch(() => null);
}

/** @param {any} receipt */
function number(receipt) {
  const groups = String(receipt.number).split("-");
  return element(
    "div.receipt__number",
    element("p.label", say("receipt_number")),
    element("p.receipt__digits", { id: "reception-number" }, receipt.number),
    element("p.hint", say("receipt_spoken")),
    element("p.receipt__groups", ...groups.map((group) => element("span", group))),
    receipt.test && element("p.strong", { id: "receipt-test" }, say("test_notice")),
    element("p", say("receipt_received"), " ", state.desk.clock(receipt.received_at)),
  );
}

/** The next steps, in the desk's own sentences; never when it answers (clause 4①). @param {any} receipt */
function next(receipt) {
  const sentences = /** @type {string[]} */ (receipt.next ?? []);
  return element(
    "section",
    element("h2", say("receipt_next")),
    element("ol.receipt__next", ...sentences.map((sentence) => element("li", sentence))),
    byHours("", () => [element("p", hoursText("receipt_open", "receipt_opening"))]),
    element("p.strong", ...withPhoneLink("receipt_phone")),
    receipt.no_promise && element("p.hint", receipt.no_promise),
  );
}

/** The consent receipt: versions, purposes, recipients (clauses 1③⑦). @param {any} given */
function consent(given) {
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
