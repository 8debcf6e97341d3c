/**
 * The footer of every screen: the documents, the form on paper, and who runs the desk.
 */

import { element } from "../../app/dom.js";
import { byId, deskUrl, wholeUrl } from "../../app/environment.js";
import { say, state } from "../../app/state.js";
import { receiptKept } from "../../app/storage.js";

/** Draws the footer. @param {HTMLElement} [other] the link to the desk's other page */
export function renderFooter(other = returnLink()) {
  const { operator, operator_url } = state.desk.served;
  byId("page-footer")?.replaceChildren(
    element(
      "footer.page-footer",
      element(
        "nav",
        { "aria-label": say("footer_label") },
        element(
          "ul",
          ...documentLinks().map((link) => element("li", link)),
          element("li", sheetLink()),
          element("li", other),
          element(
            "li",
            say("footer_operator"),
            operator_url ? element("a", { href: operator_url, target: "_blank" }, operator) : operator,
          ),
        ),
      ),
    ),
  );
}

/** A link to the page on which the applicant comes back to a case; it holds in a saved copy as well. */
export function returnLink() {
  return element("a", { href: wholeUrl(`/return?lang=${state.locale}`), target: "_blank" }, say("return_link"));
}

/** A link to the form on paper. */
export function sheetLink() {
  return element("a", { href: deskUrl(`/sheet?locale=${state.locale}`), target: "_blank" }, say("footer_sheet"));
}

/**
 * Links to the consent document and the privacy policy: those that were agreed to, or, before, those in force.
 *
 * @param {any} [agreed] an agreement, or the record of one in a receipt
 * @returns {HTMLElement[]}
 */
export function documentLinks(agreed = state.intake.agreement ?? receiptKept()?.receipt.consent ?? state.consent) {
  return ["document", "policy"].map((kind) => {
    // A kept agreement may be damaged.
    const one = agreed[kind]?.sha256 ? agreed : state.consent;
    const { version, sha256 } = one[kind];
    const href = deskUrl(`/documents/${one.language ?? state.locale}/${sha256}`);
    return element("a", { href, target: "_blank" }, say(`consent_${kind}`), " ", say("consent_version", { version }));
  });
}
