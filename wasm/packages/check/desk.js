/**
 * What is fetched from a desk: `GET /v1/desk` and the file of its module.
 *
 *     await fetchDesk(source)   → { module: "sha256:2fbc…", context: { now: 1795140000000, … } }
 */

import { readDigest } from "./digest.js";
import { KakekomiError } from "./error.js";

/** @import { Context } from "./index.d.ts" */

/** The longest description of a desk, and the longest module, in bytes. */
const DESCRIPTION_MAX = 1024 * 1024;
const MODULE_MAX = 16 * 1024 * 1024;

/** Where and how to ask. @typedef {{ desk: string, fetch: typeof fetch, timeout: number, signal: AbortSignal }} Source */

/** The module and the context in force. @param {Source} source @returns {Promise<{ module: string, context: Context }>} */
export async function fetchDesk(source) {
  const path = "/v1/desk";
  const text = new TextDecoder().decode(await bytesOf(source, path, DESCRIPTION_MAX, "desk.unreachable"));
  const answer = parsed(source, path, text);
  const module = readDigest(answer?.module);
  if (module === null) throw wrong(source, path, "no digest of a module");
  if (!Number.isSafeInteger(answer.context?.now)) throw wrong(source, path, "no context");
  return { module, context: answer.context };
}

/** The bytes of a module, which are not verified yet. @param {Source} source @param {string} digest */
export async function fetchModule(source, digest) {
  const path = `/module/${digest.replace("sha256:", "")}.wasm`;
  return bytesOf(source, path, MODULE_MAX, "module.truncated");
}

/**
 * The body of an answer.
 *
 * @param {Source} source @param {string} path @param {number} most in bytes
 * @param {"desk.unreachable" | "module.truncated"} truncated the code where it breaks off
 */
async function bytesOf(source, path, most, truncated) {
  const reader = (await ask(source, path)).body?.getReader();
  const pieces = [];
  let length = 0;
  try {
    for (let piece = await reader?.read(); piece?.value; piece = await reader?.read()) {
      pieces.push(piece.value);
      length += piece.value.length;
      if (length > most) break;
    }
  } catch (failure) {
    source.signal.throwIfAborted();
    const words = `${source.desk}${path} broke off before its end: try again, and look at the proxy between (${reason(failure)})`;
    throw new KakekomiError(truncated, words, failure);
  }
  if (length > most) {
    await reader?.cancel();
    throw wrong(source, path, `more than ${most} bytes`);
  }
  return joined(pieces, length);
}

/** @param {Uint8Array[]} pieces @param {number} length of all */
function joined(pieces, length) {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

/** @param {Source} source @param {string} path @param {string} text @returns {any} */
function parsed(source, path, text) {
  try {
    return JSON.parse(text);
  } catch (failure) {
    throw wrong(source, path, "no JSON", failure);
  }
}

/** @param {Source} source @param {string} path */
async function ask({ desk, fetch, timeout, signal }, path) {
  let response;
  signal.throwIfAborted();
  try {
    response = await fetch(desk + path, {
      // A redirect could lead from https to http: a desk answers at its own address.
      redirect: "manual",
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeout)]),
    });
  } catch (failure) {
    // A closed connection has its own reason.
    signal.throwIfAborted();
    const words = `${desk} cannot be reached: look at its address, the network and (in a page) whether the desk knows this origin`;
    throw new KakekomiError("desk.unreachable", `${words} (${reason(failure)})`, failure);
  }
  if (response.ok) return response;
  // A page is not told the status of a redirect.
  if (response.type === "opaqueredirect" || (response.status >= 300 && response.status < 400))
    throw new KakekomiError(
      "desk.invalid",
      `${desk}${path} answers with a redirect: write the address that it leads to`,
    );
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
