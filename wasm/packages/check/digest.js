/**
 * SHA-256 digests as the desk writes them.
 *
 *     readDigest("2FBC…")         → "sha256:2fbc…"
 *     await sha256(bytes)         → "sha256:2fbc…"
 */

import { KakekomiError } from "./error.js";

/** Reads a digest, with or without `sha256:` before it. @param {unknown} text @returns {string | null} null for any other text or value */
export function readDigest(text) {
  const hex = typeof text === "string" ? /^(?:sha256:)?([0-9a-f]{64})$/i.exec(text.trim())?.[1] : undefined;
  return hex === undefined ? null : `sha256:${hex.toLowerCase()}`;
}

/** Reads a digest that the caller gave. @param {unknown} text @param {string} option the option's name, for the error */
export function digestOption(text, option) {
  const digest = readDigest(text);
  if (digest !== null) return digest;
  throw new KakekomiError("options.invalid", `${option} is no SHA-256: write sha256: and 64 hexadecimal digits`);
}

/** Computes the digest of bytes. @param {Uint8Array} bytes @returns {Promise<string>} */
export async function sha256(bytes) {
  const subtle = globalThis.crypto?.subtle;
  if (!subtle) {
    throw new KakekomiError(
      "crypto.missing",
      "this page cannot compute a SHA-256, because it is not a secure context: serve it over https",
    );
  }
  const digest = new Uint8Array(await subtle.digest("SHA-256", /** @type {Uint8Array<ArrayBuffer>} */ (bytes)));
  return `sha256:${Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}
