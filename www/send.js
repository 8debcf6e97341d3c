/**
 * Sending the very bytes that were checked, and what may come of it.
 *
 * 201 → receipt · 422 → issues · 409 → stale, module · 429, 5xx → unavailable · no answer → offline.
 */

/**
 * @typedef {{ kind: "receipt", receipt: any }
 *   | { kind: "issues", report: import("./types.js").Report }
 *   | { kind: "stale" } | { kind: "module" } | { kind: "reused" } | { kind: "offline" }
 *   | { kind: "unavailable", detail: string } | { kind: "refused", detail: string }} Outcome
 */

/** How long the server may take, and how long to wait while the same text is still under way (milliseconds). */
const PATIENCE = 30_000;
const AGAIN = 1_000;
const AGAIN_MAX = 10;

/**
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {{ key: string, module: string, locale: string }} how
 * @returns {Promise<Outcome>}
 */
export async function submit(bytes, how) {
  for (let attempt = 0; attempt < AGAIN_MAX; attempt += 1) {
    const answer = await post(bytes, how).catch(() => null);
    if (!answer) return { kind: "offline" };
    if (answer.body.code !== "idempotency.in_progress") return outcome(answer);
    await new Promise((resolve) => setTimeout(resolve, AGAIN));
  }
  return { kind: "unavailable", detail: "" };
}

/**
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {{ key: string, module: string, locale: string }} how
 */
async function post(bytes, { key, module, locale }) {
  const response = await fetch(`/v1/submissions?locale=${locale}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "Idempotency-Key": key, "Kakekomi-Module": `sha256:${module}` },
    body: bytes,
    signal: AbortSignal.timeout(PATIENCE),
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
  if (status === 201 || status === 200) return body.number ? { kind: "receipt", receipt: body } : { kind: "unavailable", detail };
  if (code === "idempotency.reused") return { kind: "reused" };
  if (code === "consent.stale") return { kind: "stale" };
  if (code.startsWith("module.")) return { kind: "module" };
  if (body.report) return { kind: "issues", report: body.report };
  if (status === 429 || status >= 500) return { kind: "unavailable", detail };
  return { kind: "refused", detail };
}
