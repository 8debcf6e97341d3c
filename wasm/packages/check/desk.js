/**
 * What is fetched from a desk: `GET /v1/desk` and the file of its module.
 *
 *     await fetchDesk(source)   → { module: "sha256:2fbc…", context: { now: 1795140000000, … } }
 */

import { readDigest } from "./digest.js";
import { KakekomiError } from "./error.js";

/** @import { Context } from "./index.d.ts" */

/** Where and how to ask. @typedef {{ desk: string, fetch: typeof fetch, timeout: number, signal: AbortSignal }} Source */

/** The module and the context in force. @param {Source} source @returns {Promise<{ module: string, context: Context }>} */
export async function fetchDesk(source) {
  const path = "/v1/desk";
  const response = await ask(source, path);
  /** @type {any} */
  const answer = await response.json().catch((failure) => Promise.reject(wrong(source, path, "no JSON", failure)));
  const module = readDigest(answer?.module);
  if (module === null) throw wrong(source, path, "no digest of a module");
  if (!Number.isSafeInteger(answer.context?.now)) throw wrong(source, path, "no context");
  return { module, context: answer.context };
}

/** The bytes of a module, which are not verified yet. @param {Source} source @param {string} digest */
export async function fetchModule(source, digest) {
  const path = `/module/${digest.replace("sha256:", "")}.wasm`;
  const response = await ask(source, path);
  try {
    return new Uint8Array(await response.arrayBuffer());
  } catch (failure) {
    const words = `${source.desk}${path} broke off before its end: try again, and look at the proxy between (${reason(failure)})`;
    throw new KakekomiError("module.truncated", words, failure);
  }
}

/** @param {Source} source @param {string} path */
async function ask({ desk, fetch, timeout, signal }, path) {
  let response;
  signal.throwIfAborted();
  try {
    response = await fetch(desk + path, { signal: AbortSignal.any([signal, AbortSignal.timeout(timeout)]) });
  } catch (failure) {
    // A closed connection has its own reason.
    signal.throwIfAborted();
    const words = `${desk} cannot be reached: look at its address, the network and (in a page) whether the desk knows this origin`;
    throw new KakekomiError("desk.unreachable", `${words} (${reason(failure)})`, failure);
  }
  if (response.ok) return response;
  const words = `${desk}${path} answers ${response.status}`;
  if (response.status >= 500 || response.status === 429)
    throw new KakekomiError("desk.unreachable", `${words}: the desk is out of order or busy, try again later`);
  throw new KakekomiError("desk.invalid", `${words}: is this the address of a kakekomi desk?`);
}

/** @param {Source} source @param {string} path @param {string} lacks @param {unknown} [cause] */
function wrong({ desk }, path, lacks, cause) {
  return new KakekomiError(
    "desk.invalid",
    `${desk}${path} gives ${lacks}: is this the address of a kakekomi desk?`,
    cause,
  );
}

/** The innermost reason of a failed fetch, "connect ECONNREFUSED 127.0.0.1:1". @param {unknown} failure @returns {string} */
function reason(failure) {
  if (!(failure instanceof Error)) return String(failure);
  return failure.cause === undefined ? failure.message : reason(failure.cause);
}
