/**
 * A module of the desk, verified and compiled.
 *
 *     const module = await load(bytes, { digest: "sha256:2fbc…" });
 *     module.check(draft, context).accepted        // the report as an object
 *     module.checkText(draft, context)             // its very text
 *
 * One instance serves all checks, so that a check costs no compilation and no memory of its own; `{ fresh: true }` asks for another, and
 * after a failure the next check gets one anyway.
 */

import { digestOption, sha256 } from "./digest.js";
import { KakekomiError } from "./error.js";
import { Instance } from "./instance.js";

/** @import { Context, CheckOptions, LoadOptions, Report } from "./index.d.ts" */

const ENCODER = new TextEncoder();
const DECODER = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** A context that every module of ABI 1 takes, to ask one for its ruleset. */
const PLAIN_CONTEXT = {
  now: 0,
  locale: "ja",
  consent: { version: "1", sha256: { ja: "0".repeat(64) } },
  policy: { version: "1", sha256: { ja: "0".repeat(64) } },
  calendar: {
    open: "09:00",
    close: "17:00",
    offset: "+09:00",
    year_end: { from: "12-29", to: "01-03" },
    weekday_excludes_holidays: true,
    extra_closed: [],
    extra_open: [],
    holidays: [],
    last_year: 1970,
  },
};

/** The functions and the memory that a host needs. */
const EXPORTS = ["memory", "kakekomi_allocate", "kakekomi_free", "kakekomi_check"];

/**
 * Verifies and compiles the bytes of a module.
 *
 * @param {Uint8Array | ArrayBuffer} bytes @param {LoadOptions} [options] @returns {Promise<Module>}
 */
export async function load(bytes, { digest } = {}) {
  const wanted = digest === undefined ? null : digestOption(digest, "digest");
  const wasm = bytes instanceof ArrayBuffer ? new Uint8Array(bytes) : bytes;
  if (!(wasm instanceof Uint8Array))
    throw new TypeError("load() takes the module's bytes, as a Uint8Array or an ArrayBuffer");
  const found = await sha256(wasm);
  if (wanted !== null && wanted !== found) throw mismatch(wasm, wanted, found);
  const compiled = await compile(wasm);
  expectAbi(compiled);
  return new Module(compiled, found);
}

export class Module {
  /** @type {string | null} */
  #ruleset = null;
  /** The instance that waits for the next check. @type {Instance | null} */
  #instance = null;
  #compiled;

  /** @param {WebAssembly.Module} compiled @param {string} digest */
  constructor(compiled, digest) {
    this.#compiled = compiled;
    /** `sha256:` and 64 hexadecimal digits, as the header `Kakekomi-Module` has it. */
    this.digest = digest;
  }

  /** The version of the rules, "2026.11.5". @returns {string} */
  get ruleset() {
    this.#ruleset ??= /** @type {string} */ (this.check("{}", /** @type {Context} */ (PLAIN_CONTEXT)).ruleset);
    return this.#ruleset;
  }

  /** @param {Uint8Array | string} text @param {Context | string | Uint8Array} context @param {CheckOptions} [options] @returns {Report} */
  check(text, context, options) {
    return JSON.parse(this.checkText(text, context, options));
  }

  /** @param {Uint8Array | string} text @param {Context | string | Uint8Array} context @param {CheckOptions} [options] */
  checkText(text, context, options) {
    return this.#run(text, context, options, decode);
  }

  /** @param {Uint8Array | string} text @param {Context | string | Uint8Array} context @param {CheckOptions} [options] */
  checkBytes(text, context, options) {
    return this.#run(text, context, options, (report) => report.slice());
  }

  /**
   * @template T
   * @param {Uint8Array | string} text @param {Context | string | Uint8Array} context @param {CheckOptions | undefined} options
   * @param {(report: Uint8Array) => T} read @returns {T}
   */
  #run(text, context, options, read) {
    const draft = bytesOf(text, "text");
    const isText = typeof context === "string" || context instanceof Uint8Array;
    const given = bytesOf(isText ? context : JSON.stringify(context), "context");
    const instance = options?.fresh ? new Instance(this.#compiled) : (this.#instance ?? new Instance(this.#compiled));
    try {
      return instance.check(draft, given, read);
    } finally {
      if (!options?.fresh) this.#instance = instance.broken ? null : instance;
    }
  }
}

/** @param {Uint8Array} report */
function decode(report) {
  return DECODER.decode(report);
}

/** The bytes of a text. @param {unknown} text @param {"text" | "context"} name for the error */
function bytesOf(text, name) {
  if (text instanceof Uint8Array) return text;
  if (typeof text !== "string") throw new TypeError(`${name} is neither a Uint8Array nor a string`);
  // TextEncoder would put another character there, so that another text would be judged.
  if (/\p{Surrogate}/u.test(text))
    throw new KakekomiError(
      `${name}.surrogate`,
      `${name} holds half a surrogate pair, which no UTF-8 has: pass the bytes as they came`,
    );
  return ENCODER.encode(text);
}

/** @param {Uint8Array} wasm */
async function compile(wasm) {
  if (typeof WebAssembly === "undefined")
    throw new KakekomiError("wasm.blocked", "there is no WebAssembly here: ask the desk instead, by POST /v1/check");
  try {
    return await WebAssembly.compile(/** @type {Uint8Array<ArrayBuffer>} */ (wasm));
  } catch (failure) {
    const words = failure instanceof Error ? failure.message : String(failure);
    if (/unsafe-eval|Content Security Policy|disallowed by embedder/i.test(words))
      throw new KakekomiError(
        "wasm.blocked",
        "this page's policy blocks WebAssembly: add 'wasm-unsafe-eval' to script-src, or ask the desk by POST /v1/check",
        failure,
      );
    throw new KakekomiError("module.invalid", `${wrongBytes(wasm)} (${words})`, failure);
  }
}

/** @param {Uint8Array} wasm @param {string} wanted @param {string} found */
function mismatch(wasm, wanted, found) {
  return new KakekomiError("module.digest", `${wrongBytes(wasm)} Its digest is ${found}, and ${wanted} was wanted`);
}

/** What is likely wrong with bytes that are no usable module. @param {Uint8Array} wasm */
function wrongBytes(wasm) {
  const isWasm = wasm[0] === 0 && wasm[1] === 0x61 && wasm[2] === 0x73 && wasm[3] === 0x6d;
  if (!isWasm) return `the file of ${wasm.length} bytes is no WebAssembly, perhaps a page of a proxy: look at it.`;
  const isWhole =
    typeof WebAssembly !== "undefined" && WebAssembly.validate(/** @type {Uint8Array<ArrayBuffer>} */ (wasm));
  if (!isWhole)
    return `the file of ${wasm.length} bytes is cut off or damaged: fetch it again, and look at what lies between.`;
  return `the file of ${wasm.length} bytes is another module than the one that was named: fetch it again.`;
}

/** @param {WebAssembly.Module} compiled */
function expectAbi(compiled) {
  const names = WebAssembly.Module.exports(compiled).map(({ name }) => name);
  const abi = names.find((name) => /^kakekomi_abi_\d+$/.test(name));
  if (names.includes("kakekomi_abi_1") && EXPORTS.every((name) => names.includes(name))) return;
  const found = abi
    ? `it speaks ${abi}, this package kakekomi_abi_1: install a newer package`
    : "it is not one of a kakekomi desk";
  throw new KakekomiError("module.abi", `the module cannot be called: ${found}`);
}
