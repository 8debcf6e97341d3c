/**
 * The colours and the radius that a page gives the form: `kakekomi-form { --kakekomi-accent: #0b4f8a }`.
 *
 * The frame takes those that are colours and lengths in one plain notation.
 */

/** Names after `--kakekomi-`; the same as in host/service/src/desk/partners/theme.rs. */
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

/** The page's tokens, and its choice of light or dark, whatever the device prefers. @param {Element} element */
export function themeOf(element) {
  const style = getComputedStyle(element);
  const values = TOKENS.map((token) => [token, style.getPropertyValue(`--kakekomi-${token}`).trim()]);
  const theme = Object.fromEntries(values.filter(([, value]) => value));
  return { theme, scheme: getComputedStyle(element.parentElement ?? document.documentElement).colorScheme };
}
