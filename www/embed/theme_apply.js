/**
 * The colours and the radius of a partner's page: taken one by one, if they are colours and lengths in one plain notation. They are set
 * as values of properties, never as a style sheet's text.
 */

import { TOKENS } from "./theme.js";

const COLOUR = /^(#[0-9a-f]{3}|#[0-9a-f]{6}|(rgb|hsl|oklch)\([0-9.,% ]{5,40}\))$/i;
const LENGTH = /^([0-9]|[12][0-9]|3[0-2])px$/;

/** True for a value that may be applied. @param {string} token @param {unknown} value @returns {value is string} */
function isSafe(token, value) {
  if (typeof value !== "string" || !TOKENS.includes(token)) return false;
  return token === "radius" ? LENGTH.test(value) : COLOUR.test(value) && CSS.supports("color", value);
}

/** Applies the theme of the page around. @param {HTMLElement} top @param {unknown} theme by token */
export function applyTheme(top, theme) {
  for (const [token, value] of Object.entries(Object(theme))) {
    if (isSafe(token, value)) top.style.setProperty(`--kakekomi-${token}`, value);
  }
}

/** Applies the partner's theme of the desk's profile to tokens that the page itself leaves out. @param {HTMLElement} top @param {unknown} theme */
export function applyDefaults(top, theme) {
  const set = getComputedStyle(top);
  const left = Object.entries(Object(theme)).filter(([token]) => !set.getPropertyValue(`--kakekomi-${token}`).trim());
  applyTheme(top, Object.fromEntries(left));
}

/**
 * Applies the page's choice of light or dark, whatever the device prefers: "light dark" leaves it to the device, and a page without a
 * scheme is a light one.
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
