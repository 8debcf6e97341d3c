/**
 * The requests of the return page, and their possible outcomes.
 *
 * The token of a visit is in this module's memory alone: it ends with the document, with the visit, and after half an hour.
 */

import { deskUrl, forPartner } from "../app/environment.js";
import { state } from "../app/state.js";
import { forgetFiles } from "../upload/load_files.js";

/** The longest time that the server may take (milliseconds). */
const VISIT_PATIENCE = 30_000;

/** The seconds to wait if the desk names none. */
const WAIT = 60;

/** Problems of a case that is another one than the page shows. */
const CHANGED = ["return.no_questions", "case.closed", "referral.none", "intent.known"];

let token = "";

/** Number and code of the visit: an upload may take longer than a token holds. @type {{ number: string, code: string } | null} */
let credentials = null;

/** Begins a visit. @param {string} number @param {string} code @returns {Promise<form.VisitOutcome>} its body is `{ expires_at, state }` */
export async function beginVisit(number, code) {
  token = "";
  const outcome = await request("POST", "/v1/return", { body: JSON.stringify({ number, code }) });
  if (outcome.kind === "done") {
    token = outcome.body.token;
    credentials = { number, code };
  }
  return outcome;
}

/**
 * The right to send files to a case, while its visit is the present one.
 *
 * @param {string} number @returns {import("../upload/tus.js").Access}
 */
export function fileAccess(number) {
  const isPresent = () => credentials?.number === number;
  return {
    headers: () => ({ Authorization: `Bearer ${isPresent() ? token : ""}` }),
    renew: async () => {
      if (!credentials || !isPresent()) return false;
      const { kind } = await beginVisit(number, credentials.code);
      return kind === "done" || (kind === "refused" ? false : null);
    },
  };
}

/** The case as it is now. */
export function readVisit() {
  return request("GET", "/v1/return");
}

/** Opens what the desk disclosed. @param {number} n */
export function openDisclosure(n) {
  return request("GET", `/v1/disclosures/${n}`);
}

/** Ends the visit, also where the desk cannot be reached. */
export async function endVisit() {
  await forgetFiles();
  await request("DELETE", "/v1/return");
  token = "";
  credentials = null;
}

/** The report on answers where the page has no module. @param {Uint8Array} bytes @returns {Promise<form.Report>} */
export async function checkAnswers(bytes) {
  const outcome = await request("POST", "/v1/answers/check", { body: bytes });
  if (outcome.kind === "issues") return outcome.report;
  if (outcome.kind === "done" && Array.isArray(outcome.body.issues)) return outcome.body;
  throw new Error(`/v1/answers/check: ${outcome.kind}`);
}

/**
 * Sends answers, an addition, a consent or a withdrawal.
 *
 * @param {string} path @param {string} body @param {string} key the same for the same body, so that a retry stores it once
 */
export function sendInVisit(path, body, key) {
  return request("POST", path, {
    body,
    headers: { "Idempotency-Key": key, "Kakekomi-Module": `sha256:${state.engine.sha256}` },
  });
}

/**
 * @param {string} method @param {string} path
 * @param {{ body?: string | Uint8Array, headers?: Record<string, string> }} [how]
 * @returns {Promise<form.VisitOutcome>}
 */
async function request(method, path, { body, headers } = {}) {
  const response = await fetch(deskUrl(forPartner(`${path}?locale=${state.locale}`)), {
    method,
    headers: {
      ...(token && { Authorization: `Bearer ${token}` }),
      ...(body && { "Content-Type": "application/json" }),
      ...headers,
    },
    body: /** @type {any} */ (body),
    signal: AbortSignal.timeout(VISIT_PATIENCE),
  }).catch(() => null);
  return response ? outcomeOf(response, await response.json().catch(() => ({}))) : { kind: "unreachable" };
}

/** @param {Response} response @param {any} body @returns {form.VisitOutcome} */
function outcomeOf({ ok, status, headers }, body) {
  const code = String(body.code ?? "");
  if (ok) return { kind: "done", body };
  if (status === 401) return { kind: code === "return.refused" ? "refused" : "expired" };
  if (status === 429) return { kind: "wait", seconds: Number(headers.get("Retry-After")) || WAIT };
  // Another tab, or the desk, was first.
  if (CHANGED.includes(code)) return { kind: "changed" };
  if (code === "consent.stale") return { kind: "stale" };
  if (code.startsWith("module.")) return { kind: "outdated" };
  if (body.report) return { kind: "issues", report: body.report };
  // The desk may have stored it, and tells so when the same is sent again.
  if (status >= 500 || code === "idempotency.in_progress") return { kind: "unreachable" };
  return { kind: "failed", detail: String(body.detail ?? body.title ?? "") };
}
