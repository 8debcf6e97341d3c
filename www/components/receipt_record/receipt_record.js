/**
 * The parts of a receipt: ways to keep the number, the copy and paper, the next steps, advice, the sent answers, the agreement.
 *
 * With what it imports it is a script of its own, which a first visit does not load (`app/later.js`).
 */

import { agreementText } from "../../app/answer_text.js";
import { button, element, setWords } from "../../app/dom.js";
import { saveFile } from "../../app/download.js";
import { fromDraft } from "../../app/draft.js";
import { byHours } from "../../app/opening_hours.js";
import { say, state } from "../../app/state.js";
import { forgetTab } from "../../app/storage.js";
import { forgetFiles } from "../../upload/load_files.js";
import { createAnswerList } from "../answer_list/answer_list.js";
import { afterHoursContacts } from "../contact_list/contact_list.js";
import { createFileOffer } from "../file_offer/file_offer.js";
import { createGuidance } from "../guidance/guidance.js";
import { chosenFiles } from "../log_file/log_file.js";
import { withPhoneLink } from "../phone_link/phone_link.js";
import { nextSteps, numberPanel } from "../receipt/receipt.js";
import { closingWarning, numberActions } from "./number_actions.js";
import { receiptCopy } from "./receipt_copy.js";

/** @param {import("../receipt/receipt.js").ReceiptProps} props @returns {Node[]} */
export function receiptParts({ kept, report, router }) {
  const { receipt, text, later } = kept;
  const sent = sentAnswers(text, report);
  const agreement = consentRecord(receipt.consent);
  const record = [sent.answers, agreement].filter((part) => part !== null);
  const parts = [
    later && earlierNotice(later),
    numberPanel(kept, numberActions(receipt.number), closingWarning(kept.code ? "receipt_keep_code" : "receipt_keep")),
    ...waysToKeep(receipt, text, () => sent.whole.then(() => receiptCopy(kept, record))),
    nextSteps(receipt),
    fileOffer(kept),
    afterHoursContacts(),
    sent.advice,
    ...record,
    element(
      "div.ways.receipt__again",
      button("quiet", say("receipt_again"), () => beginAnew(router)),
    ),
  ];
  return parts.filter((part) => part instanceof Node);
}

/** The part that sends evidence files, open at once if the form names logs. @param {form.Kept} kept */
function fileOffer({ receipt: { number }, code, text }) {
  const named = namedLogs(JSON.parse(text));
  const headers = { "Kakekomi-Case": number, "Kakekomi-Code": code ?? "" };
  const access = code ? { headers: () => headers, renew: async () => false } : null;
  return createFileOffer({ number, access, named, open: named.length > 0 });
}

/** The logs of a draft that have a digest, each with its file if that was chosen in this document. @param {any} draft */
function namedLogs({ logs = [] }) {
  return /** @type {any[]} */ (logs).flatMap(({ name = "", size, sha256 }, log) => {
    const isNamed = /^[0-9a-f]{64}$/.test(sha256) && Number.isSafeInteger(size);
    return isNamed ? [{ log, name, size, sha256, file: chosenFiles.get(sha256) ?? null }] : [];
  });
}

/** The notice that an earlier text had arrived, not the present answers. @param {string} later the present ones */
function earlierNotice(later) {
  return element(
    "div.notice",
    { id: "earlier" },
    byHours("", () => [element("p", ...withPhoneLink("receipt_earlier"))]),
    button("second", say("receipt_later"), () => saveFile(later)),
  );
}

/**
 * The advice and all sent answers in the order of the form.
 *
 * @param {string} text @param {form.Report | null} report on it, else it is checked here
 * @returns {{ advice: HTMLElement, answers: HTMLElement, whole: Promise<void> }} `whole` once dates are as they were understood
 */
function sentAnswers(text, report) {
  const guidance = createGuidance();
  const answers = element("section");
  const fill = (/** @type {form.Report | null} */ found) => {
    guidance.update(found?.guidance ?? []);
    const list = createAnswerList({
      answers: fromDraft(state.description.root, JSON.parse(text)),
      values: found?.values,
    });
    answers.replaceChildren(element("h2", say("receipt_answers")), list.element);
  };
  fill(report);
  return { advice: guidance.element, answers, whole: report ? Promise.resolve() : check(text).then(fill) };
}

/**
 * The copy as a file, on paper, and as data.
 *
 * @param {any} receipt @param {string} text @param {() => ReturnType<typeof receiptCopy>} copy
 * @returns {Node[]}
 */
function waysToKeep(receipt, text, copy) {
  const note = element("p.receipt__file", { role: "status" });
  const show = (/** @type {boolean} */ saved) => {
    note.classList.toggle("hint", saved);
    note.classList.toggle("strong", !saved);
    setWords(note, say(saved ? "receipt_file" : "receipt_save_failed"));
  };
  const save = async () => {
    const made = await copy().catch(() => null);
    if (made) saveFile(made.html, receipt.number, "html");
    show(made?.whole ?? false);
  };
  show(true);
  const data = () => saveFile(JSON.stringify({ receipt, draft: JSON.parse(text) }), receipt.number);
  return [
    element(
      "div.ways",
      button("main", say("receipt_save"), save, { id: "save-receipt" }),
      button("second", say("receipt_print"), () => print()),
      button("quiet", say("receipt_data"), data, { id: "save-data" }),
    ),
    note,
  ];
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

/** Another matter: of this one only the receipt that is kept on the device stays. @param {import("../../app/router.js").Router} router */
function beginAnew(router) {
  chosenFiles.clear();
  void forgetFiles();
  forgetTab();
  state.beginIntake();
  // From now on this tab belongs to the new matter, also after a reload.
  state.intake.keep();
  router.showConsent();
}
