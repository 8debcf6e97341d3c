/**
 * The colours and the radius that the page wears on somebody's page: taken one by one, and only where they are colours
 * and lengths in one plain way of writing. They are set as values of properties, never as a style sheet's text.
 */

import { TOKENS } from "./theme.js";

const COLOUR = /^(#[0-9a-f]{3}|#[0-9a-f]{6}|(rgb|hsl|oklch)\([0-9.,% ]{5,40}\))$/i;
const LENGTH = /^([0-9]|[12][0-9]|3[0-2])px$/;

/** @param {string} token @param {unknown} value @returns {value is string} */
export function isWorn(token, value) {
  if (typeof value !== "string" || !TOKENS.includes(token)) return false;
  return token === "radius" ? LENGTH.test(value) : COLOUR.test(value) && CSS.supports("color", value);
}

/** Takes what the page around says. @param {HTMLElement} top @param {unknown} theme by token */
export function applyTheme(top, theme) {
  for (const [token, value] of Object.entries(Object(theme))) {
    if (isWorn(token, value)) top.style.setProperty(`--kakekomi-${token}`, value);
  }
}

/** Takes what the desk's profile says of the partner, where the page itself says nothing. @param {HTMLElement} top @param {unknown} theme */
export function applyDefaults(top, theme) {
  const set = getComputedStyle(top);
  const left = Object.entries(Object(theme)).filter(([token]) => !set.getPropertyValue(`--kakekomi-${token}`).trim());
  applyTheme(top, Object.fromEntries(left));
}

/**
 * Light or dark as the page around is, whatever the device prefers: "light dark" leaves it to the device, and a page
 * that says nothing is a light one.
 *
 * @param {HTMLElement} top @param {unknown} scheme a value of `color-scheme`
 */
export function applyColorScheme(top, scheme) {
  const words = String(scheme).split(" ");
  const dark = words.includes("dark");
  if (dark && words.includes("light")) return;
  const root = /** @type {Document | ShadowRoot} */ (top.getRootNode());
  for (const sheet of [...root.styleSheets, ...root.adoptedStyleSheets]) {
    for (const rule of sheet.cssRules) {
      if (rule instanceof CSSMediaRule && rule.conditionText.includes("prefers-color-scheme"))
        rule.media.mediaText = dark ? "all" : "not all";
    }
  }
  top.style.colorScheme = dark ? "dark" : "light";
}
