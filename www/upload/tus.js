/**
 * Requests of tus 1.0.0, with which a file is sent in pieces: `await sendPiece(access, "/v1/files/0f…", 0, piece)` →
 * `{ status: 204, offset: 5, … }`.
 *
 * Each of them is one XMLHttpRequest, since `fetch` does not tell how much of a body has left.
 */

import { deskUrl } from "../app/environment.js";
import { localeOf, state } from "../app/state.js";

const UPLOADS = "/v1/files";

/** The codes of responses that have no body, as those to HEAD. */
const CODES = new Map([
  [401, "return.expired"],
  [404, "file.unknown"],
  [410, "file.expired"],
]);

/** The longest time in which nothing moves: neither bytes nor a response (milliseconds). */
const STALL = 60_000;

/**
 * The applicant's right to send files to the case. `headers` are those of each request. `renew` gets others after they expired: false if
 * the code has to be typed anew, null if the desk does not answer now.
 *
 * @typedef {{ headers: () => Record<string, string>, renew: () => Promise<boolean | null> }} Access
 */

/**
 * The response to a request. The status is 0 if none came, and the offset is null where the desk names none; `wait` is in milliseconds.
 *
 * @typedef {{ status: number, code: string, detail: string, offset: number | null, address: string, wait: number, body: any }} Answer
 */

/** A file of the case as the desk has it. @typedef {{ id: string, what: form.FileKind, log?: number, length: number, offset: number, state: string, sha256?: string, created_at: number | string, expires_at?: number | string }} DeskFile */

/** The files of the case. @param {Access} access @param {AbortSignal} [signal] */
export function listFiles(access, signal) {
  return tusRequest("GET", UPLOADS, { access, signal });
}

/**
 * Declares a file, which is then sent to the answer's `address`.
 *
 * @param {Access} access @param {number} length @param {Record<string, string>} metadata
 */
export function declareFile(access, length, metadata) {
  const pairs = Object.entries(metadata).map(([key, value]) => `${key} ${inBase64(value)}`);
  const headers = { "Upload-Length": String(length), "Upload-Metadata": pairs.join(",") };
  return tusRequest("POST", UPLOADS, { access, headers });
}

/** Asks how much of a file the desk has. @param {Access} access @param {string} id @param {AbortSignal} signal */
export function askOffset(access, id, signal) {
  return tusRequest("HEAD", `${UPLOADS}/${id}`, { access, signal });
}

/**
 * Sends a piece that begins at the offset.
 *
 * @param {Access} access @param {string} id @param {number} offset @param {Blob} piece @param {AbortSignal} signal
 * @param {(bytes: number) => void} left is called with the bytes of the piece that have left
 */
export function sendPiece(access, id, offset, piece, signal, left) {
  const headers = { "Upload-Offset": String(offset), "Content-Type": "application/offset+octet-stream" };
  return tusRequest("PATCH", `${UPLOADS}/${id}`, { access, headers, body: piece, signal, left });
}

/** Gives up an unfinished file. @param {Access} access @param {string} id */
export function dropFile(access, id) {
  return tusRequest("DELETE", `${UPLOADS}/${id}`, { access });
}

/**
 * @param {string} method @param {string} path
 * @param {{ access: Access, headers?: Record<string, string>, body?: Blob, signal?: AbortSignal, left?: (bytes: number) => void }} how
 * @returns {Promise<Answer>}
 */
function tusRequest(method, path, { access, headers = {}, body, signal, left = () => {} }) {
  return new Promise((resolve) => {
    const asked = new XMLHttpRequest();
    let stalled = 0;
    const abort = () => asked.abort();
    const move = () => {
      clearTimeout(stalled);
      stalled = setTimeout(abort, STALL);
    };
    const end = () => {
      clearTimeout(stalled);
      signal?.removeEventListener("abort", abort);
      resolve(answerOf(asked));
    };
    asked.open(method, deskUrl(`${path}?locale=${localeOf(state.language)}`));
    for (const [name, value] of Object.entries({ "Tus-Resumable": "1.0.0", ...access.headers(), ...headers }))
      asked.setRequestHeader(name, value);
    asked.upload.onprogress = ({ loaded }) => {
      move();
      left(loaded);
    };
    asked.onprogress = move;
    // After a load, an error and an abort alike.
    asked.onloadend = end;
    signal?.addEventListener("abort", abort);
    if (signal?.aborted) return resolve(answerOf(asked));
    move();
    asked.send(body ?? null);
  });
}

/** @param {XMLHttpRequest} asked @returns {Answer} */
function answerOf(asked) {
  const header = (/** @type {string} */ name) => (asked.status ? asked.getResponseHeader(name) : null);
  const offset = header("Upload-Offset");
  let body = /** @type {any} */ ({});
  try {
    body = JSON.parse(asked.responseText || "{}");
  } catch {
    // A proxy's page is no answer of the desk.
  }
  return {
    status: asked.status,
    code: String(body.code ?? (asked.responseText ? "" : (CODES.get(asked.status) ?? ""))),
    detail: String(body.detail ?? ""),
    offset: offset === null ? null : Number(offset),
    address: header("Location") ?? "",
    wait: 1000 * Number(header("Retry-After") ?? 0),
    body,
  };
}

/** The text as UTF-8 in base64. @param {string} text */
function inBase64(text) {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
