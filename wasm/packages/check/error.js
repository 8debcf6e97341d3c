/**
 * The one class of errors: a stable code for programs, and a sentence for people that says what to do.
 *
 *     new KakekomiError("desk.unreachable", "https://… does not answer: …").code
 */

/** @import { KakekomiErrorCode } from "./index.d.ts" */

export class KakekomiError extends Error {
  /** @type {"KakekomiError"} */
  name = "KakekomiError";

  /** @param {KakekomiErrorCode} code README.md lists all of them @param {string} message @param {unknown} [cause] */
  constructor(code, message, cause) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}
