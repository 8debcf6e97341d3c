/**
 * A line that opens: fields that can wait, further options, ways to keep the answers.
 */

import { element } from "../../app/dom.js";

/** @param {string} words of the line @param {boolean} open @param {...(import("../../app/dom.js").Child)} inside @returns {HTMLDetailsElement} */
export function createFold(words, open, ...inside) {
  return element("details.fold", { open }, element("summary", words), ...inside);
}
