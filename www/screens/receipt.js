/**
 * The receipt: the number large and in groups for the phone, what happens next, and a copy to keep.
 *
 * The number is shown only after the server said that the record is durable (clause 4⑩).
 */

import { button, element } from "../element.js";
import { fileName, saveFile } from "../copy.js";
import { answerIn, fromDraft } from "../draft.js";
import { byHours, callable, outside } from "../frame.js";
import { guidancePanel } from "../guidance.js";
import { Intake } from "../intake.js";
import { forgetAll, keepReceipt } from "../memory.js";
import { heading } from "../page.js";
import { nameStep, tell } from "../place.js";
import { shownAnswers } from "../shown.js";
import { consentScreen } from "./consent.js";

/** @typedef {import("../page.js").Page} Page */

/** @param {Page} page @param {import("../memory.js").Kept} kept */
export function receiptScreen(page, kept) {
  const { receipt, text, later } = kept;
  keepReceipt({ ...kept, locale: page.locale });
  // Just sent: what was said of it is at hand, and nothing moves once the receipt stands.
  const judged = later ? null : page.intake.report;
  page.intake.finish();
  nameStep("");
  tell("step", "receipt");
  page.notice = null;
  const guidance = element("div", { class: "for-guidance" }, ...guidancePanel(page, judged?.guidance ?? []));
  const answers = element("div", {}, sent(page, text, judged?.values ?? null));
  page.show({
    step: page.say("receipt_title"),
    redraw: () => receiptScreen(page, kept),
    content: [element("div", { class: "sheet receipt" },
      heading(page.say("receipt_title")),
      later && element("div", { class: "notice", id: "earlier" }, element("p", {}, ...callable(page, "receipt_earlier")),
        button(page.say("receipt_later"), () => saveFile(fileName(page), later), { class: "second" })),
      number(page, receipt),
      next(page, receipt),
      outside(page),
      element("p", { class: "hint" }, page.say("receipt_keep")),
      element("div", { class: "ways" },
        button(page.say("receipt_save"), () => saveFile(fileName(page, receipt.number), JSON.stringify({ receipt, draft: JSON.parse(text) })), { class: "main", id: "save-receipt" }),
        button(page.say("receipt_print"), () => print(), { class: "second" })),
      guidance,
      element("section", {}, element("h2", {}, page.say("receipt_answers")), answers),
      consent(page, receipt.consent),
      element("div", { class: "ways small" }, button(page.say("receipt_again"), () => anew(page), { class: "quiet" })))],
  });
  if (judged) return;
  void judge(page, text).then((report) => {
    guidance.replaceChildren(...guidancePanel(page, report?.guidance ?? []));
    answers.replaceChildren(sent(page, text, report?.values));
  });
}

/** What the module says of what was sent, in the language that is shown: the advice, and dates as understood. @param {Page} page @param {string} text */
function judge({ engine, desk, locale }, text) {
  return engine.check(new TextEncoder().encode(text), desk.context(locale), locale).catch(() => null);
}

/** @param {Page} page @param {any} receipt */
function number(page, receipt) {
  const groups = String(receipt.number).split("-");
  return element("div", { class: "number-box" },
    element("p", { class: "label" }, page.say("receipt_number")),
    element("p", { class: "reception-number", id: "reception-number" }, receipt.number),
    element("p", { class: "hint" }, page.say("receipt_spoken")),
    element("p", { class: "groups" }, ...groups.map((group) => element("span", {}, group))),
    receipt.test && element("p", { class: "strong test", id: "receipt-test" }, page.say("test_notice")),
    element("p", {}, page.say("receipt_received"), " ", page.desk.clock(receipt.received_at)));
}

/** What happens next, in the desk's own sentences; never when it answers (clause 4①). @param {Page} page @param {any} receipt */
function next(page, receipt) {
  const sentences = /** @type {string[]} */ (receipt.next ?? []);
  return element("section", {}, element("h2", {}, page.say("receipt_next")),
    element("ol", { class: "next" }, ...sentences.map((sentence) => element("li", {}, sentence))),
    byHours("", () => [element("p", {}, opening(page))]), element("p", { class: "strong" }, ...callable(page, "receipt_phone")), receipt.no_promise && element("p", { class: "hint" }, receipt.no_promise));
}

/** When the desk opens, not when it answers. @param {Page} page */
function opening({ desk, description }) {
  if (desk.open) return description.say("receipt_open");
  return desk.opening ? description.say("receipt_opening", { opening: desk.opening }) : description.say("receipt_opening_unknown");
}

/** The consent receipt: versions, purposes, recipients (clauses 1③⑦). @param {Page} page @param {any} given */
function consent(page, given) {
  if (!given) return null;
  const words = page.say("review_agreed", { time: page.desk.clock(given.agreed_at), document: given.document.version, policy: given.policy.version });
  const recipients = (given.recipients ?? []).map((/** @type {any} */ one) => element("li", {},
    element("strong", {}, one.name), one.condition && element("p", {}, one.condition), listed(one.purposes)));
  return element("section", { class: "given" }, element("h2", {}, page.say("receipt_consent")), element("p", {}, words),
    element("p", {}, page.say("receipt_prevails")),
    element("h3", {}, page.say("receipt_purposes")), listed(given.purposes),
    element("h3", {}, page.say("receipt_recipients")), element("ul", {}, ...recipients),
    ...["retention", "withdrawal"].flatMap((key) => given[key] ? [element("h3", {}, page.say(`receipt_${key}`)), element("p", {}, given[key])] : []));
}

/** @param {string[]} [sentences] */
function listed(sentences = []) {
  return element("ul", {}, ...sentences.map((sentence) => element("li", {}, sentence)));
}

/** All that was sent, in the order of the form. @param {Page} page @param {string} text @param {any} values normalised */
function sent(page, text, values) {
  const answers = fromDraft(page.description.root, JSON.parse(text));
  return shownAnswers(page, (path) => answerIn(answers, path), values, null);
}

/** Another matter: nothing of this one stays. @param {Page} page */
function anew(page) {
  forgetAll();
  page.intake = new Intake(page);
  consentScreen(page);
}
