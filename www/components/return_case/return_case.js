/**
 * The case as the applicant sees it: its state in words, the desk's questions, what the desk disclosed, the hand-over to the forensics
 * company, and the ways to add and to end.
 *
 * A closed case is never called solved: the words tell what the desk did, not what is true of the devices.
 */

import { announce, button, element } from "../../app/dom.js";
import { scrollAndFocus } from "../../app/environment.js";
import { byHours } from "../../app/opening_hours.js";
import { say, state } from "../../app/state.js";
import { visit } from "../../return/visit.js";
import { timeOf } from "../../return/visit_form.js";
import { endVisit, fileAccess } from "../../return/visit_request.js";
import { createFileOffer } from "../file_offer/file_offer.js";
import { withPhoneLink } from "../phone_link/phone_link.js";
import { createAddition } from "../return_addition/return_addition.js";
import { createDisclosures } from "../return_disclosures/return_disclosures.js";
import { createQuestions } from "../return_questions/return_questions.js";
import { createReferral } from "../return_referral/return_referral.js";
import { createWithdrawal } from "../return_withdrawal/return_withdrawal.js";

/** @typedef {import("../../return/start_return.js").Pages} Pages */

/** @param {{ pages: Pages, done?: string, signal: AbortSignal }} props the key of the sentence on what arrived; the signal ends with the screen */
export function createReturnCase({ pages, done, signal }) {
  const found = /** @type {form.ReturnedCase} */ (visit.found);
  const title = say("return_case_title");
  const isClosed = found.state === "closed";
  const words = done ? say(done, { time: timeOf(state.desk.now()) }) : "";
  const notice = done ? element("p.return-case__done", { id: "return-done", tabindex: "-1" }, words) : null;
  const parts = [
    element("h1", { tabindex: "-1" }, title),
    notice,
    statePanel(found, pages),
    found.questions.length > 0 && createQuestions({ pages, signal }),
    found.disclosures.length > 0 && createDisclosures({ all: found.disclosures, pages }),
    createReferral({ found, pages, signal }),
    createFileOffer({
      number: found.number,
      access: fileAccess(found.number),
      offer: "files_offer_return",
      // A closed case takes no files: it shows the sentence that says so, and offers nothing.
      open: found.files.length > 0 || isClosed,
      closed: isClosed,
    }),
    createAddition({ pages, signal }),
    !isClosed && createWithdrawal({ pages }),
    ending(pages),
  ];
  return {
    title,
    element: element("div.sheet.return-case", ...parts),
    focus: notice
      ? () => {
          scrollAndFocus(notice, "nearest");
          announce(words);
        }
      : undefined,
  };
}

/** @param {form.ReturnedCase} found @param {Pages} pages */
function statePanel(found, pages) {
  const { number, received_at } = found;
  const isClosed = found.state === "closed";
  return element(
    "div.return-case__state",
    element("p.label", say("receipt_number"), " ", element("span.return-case__number", number)),
    element("p.return-case__word", { id: "case-state" }, say(`return_state_${found.state}`)),
    element("p", { id: "case-words" }, say(isClosed ? `return_outcome_${found.outcome}` : sentenceOf(found))),
    found.vendor_link && element("p", { id: "vendor-link" }, vendorLink(found.vendor_link)),
    isClosed && element("p.hint", say("return_closed_note")),
    element("p.hint", say("receipt_received"), " ", state.desk.clock(received_at)),
    element(
      "div.ways",
      button("second", say("return_refresh"), () => pages.reread({ done: "return_refreshed" }), { id: "refresh" }),
    ),
  );
}

/** The page of the vendor to whom the desk referred the applicant. @param {string} href */
function vendorLink(href) {
  return element("a", { href, target: "_blank", rel: "noreferrer" }, href);
}

/** The key of the sentence on an open case. @param {form.ReturnedCase} found */
function sentenceOf({ state: now, questions }) {
  return questions.length ? "return_words_questions" : `return_words_${now}`;
}

/** The end of the visit, which comes by itself after half an hour. @param {Pages} pages */
function ending(pages) {
  const leave = async () => {
    await endVisit();
    visit.end();
    pages.showSignIn({ why: "ended" });
  };
  return element(
    "section.return-case__ending",
    byHours("", () => [element("p", ...withPhoneLink("unreachable_phone"))]),
    element("p.hint", { id: "visit-until" }, say("return_until", { time: timeOf(visit.expiresAt) })),
    element("div.ways", button("second", say("return_end"), leave, { id: "end-visit" })),
  );
}
