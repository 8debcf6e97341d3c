/**
 * The documents in force, in full, and 「サービスを利用する」 at their end. Nothing is ticked beforehand:
 * pressing the button is the agreement (clauses 1③, Button).
 */

import { button, element, pageLink } from "../../app/dom.js";
import { byId, scrollAndFocus, trustedHtml } from "../../app/environment.js";
import { byHours, hoursText } from "../../app/opening_hours.js";
import { say, state } from "../../app/state.js";
import { afterHoursContacts } from "../contact_list/contact_list.js";
import { createFirstAid } from "../first_aid/first_aid.js";

/** @param {{ why: "consent" | "consent_stale" | "consent_again", then: () => void }} props the reason to show them, and the action after the agreement */
export function createConsent({ why, then }) {
  const title = say(`${why}_title`);
  function agree() {
    const { consent, intake, locale, desk } = state;
    const [document, policy] = [shown(consent.document), shown(consent.policy)];
    intake.agreement = { document, policy, language: locale, agreed_at: desk.now() };
    intake.changed(true);
    then();
  }
  return {
    title,
    element: element(
      "div.sheet.consent",
      why === "consent" ? createFirstAid().element : afterHoursContacts(),
      element("h1", { tabindex: "-1" }, title),
      element("p.lead", say(`${why}_lead`)),
      why === "consent" && element("p", say("consent_next")),
      element(
        "ul.consent__jumps",
        jump("policy", "consent_policy"),
        jump("document", "consent_document"),
        jump("agree", "consent_to_end"),
      ),
      paper("policy"),
      paper("document"),
      element(
        "div.consent__agree",
        element("p", say("consent_end")),
        button("main", say("consent_button"), agree, { id: "agree" }),
      ),
      byHours("", () => [element("p.hint", hoursText())]),
    ),
  };
}

/** A short way down a long page. @param {string} id @param {string} key */
function jump(id, key) {
  return element(
    "li",
    pageLink({ href: `#${id}` }, () => scrollAndFocus(byId(id)), say(key)),
  );
}

/**
 * A document as the operator wrote it. It is the desk's own file from the desk's own origin; the
 * page's content security policy lets none of it run.
 *
 * @param {"policy" | "document"} id
 */
function paper(id) {
  const { version, html } = state.consent[id];
  const title = say(`consent_${id}`);
  const body = element("div.consent__paper", { lang: state.locale });
  body.innerHTML = trustedHtml(html);
  // The page has its own heading of the first level: those of the document come below it.
  for (const one of body.querySelectorAll("h1, h2, h3")) {
    const lower = element(`h${Number(one.tagName[1]) + 1}`, { id: one.id || null });
    lower.append(...one.childNodes);
    one.replaceWith(lower);
  }
  return element(
    "article",
    { id, "aria-label": title, tabindex: "-1" },
    element("p.consent__version", title, " ", element("span", say("consent_version", { version }))),
    body,
  );
}

/** Its version and digest, as the agreement names it. @param {form.Shown} document */
function shown({ version, sha256 }) {
  return { version, sha256 };
}
