/**
 * The request that sends a draft, and its possible outcomes.
 *
 * 201 → receipt · 422 → issues · 409 → stale, module · 429, 503 → unavailable · nothing was sent → offline ·
 * no answer that says what became of it, or 503 store.in_doubt → lost.
 */

import { deskUrl, forPartner } from "./environment.js";

/**
 * @typedef {{ kind: "receipt", receipt: any, text?: string }
 *   | { kind: "issues", report: form.Report }
 *   | { kind: "stale" } | { kind: "module" } | { kind: "reused" } | { kind: "offline" } | { kind: "lost" }
 *   | { kind: "unavailable" } | { kind: "refused", detail: string, elsewhere: boolean }} Outcome
 */

/** How long the server may take, and how long to wait while the same text is still under way (milliseconds). */
const SENDING_PATIENCE = 30_000;
const AGAIN = 1_000;
const AGAIN_MAX = 10;

/** No module has this digest: a key's receipt is given again before the module is looked at, and nothing new is stored. */
const NO_MODULE = "0".repeat(64);

/**
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {{ key: string, module: string, locale: string }} how
 * @returns {Promise<Outcome>}
 */
export async function submit(bytes, how) {
  // Tried all the same: a browser may be wrong about being offline.
  const unanswered = /** @type {Outcome} */ ({ kind: navigator.onLine ? "lost" : "offline" });
  for (let attempt = 0; attempt < AGAIN_MAX; attempt += 1) {
    const answer = await post(bytes, how).catch(() => null);
    if (!answer) return attempt ? { kind: "lost" } : unanswered;
    if (answer.body.code !== "idempotency.in_progress") return outcome(answer);
    await new Promise((resolve) => setTimeout(resolve, AGAIN));
  }
  return { kind: "lost" };
}

/**
 * Asks for a text that was sent before: its receipt, or `module` where it has not arrived. It is not sent anew.
 *
 * @param {{ text: string, key: string }} sent @param {string} locale
 */
export function askFor({ text, key }, locale) {
  return submit(new TextEncoder().encode(text), { key, module: NO_MODULE, locale });
}

/**
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {{ key: string, module: string, locale: string }} how
 */
async function post(bytes, { key, module, locale }) {
  const response = await fetch(deskUrl(forPartner(`/v1/submissions?locale=${locale}`)), {
    method: "POST",
    headers: { "Content-Type": "application/json", "Idempotency-Key": key, "Kakekomi-Module": `sha256:${module}` },
    body: bytes,
    signal: AbortSignal.timeout(SENDING_PATIENCE),
  });
  return { status: response.status, body: await response.json().catch(() => ({})) };
}

/**
 * @param {{ status: number, body: any }} answer
 * @returns {Outcome}
 */
function outcome({ status, body }) {
  const code = String(body.code ?? "");
  const detail = String(body.detail ?? body.title ?? "");
  if (status === 201 || status === 200) return body.number ? { kind: "receipt", receipt: body } : { kind: "lost" };
  if (code === "idempotency.reused") return { kind: "reused" };
  if (code === "consent.stale") return { kind: "stale" };
  if (code.startsWith("module.")) return { kind: "module" };
  if (body.report) return { kind: "issues", report: body.report };
  // The desk does not know either, and will once the same text is sent again with the same key.
  if (code === "store.in_doubt") return { kind: "lost" };
  if (status === 429 || (status === 503 && code)) return { kind: "unavailable" };
  // A proxy may have passed the text on before it failed, and so may a desk have stored it.
  if (status >= 500) return { kind: "lost" };
  // The partner's page is not one from which anything can be sent; the desk's own is.
  return { kind: "refused", detail, elsewhere: code.startsWith("partner.") };
}
