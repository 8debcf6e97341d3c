/**
 * Making elements: `element("p.hint", "text")` → `<p class="hint">text</p>`.
 *
 * Text is always set as text, never as markup, so no answer can become an element.
 */

import { byId } from "./environment.js";

/** @typedef {Node | string | null | undefined | false} Child conditions may leave `null` or `false` among children */

/** The page's words and their reading, between Unicode's characters for annotations. */
const READING = /\ufff9(.*?)\ufffa(.*?)\ufffb/g;

/**
 * @param {string} kind the tag with classes, "p.hint"
 * @param {...(Child | Record<string, any>)} content the children; before them attributes, if any: `on` holds listeners by
 *   event, and `false`, `null`, `undefined` leave one out
 * @returns {any} the element; `any`, since the caller knows which one it asked for
 */
export function element(kind, ...content) {
  const [tag, ...classes] = kind.split(".");
  const made = document.createElement(tag);
  if (classes.length) made.className = classes.join(" ");
  const given = content[0]?.constructor === Object ? content.shift() : {};
  for (const [name, value] of Object.entries(given ?? {})) {
    if (name === "on") for (const [event, listener] of Object.entries(value)) made.addEventListener(event, listener);
    else if (name === "value" || name === "checked") Reflect.set(made, name, value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, plain(String(value)));
  }
  made.append(...present(/** @type {Child[]} */ (content)));
  return made;
}

/**
 * A button that submits nothing by itself.
 *
 * @param {string} classes "quiet.list__remove" @param {string} words @param {() => void | Promise<void>} pressed @param {Record<string, any>} [given] attributes
 */
export function button(classes, words, pressed, given = {}) {
  const click = () => void runBusy(made, pressed);
  const made = element(`button.${classes}`, { type: "button", ...given, on: { click } }, words);
  return made;
}

/**
 * Does the work of a button, which is busy until that ends: it keeps the focus, and another press does nothing.
 *
 * @param {HTMLElement} pressed the button @param {() => void | Promise<void>} begin
 */
export async function runBusy(pressed, begin) {
  if (pressed.hasAttribute("aria-busy")) return;
  const work = begin();
  if (!(work instanceof Promise)) return;
  pressed.setAttribute("aria-busy", "true");
  await work.finally(() => pressed.removeAttribute("aria-busy"));
}

/**
 * A link within the page. The address is not followed: it names the step, and a shadow root knows no fragments.
 *
 * @param {Record<string, any>} given attributes @param {() => void} pressed @param {...Child} words
 */
export function pageLink(given, pressed, ...words) {
  const click = (/** @type {Event} */ event) => {
    event.preventDefault();
    pressed();
  };
  return element("a", { ...given, on: { click } }, ...words);
}

/**
 * A box to tick, or a radio button, and its label.
 *
 * @param {string} words @param {Record<string, any>} given attributes @param {(ticked: boolean) => void} changed
 * @returns {{ box: HTMLInputElement, label: HTMLLabelElement }}
 */
export function checkbox(words, given, changed) {
  const box = element("input", { type: "checkbox", ...given, on: { change: () => changed(box.checked) } });
  return { box, label: element("label.tick", box, element("span", words)) };
}

/** The children that are there, words with readings as `ruby`. @param {Child[]} children @returns {(Node | string)[]} */
export function present(children) {
  return children.flatMap((child) => (typeof child === "string" ? withReadings(child) : child || []));
}

/** Puts words in the place of an element's content. @param {Element} holder @param {string} words */
export function setWords(holder, words) {
  holder.replaceChildren(...withReadings(words));
}

/** Words without readings: for attributes, titles and whatever else takes text alone. @param {string} words */
export function plain(words) {
  return words.replace(READING, "$1");
}

/** Text of the person's, which is drawn as text: those characters in it begin no reading. @param {string} text */
export function typedText(text) {
  return text.replace(/[\ufff9-\ufffb]/g, "\ufffd");
}

/** The words of an element without their readings. @param {Element} holder */
export function wordsOf(holder) {
  const copy = /** @type {Element} */ (holder.cloneNode(true));
  for (const reading of copy.querySelectorAll("rt, rp")) reading.remove();
  return copy.textContent ?? "";
}

/** A screen reader reads the words, not their readings once more. @param {string} words @returns {(Node | string)[]} */
function withReadings(words) {
  const hidden = { "aria-hidden": "true" };
  return words.split(READING).flatMap((part, index, parts) => {
    if (index % 3 === 2) return [];
    if (index % 3 === 0) return [part];
    const reading = element("rt", hidden, parts[index + 1]);
    return [element("ruby", part, element("rp", hidden, "（"), reading, element("rp", hidden, "）"))];
  });
}

/**
 * Announces words to a screen reader without moving the focus. The live region is there from the start: one that comes with its
 * message is not read.
 *
 * @param {string} words
 */
export function announce(words) {
  const status = byId("status");
  if (status) status.textContent = plain(words);
}
