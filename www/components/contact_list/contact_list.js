/**
 * Other contacts for the time when the desk is closed, as the desk's profile lists them (clause 4①).
 */

import { element } from "../../app/dom.js";
import { byHours } from "../../app/opening_hours.js";
import { say, state } from "../../app/state.js";
import { createPhoneLink } from "../phone_link/phone_link.js";

export function hasContacts() {
  return state.desk.served.outside_hours?.length > 0;
}

/** The list while the desk is closed; nothing while it is open. @param {boolean} [open] true if it is unfolded */
export function afterHoursContacts(open = false) {
  return byHours("", () => [!state.desk.open && hasContacts() && contactList(open)]);
}

/** @param {boolean} open @returns {HTMLElement} */
function contactList(open) {
  const rows = state.desk.served.outside_hours.map((/** @type {any} */ contact) =>
    element(
      "li",
      element("strong", contact.name),
      " ",
      contact.phone && createPhoneLink(contact.phone),
      " ",
      contact.url && element("a", { href: contact.url, rel: "noreferrer" }, contact.url),
      contact.note && element("span.hint", contact.note),
    ),
  );
  return element("details.contact-list", { open }, element("summary", say("outside_title")), element("ul", ...rows));
}
