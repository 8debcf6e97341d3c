/**
 * The data that outlive a reload: the answers, the agreement, the key and the return code with which a text is sent, the receipt.
 *
 * They end with the tab, since the machine may be shared or compromised; answers and key, or the receipt, stay on the device for some
 * days only if the person asks for it. The desk's phone number is never stored.
 */

import { forPartner, isOwnDocument } from "./environment.js";
import { makeReturnCode } from "./return_code.js";

const FILLING = "filling";
const SENDING = "sending";
const RECEIPT = "receipt";
const VISIT = "visit";
const RECEIPT_ON_DEVICE = "receipt_on_device";
const UNTIL = "until";

/** The days that answers stay on the device after their last change, if the person asked for it. */
export const KEPT_DAYS = 7;
const KEPT_FOR = KEPT_DAYS * 86_400_000;

/** The same data in a browser whose storage is off or full: a reload forgets them, and all else works. @type {Map<string, string>} */
const held = new Map();

/** True if a reload brings the answers back. */
export function canKeep() {
  return !held.has(FILLING) || keptUntil() > 0;
}

/** Keeps the answers of an intake. @param {any} filling */
export function remember(filling) {
  write(FILLING, filling);
}

/** The answers that were kept, or null. @returns {any} */
export function recall() {
  return read(FILLING);
}

/** Keeps the answers on the device when the tab is closed, or no longer. @param {boolean} wanted */
export function keepOnDevice(wanted) {
  // A full device takes nothing, and `keptUntil` stays 0.
  if (wanted) stored("localStorage", "setItem", UNTIL, String(Date.now() + KEPT_FOR));
  else dropFromDevice();
  const sending = read(SENDING);
  if (wanted && sending) write(SENDING, sending);
}

/** The time until which the answers stay on the device, in milliseconds since the epoch; 0 if they end with the tab. */
export function keptUntil() {
  const until = Number(stored("localStorage", "getItem", UNTIL) ?? 0);
  if (until > Date.now()) return until;
  if (until) dropFromDevice();
  return 0;
}

/**
 * The idempotency key of a text, and its return code: the same text keeps both, so that a double click, a retry and a reload make one
 * case with one code. In another's document, whose scripts could read the code, there is none.
 *
 * @param {string} text @returns {form.Sending}
 */
export function sendingOf(text) {
  const kept = read(SENDING);
  if (kept?.text === text) return kept;
  const key = newKey();
  const sending = { text, key, code: isOwnDocument() ? makeReturnCode() : "", lost: false };
  write(SENDING, sending);
  return sending;
}

/** A new idempotency key. */
export function newKey() {
  return crypto.getRandomValues(new Uint32Array(4)).join("-");
}

/** Notes that the last text went out without an answer that tells its outcome, or that it did not. @param {boolean} lost */
export function markLost(lost) {
  const kept = read(SENDING);
  if (kept) write(SENDING, { ...kept, lost });
}

/** The text that may have arrived or not. @returns {form.Sending | null} */
export function lostBefore() {
  const kept = read(SENDING);
  return kept?.lost ? kept : null;
}

/** Drops a key that belongs to another text, or whose text did not arrive. @returns {() => void} brings it back */
export function dropKey() {
  const kept = read(SENDING);
  drop(SENDING);
  return () => {
    if (kept) write(SENDING, kept);
  };
}

/** Keeps the receipt, which is shown again after a reload, and drops the answers. @param {form.Kept} kept */
export function keepReceipt(kept) {
  forgetAnswers();
  write(RECEIPT, kept);
}

/** The receipt of this tab, or else, unless a person is filling in here, that of the device; or null. @returns {form.Kept | null} */
export function receiptKept() {
  return read(RECEIPT) ?? (recall() ? null : (receiptOnDevice()?.kept ?? null));
}

/** Keeps the receipt on the device when the tab is closed, or no longer. @param {boolean} wanted */
export function keepReceiptOnDevice(wanted) {
  // Another tab may have kept another receipt there since.
  if (!wanted && !receiptKeptUntil()) return;
  const copy = JSON.stringify({ kept: receiptKept(), until: Date.now() + KEPT_FOR });
  stored("localStorage", "removeItem", RECEIPT_ON_DEVICE);
  if (wanted) stored("localStorage", "setItem", RECEIPT_ON_DEVICE, copy);
}

/** The time until which this receipt stays on the device, in milliseconds since the epoch; 0 if it ends with the tab. */
export function receiptKeptUntil() {
  const copy = receiptOnDevice();
  return copy && copy.kept?.receipt.number === receiptKept()?.receipt.number ? copy.until : 0;
}

/** @returns {{ kept: form.Kept | null, until: number } | null} */
function receiptOnDevice() {
  const copy = parsed(stored("localStorage", "getItem", RECEIPT_ON_DEVICE));
  if (copy?.until > Date.now()) return copy;
  stored("localStorage", "removeItem", RECEIPT_ON_DEVICE);
  return null;
}

/** Keeps what was typed on the return page for a reload in this tab, never on the device. @param {form.KeptVisit} visit */
export function keepVisit(visit) {
  write(VISIT, visit);
}

/** What was typed on the return page, or null. @returns {form.KeptVisit | null} */
export function visitKept() {
  return read(VISIT);
}

/** Drops what was typed on the return page. */
export function dropVisit() {
  drop(VISIT);
}

/** Drops the data of this tab. The receipt that the person keeps on the device stays there. */
export function forgetTab() {
  forgetAnswers();
  drop(RECEIPT);
}

function forgetAnswers() {
  drop(FILLING);
  drop(SENDING);
  dropFromDevice();
}

function dropFromDevice() {
  for (const name of [UNTIL, FILLING, SENDING]) stored("localStorage", "removeItem", name);
}

/** @param {string} name */
function read(name) {
  const onDevice = keptUntil() ? stored("localStorage", "getItem", name) : null;
  return parsed(held.get(name) ?? stored("sessionStorage", "getItem", name) ?? onDevice);
}

/** @param {string | null | undefined} text @returns {any} null if it is no JSON */
function parsed(text) {
  try {
    return JSON.parse(text ?? "null");
  } catch {
    return null;
  }
}

/** @param {string} name @param {any} value */
function write(name, value) {
  const text = JSON.stringify(value);
  if (stored("sessionStorage", "setItem", name, text) === undefined) held.set(name, text);
  else held.delete(name);
  if (name === RECEIPT || name === VISIT || !keptUntil()) return;
  // If the device is full, the tab still has it.
  if (stored("localStorage", "setItem", name, text) === null)
    stored("localStorage", "setItem", UNTIL, String(Date.now() + KEPT_FOR));
}

/** @param {string} name */
function drop(name) {
  held.delete(name);
  for (const kind of /** @type {const} */ (["sessionStorage", "localStorage"])) stored(kind, "removeItem", name);
}

/**
 * Reads, writes or removes the value of a name. The forms of two partners on a page share the storage, not the names.
 *
 * @param {"localStorage" | "sessionStorage"} kind @param {"getItem" | "setItem" | "removeItem"} act @param {string} name @param {...string} text
 * @returns {string | null | undefined} undefined if the browser has the storage switched off, or if it is full
 */
function stored(kind, act, name, ...text) {
  try {
    return /** @type {any} */ (globalThis[kind])[act](forPartner(`kakekomi.${name}`), ...text) ?? null;
  } catch {
    return undefined;
  }
}
