/**
 * Making elements: `element("p", { class: "hint" }, "text")` → `<p class="hint">text</p>`.
 *
 * Text is always set as text, never as markup, so no answer can become an element.
 */

import { byId } from "./environment.js";

/**
 * @param {string} tag
 * @param {Record<string, any>} [given] attributes; `on` holds listeners by event, and `false`, `null`, `undefined` leave one out
 * @param {...(Node | string | null | undefined | false)} children
 * @returns {any} the element; `any`, since the caller knows which one it asked for
 */
export function element(tag, given = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (name === "on") listen(made, value);
    else if (name === "value" || name === "checked") Reflect.set(made, name, value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, String(value));
  }
  made.append(...present(children));
  return made;
}

/**
 * @param {Element} target
 * @param {Record<string, (event: any) => void>} listeners
 */
function listen(target, listeners) {
  for (const [event, listener] of Object.entries(listeners)) target.addEventListener(event, listener);
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

/**
 * The children that are there: conditions may leave `null` or `false` among them.
 *
 * @param {(Node | string | null | undefined | false)[]} children
 * @returns {(Node | string)[]}
 */
export function present(children) {
  return /** @type {(Node | string)[]} */ (
    children.filter((child) => child !== null && child !== undefined && child !== false)
  );
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
