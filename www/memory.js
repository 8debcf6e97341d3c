/**
 * What outlives a reload and ends with the tab: the answers, the agreement, and the key under which a text is sent.
 *
 * Session storage only: the machine may be shared or compromised. The desk's phone number is never put here.
 */

const FILLING = "kakekomi.filling";
const SENDING = "kakekomi.sending";

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
  const key = crypto.randomUUID();
  write(SENDING, { text, key, sent: false });
  return key;
}

/** The text was received: a reload shows its receipt again, by sending the same text under the same key. */
export function markSent() {
  write(SENDING, { ...read(SENDING), sent: true });
  drop(FILLING);
}

/** @returns {{ text: string, key: string } | null} the text whose receipt the person has */
export function sentBefore() {
  const kept = read(SENDING);
  return kept?.sent ? kept : null;
}

/** A key that turned out to belong to another text. */
export function dropKey() {
  drop(SENDING);
}

export function forgetAll() {
  drop(FILLING);
  drop(SENDING);
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
