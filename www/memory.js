/**
 * What outlives a reload and ends with the tab: the answers, the agreement, the key under which a text is sent, the receipt.
 *
 * Session storage only: the machine may be shared or compromised. The desk's phone number is never put here.
 *
 * @typedef {object} Kept a receipt on the screen
 * @property {any} receipt as the server sent it
 * @property {string} text the text that was sent
 * @property {string} locale the language of the screen
 * @property {boolean} earlier whether it is of an earlier text than the one the person wanted to send
 */

const FILLING = "kakekomi.filling";
const SENDING = "kakekomi.sending";
const RECEIPT = "kakekomi.receipt";

/** The same, for a browser whose storage is off or full: then a reload forgets, and all else works. @type {Map<string, string>} */
const held = new Map();

/** @param {any} filling */
export function remember(filling) {
  write(FILLING, filling);
}

/** @returns {any} what was remembered, or null */
export function recall() {
  return read(FILLING);
}

/**
 * The idempotency key of a text: the same text keeps its key, so that a double click, a retry and a
 * reload make one case.
 *
 * @param {string} text
 * @returns {string}
 */
export function keyOf(text) {
  const kept = read(SENDING);
  if (kept?.text === text) return kept.key;
  const key = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  write(SENDING, { text, key, lost: false });
  return key;
}

/** Whether the last text went out without an answer that says what became of it. @param {boolean} lost */
export function markLost(lost) {
  const kept = read(SENDING);
  if (kept) write(SENDING, { ...kept, lost });
}

/** @returns {{ text: string, key: string } | null} the text that may have arrived: nobody knows */
export function lostBefore() {
  const kept = read(SENDING);
  return kept?.lost ? kept : null;
}

/** A key that turned out to belong to another text, or whose text did not arrive. */
export function dropKey() {
  drop(SENDING);
}

/**
 * What the person has in hand: it is shown again after a reload, without asking the desk. The answers go.
 *
 * @param {Kept} kept
 */
export function keepReceipt(kept) {
  write(RECEIPT, kept);
  drop(FILLING);
  drop(SENDING);
}

/** @returns {Kept | null} */
export function receiptKept() {
  return read(RECEIPT);
}

export function forgetAll() {
  drop(FILLING);
  drop(SENDING);
  drop(RECEIPT);
}

/** @param {string} name */
function read(name) {
  try {
    return JSON.parse(held.get(name) ?? sessionStorage.getItem(name) ?? "null");
  } catch {
    return null;
  }
}

/** @param {string} name @param {any} value */
function write(name, value) {
  const text = JSON.stringify(value);
  try {
    sessionStorage.setItem(name, text);
    held.delete(name);
  } catch {
    held.set(name, text);
  }
}

/** @param {string} name */
function drop(name) {
  held.delete(name);
  try {
    sessionStorage.removeItem(name);
  } catch {
    // Storage is off: there is nothing to drop.
  }
}
