/**
 * One instance of the module, called over linear memory: ABI 1.
 *
 *     new Instance(compiled).check(text, context, (report) => report.slice())   → the report's bytes
 *
 * An instance that trapped or gave something else than a report is `broken`: nothing in its memory can be relied on any more.
 */

import { KakekomiError } from "./error.js";

/** @import { KakekomiErrorCode } from "./index.d.ts" */

/** The longest text or context that the module takes in, in bytes. */
export const INPUT_MAX = 1024 * 1024;

/** Memory above which an instance is not used again, in bytes: what grew stays grown. */
const MEMORY_KEPT = 16 * 1024 * 1024;

/** The beginning of every report, `{"ruleset":`. */
const BEGINNING = new TextEncoder().encode('{"ruleset":');

/** The numbers below zero with which the module refuses. @type {Record<string, [code: KakekomiErrorCode, message: string]>} */
const REFUSALS = {
  "-1": [
    "context.invalid",
    "the context is not one that this module can use: pass `context` of GET /v1/desk unchanged, or that of a report",
  ],
  "-2": ["report.unwritable", "the module could not write its report: this is a fault of the module, report it"],
  "-3": ["memory.range", "the module could not read its input: this is a fault of the package, report it"],
};

/** @typedef {{ memory: WebAssembly.Memory, kakekomi_allocate: (length: number) => number, kakekomi_free: (pointer: number, length: number) => void,
 *   kakekomi_check: (text: number, textLength: number, context: number, contextLength: number) => bigint }} Exports */

export class Instance {
  /** @param {WebAssembly.Module} compiled */
  constructor(compiled) {
    this.exports = /** @type {Exports} */ (/** @type {unknown} */ (instantiate(compiled).exports));
    /** True if it must not be used again. */
    this.broken = false;
  }

  /**
   * Checks a text in a context.
   *
   * @template T
   * @param {Uint8Array} text @param {Uint8Array} context
   * @param {(report: Uint8Array) => T} read takes the report's bytes out of the instance's memory, where they are valid during the call
   * @returns {T}
   */
  check(text, context, read) {
    this.broken = true;
    try {
      const answer = this.call(text, context);
      if (answer < 0n) throw this.refusal(answer);
      const report = this.report(answer);
      const result = read(report);
      this.exports.kakekomi_free(report.byteOffset, report.length);
      this.broken = this.exports.memory.buffer.byteLength > MEMORY_KEPT;
      return result;
    } catch (failure) {
      if (failure instanceof KakekomiError) throw failure;
      throw new KakekomiError(
        "module.trap",
        "the module stopped in the middle of a check; the next one gets a fresh instance. Report it with the module's digest",
        failure,
      );
    }
  }

  /** @param {Uint8Array} text @param {Uint8Array} context */
  call(text, context) {
    // The module rejects what is longer than its limit with a report that does not depend on the rest.
    const read = text.length > INPUT_MAX ? text.subarray(0, INPUT_MAX) : text;
    const [textAt, contextAt] = [this.put(read), this.put(context)];
    const answer = this.exports.kakekomi_check(textAt, read.length, contextAt, context.length);
    this.exports.kakekomi_free(contextAt, context.length);
    this.exports.kakekomi_free(textAt, read.length);
    return answer;
  }

  /** Copies bytes into the module's memory. @param {Uint8Array} bytes @returns {number} pointer */
  put(bytes) {
    if (bytes.length > INPUT_MAX)
      throw new KakekomiError("context.invalid", "the context is longer than a context can be: 256 KiB");
    const pointer = this.exports.kakekomi_allocate(bytes.length) >>> 0;
    if (pointer === 0)
      throw new KakekomiError("memory.full", "the module got no memory for the text: give this process more memory");
    new Uint8Array(this.exports.memory.buffer, pointer, bytes.length).set(bytes);
    return pointer;
  }

  /** @param {bigint} answer below zero */
  refusal(answer) {
    const [code, message] = REFUSALS[String(answer)] ?? [
      "module.answer",
      `the module refused with ${answer}: report it`,
    ];
    this.broken = code !== "context.invalid";
    return new KakekomiError(code, message);
  }

  /** The bytes of an answer, in the module's memory. @param {bigint} answer */
  report(answer) {
    const [pointer, length] = [Number(answer >> 32n), Number(answer & 0xffffffffn)];
    const { buffer } = this.exports.memory;
    const bytes = pointer + length <= buffer.byteLength ? new Uint8Array(buffer, pointer, length) : new Uint8Array();
    if (!BEGINNING.every((byte, index) => bytes[index] === byte))
      throw new KakekomiError(
        "module.answer",
        "the module gave something else than a report: report it with its digest",
      );
    return bytes;
  }
}

/** @param {WebAssembly.Module} compiled */
function instantiate(compiled) {
  try {
    return new WebAssembly.Instance(compiled, importsOf(compiled));
  } catch (failure) {
    if (!(failure instanceof RangeError)) throw failure;
    const words =
      "the module got no memory: give this process more, address space included (a limit of virtual memory, ulimit -v)";
    throw new KakekomiError("memory.full", words, failure);
  }
}

/** The imports belong to the module's face for pages; the one for hosts calls none of them. @param {WebAssembly.Module} compiled */
function importsOf(compiled) {
  /** @type {Record<string, Record<string, () => never>>} */
  const imports = {};
  for (const { module, name } of WebAssembly.Module.imports(compiled)) {
    (imports[module] ??= {})[name] = () => {
      throw new Error(`${module}.${name} was called`);
    };
  }
  return imports;
}
