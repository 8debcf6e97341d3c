/**
 * The documents in force, in full, and 「サービスを利用する」 at their end. Nothing is ticked beforehand:
 * pressing the button is the agreement (clauses 1③, Button).
 */

import { button, element } from "../../app/dom.js";
import { byId, scrollAndFocus } from "../../app/environment.js";
import { byHours, hoursText } from "../../app/opening_hours.js";
import { say, state } from "../../app/state.js";
import { afterHoursContacts } from "../contact_list/contact_list.js";

/** @param {{ why: "consent" | "consent_stale" | "consent_again", then: () => void }} props why they are shown, and what follows the agreement */
export function createConsent({ why, then }) {
  const title = say(`${why}_title`);
  return {
    title,
    element: element(
      "div.sheet.consent",
      element("h1", { tabindex: "-1" }, title),
      element("p.lead", say(`${why}_lead`)),
      why === "consent" && element("p", say("consent_next")),
      element(
        "ul.consent__jumps",
        jump("policy", "consent_policy"),
        jump("document", "consent_document"),
        jump("agree", "consent_to_end"),
      ),
      afterHoursContacts(),
      paper("policy"),
      paper("document"),
      element(
        "div.consent__agree",
        element("p", say("consent_end")),
        button(
          say("consent_button"),
          () => {
            agree();
            then();
          },
          { class: "main", id: "agree" },
        ),
      ),
      byHours("", () => [element("p.hint", hoursText())]),
    ),
  };
}

/** A short way down a long page: the address names steps, and a shadow root knows no fragments. @param {string} id @param {string} key */
function jump(id, key) {
  const press = (/** @type {Event} */ event) => {
    event.preventDefault();
    scrollAndFocus(byId(id));
  };
  return element("li", element("a", { href: `#${id}`, on: { click: press } }, say(key)));
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
  body.innerHTML = html;
  return element(
    "article",
    { id, "aria-label": title, tabindex: "-1" },
    element("p.consent__version", title, " ", element("span", say("consent_version", { version }))),
    body,
  );
}

function agree() {
  const {
    consent: { document, policy },
    intake,
    locale,
    desk,
  } = state;
  intake.agreement = {
    document: { version: document.version, sha256: document.sha256 },
    policy: { version: policy.version, sha256: policy.sha256 },
    language: locale,
    agreed_at: desk.now(),
  };
  intake.changed(true);
}
