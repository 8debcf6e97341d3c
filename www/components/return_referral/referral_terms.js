/**
 * The terms of the hand-over: all of Annex 1.2, the recipient, the purposes of clause 1⑦, and the document that they are in.
 */

import { element, typedText } from "../../app/dom.js";
import { say, state } from "../../app/state.js";
import { documentLinks } from "../page_footer/page_footer.js";

/** The kinds of Annex 1.2, each with its items. */
const KINDS = ["contact", "incident", "devices", "network", "logs", "other"];

/** @param {string[]} purposes of the company @returns {HTMLElement[]} */
export function referralTerms(purposes) {
  const company = typedText(state.desk.served.forensics_company);
  const [documentLink] = documentLinks({ ...state.consent, language: state.locale });
  return [
    element("p", say("return_terms_lead")),
    element(
      "dl.return-referral__terms",
      ...term(
        "return_terms_what",
        element("p", say("return_terms_all")),
        element("ul", ...KINDS.map((kind) => element("li", ...itemsOf(kind)))),
      ),
      ...term("return_terms_whom", element("p", company)),
      ...term("return_terms_purposes", element("ul", ...purposes.map((purpose) => element("li", typedText(purpose))))),
      ...term("return_terms_document", element("p", { id: "intent-document" }, documentLink)),
    ),
    element("p", say("return_terms_once")),
  ];
}

/** @param {string} key @param {...HTMLElement} inside */
function term(key, ...inside) {
  return [element("dt", say(key)), element("dd", ...inside)];
}

/** @param {string} kind */
function itemsOf(kind) {
  return [say(`return_terms_${kind}`), element("span.hint", say(`return_terms_${kind}_items`))];
}
