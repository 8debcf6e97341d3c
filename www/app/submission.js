/**
 * Sending of the answers: the module checks them first, and the same bytes make one case, however often they are sent.
 *
 * `await sendAnswers()` → `{ kind: "receipt", receipt, text }`, or another outcome of submission_request.js.
 */

import { state } from "./state.js";
import { stepNames } from "./steps.js";
import { dropKey, lostBefore, markLost, sendingOf } from "./storage.js";
import { submit } from "./submission_request.js";

/** The most repetitions after the module or the key had to be renewed. */
const RENEWALS = 2;

/** No module has this digest: a key's receipt is given again before the module is looked at, and nothing new is stored. */
const NO_MODULE = "0".repeat(64);

/** @returns {Promise<form.Outcome>} */
export async function sendAnswers(renewals = RENEWALS) {
  const { intake } = state;
  for (const step of stepNames()) intake.tried.add(step);
  await state.refresh(false);
  const { text } = intake;
  const earlier = await outcomeOfLost(text);
  if (earlier) return earlier;
  const bytes = new TextEncoder().encode(text);
  const report = await intake.check(bytes);
  if (report && !report.accepted) return { kind: "issues", report };
  const outcome = await sendOnce(bytes, text);
  if (renewals > 0 && (outcome.kind === "module" || outcome.kind === "reused")) {
    // The desk names another module in its response, which is loaded anew before each sending.
    if (outcome.kind === "reused") dropKey();
    return sendAnswers(renewals - 1);
  }
  return outcome.kind === "receipt" ? { ...outcome, text } : outcome;
}

/** Sends a text, which counts as one that may have arrived until an answer tells. @param {Uint8Array<ArrayBuffer>} bytes @param {string} text */
async function sendOnce(bytes, text) {
  const { key, code } = sendingOf(text);
  const before = lostBefore() !== null;
  markLost(true);
  const outcome = await submit(bytes, { key, code, module: state.engine.sha256, locale: state.locale });
  markLost(outcome.kind === "lost" || (before && (outcome.kind === "offline" || outcome.kind === "unavailable")));
  return outcome;
}

/**
 * The outcome of another text whose answer was lost: if it arrived, its receipt is the one receipt, and later changes are reported by
 * phone.
 *
 * @param {string} text
 * @returns {Promise<form.Outcome | null>} null if nothing is in the way of this text
 */
async function outcomeOfLost(text) {
  const lost = lostBefore();
  if (!lost || lost.text === text) return null;
  const how = { ...lost, module: NO_MODULE, locale: state.locale };
  const outcome = await submit(new TextEncoder().encode(lost.text), how);
  if (outcome.kind === "receipt") return { ...outcome, text: lost.text };
  // It never arrived, or its case was erased since.
  if (outcome.kind !== "module" && outcome.kind !== "reused") return { kind: "lost" };
  dropKey();
  return null;
}
