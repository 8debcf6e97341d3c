/**
 * The documents in force, in full, and 「サービスを利用する」 at their end. Nothing is ticked beforehand:
 * pressing the button is the agreement (clauses 1③, Button).
 */

import { button, element } from "../element.js";
import { byHours, hours, outside } from "../frame.js";
import { heading } from "../page.js";
import { find, lookAt, tell } from "../place.js";
import { goTo, stepInAddress } from "./form.js";

/** @typedef {import("../page.js").Page} Page */

/**
 * @param {Page} page
 * @param {{ why?: "consent" | "consent_stale" | "consent_again", then?: () => void }} [how] why they are shown: for the first time,
 *   because they changed after they were agreed to, or because the agreement cannot be used
 */
export function consentScreen(page, { why = "consent", then = () => goTo(page, stepInAddress()) } = {}) {
  const title = page.say(`${why}_title`);
  tell("step", "consent");
  page.show({
    step: title,
    redraw: () => consentScreen(page, { why, then }),
    content: [element("div", { class: "sheet consent" },
      heading(title), element("p", { class: "lead" }, page.say(`${why}_lead`)), why === "consent" && element("p", {}, page.say("consent_next")),
      ...jumps(page),
      outside(page),
      paper("policy", page.say("consent_policy"), page.consent.policy, page),
      paper("document", page.say("consent_document"), page.consent.document, page),
      element("div", { class: "agree" },
        element("p", {}, page.say("consent_end")),
        button(page.say("consent_button"), () => agree(page, then), { class: "main", id: "agree" })),
      byHours("", () => [element("p", { class: "hint" }, hours(page))]))],
  });
}

/** Short ways down a long page. @param {Page} page */
function jumps(page) {
  const links = [["policy", "consent_policy"], ["document", "consent_document"], ["agree", "consent_to_end"]]
    .map(([id, key]) => element("li", {}, element("a", { href: `#${id}`, on: { click: jump } }, page.say(key))));
  return [element("ul", { class: "jumps" }, ...links)];
}

/** Down the page, where the address names steps and a shadow root knows no fragments. @param {Event} event */
function jump(event) {
  event.preventDefault();
  lookAt(find(/** @type {HTMLAnchorElement} */ (event.currentTarget).hash.slice(1)));
}

/**
 * A document as the operator wrote it. It is the desk's own file from the desk's own origin; the
 * page's content security policy lets none of it run.
 *
 * @param {string} id @param {string} title @param {{ version: string, html: string }} document @param {Page} page
 */
function paper(id, title, { version, html }, page) {
  const body = element("div", { class: "paper", lang: page.locale });
  body.innerHTML = html;
  return element("article", { id, "aria-label": title, tabindex: "-1" },
    element("p", { class: "version" }, title, " ", element("span", {}, page.say("consent_version", { version }))), body);
}

/** @param {Page} page @param {() => void} then */
function agree(page, then) {
  const { document, policy } = page.consent;
  page.intake.agreement = {
    document: { version: document.version, sha256: document.sha256 },
    policy: { version: policy.version, sha256: policy.sha256 },
    language: page.locale,
    agreed_at: page.desk.now(),
  };
  page.intake.changed(true);
  then();
}
