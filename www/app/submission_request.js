/**
 * The request that sends a draft, and its possible outcomes.
 *
 * 201 → receipt · 422 → issues · 409 → stale, module · 429, 503 → unavailable · nothing was sent → offline ·
 * no answer that tells the outcome (503 store.in_doubt, another 409 or 5xx) → lost.
 */

import { deskUrl, forPartner } from "./environment.js";
import { returnCodeDigest } from "./return_code.js";

/** The longest time that the server may take (milliseconds). */
const SENDING_PATIENCE = 30_000;

/**
 * @param {Uint8Array<ArrayBuffer>} bytes of the draft @param {{ key: string, code?: string, module: string, locale: string }} how
 * @returns {Promise<form.Outcome>}
 */
export async function submit(bytes, { key, code, module, locale }) {
  // Tried all the same: a browser may be wrong about being offline.
  const kind = navigator.onLine ? "lost" : "offline";
  const response = await fetch(deskUrl(forPartner(`/v1/submissions?locale=${locale}`)), {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      "Idempotency-Key": key,
      "Kakekomi-Module": `sha256:${module}`,
      ...(code && { "Kakekomi-Return": await returnCodeDigest(code) }),
    },
    body: bytes,
    signal: AbortSignal.timeout(SENDING_PATIENCE),
  }).catch(() => null);
  if (!response) return { kind };
  const found = outcome(response.status, await response.json().catch(() => ({})));
  const bound = code && response.headers.get("Kakekomi-Return-Bound");
  // A desk that does not say whether the code belongs to the case knows no codes.
  return bound && found.kind === "receipt" ? { ...found, code: bound === "true" ? code : "" } : found;
}

/** @param {number} status @param {any} body @returns {form.Outcome} */
function outcome(status, body) {
  const code = String(body.code ?? "");
  const detail = String(body.detail ?? body.title ?? "");
  if (status === 201 || status === 200) return body.number ? { kind: "receipt", receipt: body } : { kind: "lost" };
  if (code === "idempotency.reused" || code === "case.erased") return { kind: "reused" };
  if (code === "consent.stale") return { kind: "stale" };
  if (code.startsWith("module.")) return { kind: "module" };
  if (body.report) return { kind: "issues", report: body.report };
  // The desk does not know the outcome either, until the same text is sent again with the same key.
  if (code === "store.in_doubt") return { kind: "lost" };
  if (status === 429 || (status === 503 && code)) return { kind: "unavailable" };
  // A proxy may have passed the text on before it failed, and so may a desk have stored it; another conflict is not decided yet.
  if (status >= 500 || status === 409) return { kind: "lost" };
  // Nothing can be sent from that partner's page, but from the desk's own.
  return { kind: "refused", detail, elsewhere: code.startsWith("partner.") };
}
