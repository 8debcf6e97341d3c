/**
 * A phone number as a link that no line breaks: 0120-000-000 → `<a href="tel:0120000000">`.
 */

import { element } from "../../app/dom.js";
import { say, state } from "../../app/state.js";

/** A sentence with `{phone}`, the desk's number as a link. @param {string} key */
export function withPhoneLink(key) {
  const { phone } = state.desk;
  const [before, after = ""] = say(key, { phone: "\n" }).split("\n");
  return [before, createPhoneLink(phone, "phone-link"), after];
}

/** #9110 → tel:%239110 (RFC 3966: a bare # would end the address). @param {string} number @param {string | null} [name] its class */
export function createPhoneLink(number, name = null) {
  return element("a", { class: name, href: `tel:${number.replaceAll("-", "").replace("#", "%23")}` }, number);
}
