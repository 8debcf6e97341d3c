/** The rules of a security incident desk's intake form, in Node and in browsers. */

import type { Code, Context, Draft, Report } from "./report.js";

export type {
  Advisory,
  Code,
  Context,
  Draft,
  Guidance,
  Issue,
  Progress,
  Report,
  Section,
  Unknown,
  Values,
} from "./report.js";

/** The language of a report's sentences. */
export type Locale = Context["locale"];

export interface CheckOptions {
  /** Judge in an instance of its own, which no other draft was in. Slower; the default is one instance for all checks. */
  readonly fresh?: boolean | undefined;
}

export interface LoadOptions {
  /** The SHA-256 that the bytes must have, with or without `sha256:` before it. */
  readonly digest?: string | undefined;
}

/** A module, verified and compiled. The same text and context give the same bytes of report in every runtime. */
export interface Module {
  /** `sha256:` and 64 hexadecimal digits, as the header `Kakekomi-Module` has it. */
  readonly digest: string;
  /** The version of the rules, "2026.11.5". */
  readonly ruleset: string;
  /** Judges a draft's very text: bytes as they came, or a string. The context is `context` of `GET /v1/desk`, or of a report. */
  check(text: Uint8Array | string, context: Context | string | Uint8Array, options?: CheckOptions): Report;
  /** The same report as its canonical text. */
  checkText(text: Uint8Array | string, context: Context | string | Uint8Array, options?: CheckOptions): string;
  /** The same report as its canonical bytes. */
  checkBytes(
    text: Uint8Array | string,
    context: Context | string | Uint8Array,
    options?: CheckOptions,
  ): Uint8Array<ArrayBuffer>;
}

/** Verifies and compiles the bytes of a module. */
export function load(bytes: Uint8Array | ArrayBuffer, options?: LoadOptions): Promise<Module>;

/** Module and context as a cache holds them. */
export interface Saved {
  readonly digest: string;
  readonly bytes: Uint8Array;
  readonly context: Context;
  /** Milliseconds since the epoch when `context.now` was the desk's time. */
  readonly savedAt: number;
}

/** A place for module and context that outlives the process; `fileCache` of `@kakekomi/check/node` is one. */
export interface Cache {
  /** What was saved last, or null. */
  read(): Promise<Saved | null>;
  /** Saves a context, and a module unless it is the one that was saved before. */
  write(saved: Pick<Saved, "context" | "savedAt"> & Partial<Pick<Saved, "digest" | "bytes">>): Promise<void>;
}

export interface ConnectOptions {
  /** The desk's address, "https://desk.example.jp". */
  readonly desk: string;
  /** The only modules that are accepted: a digest, or several. Without it every module that the desk names. */
  readonly pin?: string | readonly string[] | undefined;
  /** A place for module and context that outlives the process, for a start while the desk is down. */
  readonly cache?: Cache | null | undefined;
  /** The time for which a context is used before the desk is asked again, in milliseconds (60,000). */
  readonly maxAge?: number | undefined;
  /** The longest time of one request, in milliseconds (10,000). */
  readonly timeout?: number | undefined;
  /** The language of reports ("ja"). */
  readonly locale?: Locale | undefined;
  /** Another `fetch`, for a proxy or certificates of your own. */
  readonly fetch?: typeof globalThis.fetch | undefined;
}

export interface ConnectedCheckOptions extends CheckOptions {
  /** The language of this report. */
  readonly locale?: Locale | undefined;
}

/** A desk's module and context, kept fresh. */
export interface Connection {
  /** The module in use, as the header `Kakekomi-Module` has it. */
  readonly digest: string;
  /** The version of the rules in use. */
  readonly ruleset: string;
  /** The context as of now: the desk's, its time moved on. */
  readonly context: Context;
  /** The reason why the last attempt to refresh failed; null after one that succeeded. */
  readonly problem: KakekomiError | null;
  /** Judges a draft's very text in the present context, after asking the desk if the context is older than `maxAge`. */
  check(text: Uint8Array | string, options?: ConnectedCheckOptions): Promise<Report>;
  /** The same report as its canonical text. */
  checkText(text: Uint8Array | string, options?: ConnectedCheckOptions): Promise<string>;
  /** The same report as its canonical bytes. */
  checkBytes(text: Uint8Array | string, options?: ConnectedCheckOptions): Promise<Uint8Array<ArrayBuffer>>;
  /** Asks the desk now, as after its answer 409. Rejects if module and context had to stay as they were. */
  refresh(): Promise<void>;
  /** Ends requests under way and refuses further checks. */
  close(): void;
}

/** Fetches and verifies a desk's module and context. */
export function connect(options: ConnectOptions): Promise<Connection>;

/** The stable code of an error. */
export type KakekomiErrorCode =
  | "connection.closed"
  | "context.invalid"
  | "context.surrogate"
  | "crypto.missing"
  | "desk.invalid"
  | "desk.unreachable"
  | "memory.full"
  | "memory.range"
  | "module.abi"
  | "module.answer"
  | "module.digest"
  | "module.invalid"
  | "module.pin"
  | "module.trap"
  | "module.truncated"
  | "options.invalid"
  | "report.unwritable"
  | "text.surrogate"
  | "wasm.blocked";

/** The one class of errors: a stable code, and a message that says what to do. It never holds a value of a draft. */
export class KakekomiError extends Error {
  constructor(code: KakekomiErrorCode, message: string, cause?: unknown);
  readonly name: "KakekomiError";
  readonly code: KakekomiErrorCode;
}
