/**
 * Making elements: `element("p", { class: "hint" }, "text")` → `<p class="hint">text</p>`.
 *
 * Text is always set as text, never as markup, so no answer can become an element.
 */

import { byId } from "./environment.js";

/** @typedef {Node | string | null | undefined | false} Child conditions may leave `null` or `false` among children */

/**
 * @param {string} kind the tag with classes, "p.hint"
 * @param {...(Child | Record<string, any>)} content the children; before them attributes, where there are any: `on` holds listeners by
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
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, String(value));
  }
  made.append(...present(/** @type {Child[]} */ (content)));
  return made;
}

/**
 * A button that submits nothing by itself.
 *
 * @param {string} words
 * @param {() => void} pressed
 * @param {Record<string, any>} [given]
 */
export function button(words, pressed, given = {}) {
  return element("button", { type: "button", ...given, on: { click: pressed } }, words);
}

/** The children that are there. @param {Child[]} children */
export function present(children) {
  return children.filter((child) => child !== null && child !== undefined && child !== false);
}

/**
 * Says something to a screen reader without moving the focus. The live region is mounted from the
 * start: one that comes with its message is not read.
 *
 * @param {string} words
 */
export function announce(words) {
  const status = byId("status");
  if (status) status.textContent = words;
}
