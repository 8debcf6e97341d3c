/**
 * The module in the page: the same bytes of WebAssembly as the server runs.
 *
 * `await engine.check(bytes, context)` → the report. If WebAssembly is blocked, or the module failed twice on the same draft, the server
 * is asked instead and gives the same report.
 */

import { deskUrl, PATIENCE } from "./environment.js";

/** The bytes of a file that are hashed at a time, so that a large log needs little memory. */
const PIECE = 1_048_576;

/** The number of copies of the glue: a fresh instance needs a fresh copy, which holds it. */
let loads = 0;

export class Engine {
  /** @param {string} sha256 @param {any} glue the module's JavaScript face, or null if WebAssembly is blocked */
  constructor(sha256, glue) {
    this.sha256 = sha256;
    this.glue = glue;
  }

  /** Loads a module; if WebAssembly is not usable, `blocked` is true and the server decides. @param {string} sha256 */
  static async load(sha256) {
    return new Engine(sha256, await instantiate(sha256).catch(blocked));
  }

  get blocked() {
    return this.glue === null;
  }

  /**
   * The report on a draft.
   *
   * @param {Uint8Array} bytes of the draft @param {string} context @param {string} locale
   * @param {(bytes: Uint8Array, locale: string) => Promise<form.Report>} [askServer] takes the module's place
   * @returns {Promise<form.Report>}
   */
  async check(bytes, context, locale, askServer = checkOnServer) {
    for (let attempt = 0; attempt < 2 && this.glue; attempt += 1) {
      try {
        return this.glue.check(bytes, context);
      } catch (failure) {
        // After a trap nothing in the instance's memory can be relied on: throw it away.
        console.warn("module", /** @type {any} */ (failure)?.code ?? "trap");
        this.glue = await instantiate(this.sha256).catch(blocked);
      }
    }
    return askServer(bytes, locale);
  }

  /** The opening status at a time, or null if the module cannot be asked. @param {string} context @param {number} now */
  opening(context, now) {
    try {
      return this.glue.opening(context, now);
    } catch {
      return null;
    }
  }

  /**
   * The SHA-256 of a file that stays with the applicant, as 64 hex digits.
   *
   * @param {File} file @param {(from: number) => boolean} wanted true while somebody waits for it, at each piece: otherwise reading stops
   */
  async hash(file, wanted) {
    const hash = new this.glue.Sha256();
    for (let from = 0; from < file.size && wanted(from); from += PIECE) {
      hash.update(new Uint8Array(await file.slice(from, from + PIECE).arrayBuffer()));
    }
    return hash.digest();
  }
}

/** @param {string} sha256 */
async function instantiate(sha256) {
  loads += 1;
  const signal = AbortSignal.timeout(PATIENCE);
  const late = new Promise((_, reject) =>
    signal.addEventListener("abort", () => reject(signal.reason), { once: true }),
  );
  const [glue, response] = await Promise.all([
    Promise.race([import(deskUrl(`/module/${sha256}.js${loads > 1 ? `?load=${loads}` : ""}`)), late]),
    fetch(deskUrl(`/module/${sha256}.wasm`), { integrity: `sha256-${base64(sha256)}`, signal }),
  ]);
  if (!response.ok) throw new Error(`module: ${response.status}`);
  await glue.default({ module_or_path: response });
  return glue;
}

/** @param {unknown} failure @returns {null} */
function blocked(failure) {
  console.warn("module not usable in this page", failure instanceof Error ? failure.name : "");
  return null;
}

/** @param {Uint8Array} bytes @param {string} locale */
async function checkOnServer(bytes, locale) {
  const response = await fetch(deskUrl(`/v1/check?locale=${locale}`), {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: /** @type {any} */ (bytes),
    signal: AbortSignal.timeout(PATIENCE),
  });
  const answer = await response.json();
  const report = answer.report ?? answer;
  if (!Array.isArray(report.issues)) throw new Error(`/v1/check: ${response.status}`);
  return report;
}

/** Hex digits to base64, as `integrity` wants them. @param {string} hex */
function base64(hex) {
  const bytes = hex.match(/../g) ?? [];
  return btoa(String.fromCharCode(...bytes.map((pair) => Number.parseInt(pair, 16))));
}
