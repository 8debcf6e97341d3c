/**
 * Other contacts for the time when the desk is closed, as the desk's profile lists them (clause 4①): the first of them is the one for
 * emergencies, the others are folded.
 */

import { element } from "../../app/dom.js";
import { byHours } from "../../app/opening_hours.js";
import { say, state } from "../../app/state.js";
import { createPhoneLink, withPhoneLink } from "../phone_link/phone_link.js";

/** @typedef {{ name: string, phone: string, url: string, note: string }} Contact */

/**
 * The contacts while the desk is closed; nothing while it is open.
 *
 * @param {{ urgent?: boolean }} [how] true if the one for emergencies is in view, before the folded list of the others
 */
export function afterHoursContacts({ urgent = false } = {}) {
  return byHours("", () => (state.desk.open ? [] : contacts(urgent)));
}

/** A sentence that says to call, or what it says while the desk is closed, with the other contacts. @param {string} key @param {string} name its class */
export function callOrContacts(key, name) {
  return byHours(name, () => [element("p.strong", ...withPhoneLink(key)), ...(state.desk.open ? [] : contacts(false))]);
}

/** @param {boolean} urgent @returns {HTMLElement[]} */
function contacts(urgent) {
  const all = /** @type {Contact[]} */ (state.desk.served.outside_hours ?? []);
  const folded = all.slice(urgent ? 1 : 0);
  return [
    ...all.slice(0, all.length - folded.length).map((one) => element("p.contact-list__urgent", ...words(one))),
    ...(folded.length
      ? [
          element(
            "details.contact-list",
            element("summary", say("outside_title")),
            element("ul", ...folded.map((one) => element("li", ...words(one)))),
          ),
        ]
      : []),
  ];
}

/** @param {Contact} contact */
function words({ name, phone, url, note }) {
  return [
    element("strong", name),
    " ",
    phone && createPhoneLink(phone, "phone-link"),
    " ",
    url && element("a", { href: url, rel: "noreferrer" }, url),
    note && element("span.hint", note),
  ];
}
