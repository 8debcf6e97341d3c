/**
 * Typed text: one line, several lines, phone, e-mail, whole numbers, digests.
 *
 * What is typed is never rewritten and never checked while an input method is composing.
 */

import { element } from "../element.js";
import { answered, framed } from "./frame.js";

/** How the keyboard of a phone is chosen. Never `type="number"`: it drops what it does not understand. */
const KEYBOARD = /** @type {Record<string, Record<string, string>>} */ ({
  phone: { type: "tel" },
  email: { type: "text", inputmode: "email", autocapitalize: "none", spellcheck: "false" },
  integer: { type: "text", inputmode: "numeric", autocomplete: "off" },
  digest: { type: "text", autocapitalize: "none", autocomplete: "off", spellcheck: "false" },
});

/**
 * @param {import("../types.js").Field} node
 * @param {string} path
 * @param {import("../types.js").Answer} answer
 * @param {import("../types.js").Host} host
 * @param {(input: HTMLInputElement) => Node[]} [beside] what else stands in the field
 */
export function line(node, path, answer, host, beside = () => []) {
  const attributes = { class: node.kind, value: answer.typed, autocomplete: node.autocomplete || null, ...KEYBOARD[node.kind] };
  const input = node.kind === "text"
    ? element("textarea", { ...attributes, rows: "3" })
    : element("input", { type: "text", ...attributes });
  // A line break of an opened file cannot be seen in a line, nor taken out of it: what is seen is what is sent.
  if (node.kind === "line") answer.typed = input.value;
  listenTyping(input, (typed, whole) => {
    if (answer.typed !== typed) answered(input, path, answer);
    answer.typed = typed;
    host.changed(path, whole);
  });
  return framed(node, path, answer, host, { body: [input], beside: beside(input), controls: [input], group: false });
}

/**
 * Tells of typing: each change outside a composition, and the end of one.
 *
 * Safari ends a composition before the key that ended it, whose keyCode is then 229: `compositionend`
 * alone is taken as the end, never a key.
 *
 * @param {HTMLInputElement | HTMLTextAreaElement} input
 * @param {(typed: string, whole: boolean) => void} told
 */
export function listenTyping(input, told) {
  input.addEventListener("input", (event) => {
    if (!(event instanceof InputEvent && event.isComposing)) told(input.value, false);
  });
  input.addEventListener("compositionend", () => told(input.value, false));
  input.addEventListener("change", () => told(input.value, true));
}
