/**
 * First aid above everything else, marked 参考情報 (clause 4⑬): three lines, then the phone while the desk is open, or the contacts
 * of the night. It needs no consent, since nothing is collected.
 *
 * The document of the server (www/index.html) has the same block for the time before the script runs, and for where it cannot run.
 */

import { element } from "../../app/dom.js";
import { byHours, hoursText } from "../../app/opening_hours.js";
import { say, state } from "../../app/state.js";
import { afterHoursContacts } from "../contact_list/contact_list.js";
import { phoneAddress } from "../phone_link/phone_link.js";

const LINES = ["first_aid_network", "first_aid_power", "first_aid_traces"];

export function createFirstAid() {
  return {
    element: element(
      "section.first-aid",
      { "aria-labelledby": "first-aid" },
      element("h2", { id: "first-aid" }, say("first_aid_title")),
      element("ol", ...LINES.map((key) => element("li", say(key)))),
      byHours("first-aid__contact", () => [
        !state.desk.closed && call(),
        element("p.hint", hoursText()),
        afterHoursContacts({ urgent: true }),
      ]),
    ),
  };
}

/** The large button that calls the desk: not while nobody answers. */
function call() {
  const { phone } = state.desk;
  return element(
    "a.first-aid__call",
    { href: phoneAddress(phone) },
    element("span", say("phone_label")),
    " ",
    element("strong", phone),
  );
}
