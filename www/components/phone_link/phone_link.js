/**
 * Phone numbers as links that no line breaks, and the sentences that hold them.
 *
 * `createPhoneLink("0120-000-000")` → `<a href="tel:0120000000">`.
 */

import { element } from "../../app/dom.js";
import { say, state } from "../../app/state.js";

/** The police in an emergency, at any hour. */
const POLICE = "110";

/**
 * A sentence with `{phone}`, the desk's number, and `{police}` as links. While the desk is closed it is the sentence `KEY_closed`, if
 * there is one: nobody is sent to a telephone that nobody answers.
 *
 * @param {string} key
 */
export function withPhoneLink(key) {
  const { desk, description } = state;
  const { closed, opening, phone } = desk;
  const otherKey = `${key}_closed`;
  const opens = say(opening ? "opens" : "opens_unknown", { opening });
  const sentence = say(closed && otherKey in description.words ? otherKey : key, { opens });
  const links = new Map([
    ["{phone}", phone],
    ["{police}", POLICE],
  ]);
  return sentence.split(/(\{\w+\})/).map((part) => {
    const number = links.get(part);
    return number ? createPhoneLink(number, "phone-link") : part;
  });
}

/** @param {string} number @param {string | null} [name] its class */
export function createPhoneLink(number, name = null) {
  return element("a", { class: name, href: phoneAddress(number) }, number);
}

/** #9110 → tel:%239110 (RFC 3966: a bare # would end the address). @param {string} number */
export function phoneAddress(number) {
  return `tel:${number.replace(/[- ]/g, "").replace("#", "%23")}`;
}
