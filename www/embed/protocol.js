/**
 * The messages between the frame and the page around it, and the check of their origin.
 *
 *     frame → page  { kakekomi: 1, type: "hello" | "ready" | "failed" | "height" | "look" | "step" | "error" | "submitted" | "again", value }
 *     page → frame  { kakekomi: 1, type: "set", lang, scheme, theme }
 *
 * Each side trusts one window of one origin. Only numbers, codes and reception numbers pass: nothing that was typed.
 */

/** The version of the protocol. A later one would be supported beside it, since embed files stay in pages for long. */
export const PROTOCOL = 1;

/** The tallest frame, in pixels: more than the consent document needs on the narrowest screen. */
export const HEIGHT_MAX = 60_000;

/**
 * The message of an event, if it has this protocol's form, origin and source.
 *
 * @param {{ origin: string, source: unknown, data: any }} event @param {string} origin @param {unknown} source
 * @returns {{ type: string, value?: unknown, [key: string]: unknown } | null}
 */
export function parseTrustedMessage(event, origin, source) {
  const { data } = event;
  if (event.origin !== origin || event.source !== source || data === null || typeof data !== "object") return null;
  return data.kakekomi === PROTOCOL && typeof data.type === "string" ? data : null;
}

/** @param {unknown} value @returns {value is number} */
export function isHeight(value) {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= HEIGHT_MAX;
}

/** A stable word such as "contact" or "wasm-blocked". @param {unknown} value @returns {value is string} */
export function isCode(value) {
  return typeof value === "string" && /^[a-z][a-z_.-]{0,39}$/.test(value);
}

/** A reception number, "2609-4873-1059", or one of the earlier form, "234-679-AC6". @param {unknown} value @returns {value is string} */
export function isReceipt(value) {
  return typeof value === "string" && /^(\d{4}(-\d{4}){2}|[0-9A-Z]{3}(-[0-9A-Z]{3}){2})$/.test(value);
}
