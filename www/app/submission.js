/**
 * The sending of the answers: checked first, then the very bytes that the module checked, once, however often they are sent.
 *
 * `await sendAnswers()` → `{ kind: "receipt", receipt, text }`, or another outcome of submission_request.js.
 */

import { state } from "./state.js";
import { stepNames } from "./steps.js";
import { dropKey, keyOf, lostBefore, markLost } from "./storage.js";
import { askFor, submit } from "./submission_request.js";

/** @typedef {import("./submission_request.js").Outcome} Outcome */

/** How often a text may be sent anew after the module or its key had to be renewed. */
const RENEWALS = 2;

/** @returns {Promise<Outcome>} */
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
    // Another module comes with the desk's answer, which is asked for anew before each sending.
    if (outcome.kind === "reused") dropKey();
    return sendAnswers(renewals - 1);
  }
  return outcome.kind === "receipt" ? { ...outcome, text } : outcome;
}

/** While it is under way, and until an answer tells, the text counts as one that may have arrived. @param {Uint8Array<ArrayBuffer>} bytes @param {string} text */
async function sendOnce(bytes, text) {
  const key = keyOf(text);
  const before = lostBefore() !== null;
  markLost(true);
  const outcome = await submit(bytes, { key, module: state.engine.sha256, locale: state.locale });
  markLost(outcome.kind === "lost" || (before && (outcome.kind === "offline" || outcome.kind === "unavailable")));
  return outcome;
}

/**
 * Another text than this one may have arrived already, its answer lost: then its receipt is the one receipt, and what was changed
 * since is told by phone.
 *
 * @param {string} text
 * @returns {Promise<Outcome | null>} null where nothing stands in the way of this text
 */
async function outcomeOfLost(text) {
  const lost = lostBefore();
  if (!lost || lost.text === text) return null;
  const outcome = await askFor(lost, state.locale);
  if (outcome.kind === "receipt") return { ...outcome, text: lost.text };
  if (outcome.kind !== "module") return { kind: "lost" };
  dropKey();
  return null;
}
