/**
 * What outlives a reload: the answers, the agreement, the key under which a text is sent, the receipt.
 *
 * It ends with the tab, since the machine may be shared or compromised; answers and key stay on the device for
 * some days only where the person asks for it. The desk's phone number is never put here.
 *
 * @typedef {object} Kept a receipt on the screen
 * @property {any} receipt as the server sent it
 * @property {string} text the text that was sent
 * @property {string} locale the language of the screen
 * @property {string} [later] the answers as they were then, where the receipt is of earlier ones
 */

import { ofPartner } from "./place.js";

const FILLING = "filling";
const SENDING = "sending";
const RECEIPT = "receipt";
const UNTIL = "until";

/** How long answers stay on the device after they were last changed, where the person asked for it. */
export const KEPT_DAYS = 7;
const KEPT_FOR = KEPT_DAYS * 86_400_000;

/** The same, for a browser whose storage is off or full: then a reload forgets, and all else works. @type {Map<string, string>} */
const held = new Map();

/** Whether a reload brings the answers back. */
export function canKeep() {
  return !held.has(FILLING) || keptUntil() > 0;
}

/** @param {any} filling */
export function remember(filling) {
  write(FILLING, filling);
}

/** @returns {any} what was remembered, or null */
export function recall() {
  return read(FILLING);
}

/** Whether the answers are to stay on the device when the tab is closed. @param {boolean} wanted */
export function keepOnDevice(wanted) {
  try {
    if (wanted) storage("localStorage")?.setItem(keyed(UNTIL), String(Date.now() + KEPT_FOR));
    else dropFromDevice();
  } catch {
    // The device is full: `keptUntil` says so.
  }
  const sending = read(SENDING);
  if (wanted && sending) write(SENDING, sending);
}

/** Until when the answers stay on the device, in milliseconds since the epoch; 0 where they end with the tab. */
export function keptUntil() {
  const until = Number(storage("localStorage")?.getItem(keyed(UNTIL)) ?? 0);
  if (until > Date.now()) return until;
  if (until) dropFromDevice();
  return 0;
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

/** A key that turned out to belong to another text, or whose text did not arrive. @returns {() => void} brings it back */
export function dropKey() {
  const kept = read(SENDING);
  drop(SENDING);
  return () => { if (kept) write(SENDING, kept); };
}

/**
 * What the person has in hand: it is shown again after a reload, without asking the desk. The answers go.
 *
 * @param {Kept} kept
 */
export function keepReceipt(kept) {
  forgetAll();
  write(RECEIPT, kept);
}

/** @returns {Kept | null} */
export function receiptKept() {
  return read(RECEIPT);
}

export function forgetAll() {
  drop(FILLING);
  drop(SENDING);
  drop(RECEIPT);
  dropFromDevice();
}

function dropFromDevice() {
  for (const name of [UNTIL, FILLING, SENDING]) storage("localStorage")?.removeItem(keyed(name));
}

/** The name under which something is kept: two forms on a page have one storage, and each partner's is its own. @param {string} name */
function keyed(name) {
  return ofPartner(`kakekomi.${name}`);
}

/** @param {string} name */
function read(name) {
  try {
    const onDevice = keptUntil() ? storage("localStorage")?.getItem(keyed(name)) : null;
    return JSON.parse(held.get(name) ?? storage("sessionStorage")?.getItem(keyed(name)) ?? onDevice ?? "null");
  } catch {
    return null;
  }
}

/** @param {string} name @param {any} value */
function write(name, value) {
  const text = JSON.stringify(value);
  try {
    sessionStorage.setItem(keyed(name), text);
    held.delete(name);
  } catch {
    held.set(name, text);
  }
  if (name === RECEIPT || !keptUntil()) return;
  try {
    localStorage.setItem(keyed(name), text);
    localStorage.setItem(keyed(UNTIL), String(Date.now() + KEPT_FOR));
  } catch {
    // The device is full: the tab still has it.
  }
}

/** @param {string} name */
function drop(name) {
  held.delete(name);
  storage("sessionStorage")?.removeItem(keyed(name));
  storage("localStorage")?.removeItem(keyed(name));
}

/** A storage, or null where the browser has it switched off. @param {"localStorage" | "sessionStorage"} kind @returns {Storage | null} */
function storage(kind) {
  try {
    return globalThis[kind];
  } catch {
    return null;
  }
}
