/**
 * What the frame and the page around it may say to each other, and when it is believed.
 *
 *     frame → page  { kakekomi: 1, type: "hello" | "ready" | "failed" | "height" | "look" | "step" | "error" | "submitted" | "again", value }
 *     page → frame  { kakekomi: 1, type: "set", lang, scheme, theme }
 *
 * Each side believes one window of one origin and nobody else. Numbers, codes and reception numbers alone pass:
 * nothing that was typed.
 */

/** The version of this conversation. A later one would be spoken beside it, since embed files live long in pages. */
export const PROTOCOL = 1;

/** The tallest frame, in pixels: more than the consent document needs on the narrowest screen. */
export const HEIGHT_MAX = 60_000;

/**
 * The message of an event, where it is one of ours and comes from where it must.
 *
 * @param {{ origin: string, source: unknown, data: any }} event
 * @param {string} origin @param {unknown} source
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

/** A reception number, "234-679-ACD". @param {unknown} value @returns {value is string} */
export function isReceipt(value) {
  return typeof value === "string" && /^[0-9A-Z]{3}(-[0-9A-Z]{3}){2}$/.test(value);
}
