/**
 * The colours and the radius that a page gives the form: `kakekomi-form { --kakekomi-accent: #0b4f8a }`.
 *
 * The page says them, the frame takes those that are colours and lengths in one plain way of writing.
 */

/** Behind `--kakekomi-`; the same as in host/service/src/desk/partners/theme.rs. */
export const TOKENS = [
  "ink",
  "quiet",
  "paper",
  "ground",
  "line",
  "edge",
  "accent",
  "on-accent",
  "wrong",
  "note",
  "radius",
];

/**
 * What the page says: its tokens, and whether it is light or dark whatever the device prefers.
 *
 * @param {Element} element
 */
export function themeOf(element) {
  const style = getComputedStyle(element);
  /** @type {Record<string, string>} */
  const theme = {};
  for (const token of TOKENS) {
    const value = style.getPropertyValue(`--kakekomi-${token}`).trim();
    if (value) theme[token] = value;
  }
  return { theme, scheme: getComputedStyle(element.parentElement ?? document.documentElement).colorScheme };
}
