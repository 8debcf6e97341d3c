/**
 * Typed text: one line, several lines, phone, e-mail, whole numbers, digests.
 *
 * Typed text is never rewritten and never checked while an input method is composing.
 */

import { element } from "../../app/dom.js";
import { clearUnknown, renderField } from "../field_wrapper/field_wrapper.js";

/** The attributes that choose a phone's keyboard. Never `type="number"`: it drops what it does not understand. */
const KEYBOARD = /** @type {Record<string, Record<string, string>>} */ ({
  phone: { type: "tel" },
  email: { type: "text", inputmode: "email", autocapitalize: "none", spellcheck: "false" },
  integer: { type: "text", inputmode: "numeric", autocomplete: "off" },
  digest: { type: "text", autocapitalize: "none", autocomplete: "off", spellcheck: "false" },
});

/** @param {form.FieldProps} field @param {(input: HTMLInputElement) => Node[]} [beside] further content of the field */
export function createTextField(field, beside = () => []) {
  const { node, path, answer, host } = field;
  const attributes = {
    class: `text-field--${node.kind}`,
    value: answer.typed,
    autocomplete: node.autocomplete || null,
    ...KEYBOARD[node.kind],
  };
  const input =
    node.kind === "text"
      ? element("textarea", { ...attributes, rows: "3" })
      : element("input", { type: "text", ...attributes });
  // A line break of an opened file cannot be seen in a line, nor taken out of it: the line that is seen is the one that is sent.
  if (node.kind === "line") answer.typed = input.value;
  onTyping(input, (typed, whole) => {
    if (answer.typed !== typed) clearUnknown(input, field);
    answer.typed = typed;
    host.changed(path, whole);
  });
  return renderField(field, { body: [input], beside: beside(input), controls: [input], group: false });
}

/**
 * Reports typing: each change outside a composition, and the end of one.
 *
 * Safari ends a composition before the key that ended it, whose keyCode is then 229: `compositionend`
 * alone is taken as the end, never a key.
 *
 * @param {HTMLInputElement | HTMLTextAreaElement} input @param {(typed: string, whole: boolean) => void} report
 */
export function onTyping(input, report) {
  input.addEventListener("input", (event) => {
    if (!(event instanceof InputEvent && event.isComposing)) report(input.value, false);
  });
  input.addEventListener("compositionend", () => report(input.value, false));
  input.addEventListener("change", () => report(input.value, true));
}

/** The Enter that ends a composition sends nothing: in Safari it comes after its end, with keyCode 229. @param {KeyboardEvent} event */
export function keepComposing(event) {
  if (event.key === "Enter" && (event.isComposing || event.keyCode === 229)) event.preventDefault();
}
