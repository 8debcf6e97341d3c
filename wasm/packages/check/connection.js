/**
 * A desk's module and context, kept fresh.
 *
 *     const desk = await connect({ desk: "https://desk.example.jp", pin: "sha256:2fbc…" });
 *     (await desk.check(body)).issues
 *
 * A context is used for `maxAge`, its time moved on by the time that has passed here. The check after that asks the desk first. If the desk
 * does not answer, or its new module cannot be used, module and context stay as they are, `problem` says why, and the desk is left alone for
 * `RETRY_AFTER`. Module and context change together or not at all.
 */

import { fetchDesk, fetchModule } from "./desk.js";
import { digestOption } from "./digest.js";
import { KakekomiError } from "./error.js";
import { load } from "./module.js";

/** @import { Cache, CheckOptions, ConnectedCheckOptions, ConnectOptions, Context, Locale, Report } from "./index.d.ts" */
/** @import { Module } from "./module.js" */
/** @import { Source } from "./desk.js" */

/** The time for which a desk that failed is not asked again by a check (milliseconds). */
const RETRY_AFTER = 10_000;

/** The longest delay of a timer (milliseconds). */
const TIMEOUT_MAX = 2 ** 31 - 1;

/** What is in use. `monotonic` and `wall` are the clocks when `context.now` was the desk's time.
 * @typedef {{ module: Module, context: Context, monotonic: number, wall: number }} State */

/** Fetches and verifies a desk's module and context. @param {ConnectOptions} options @returns {Promise<Connection>} */
export async function connect(options) {
  const connection = new Connection(options);
  await connection.start();
  return connection;
}

export class Connection {
  /** @type {State | null} */
  #state = null;
  /** The request under way, which all who wait share. @type {Promise<void> | null} */
  #refreshing = null;
  /** The earliest time of the monotonic clock at which a check asks the desk again. */
  #notBefore = 0;
  #closing = new AbortController();
  #maxAge;
  #locale;
  /** @type {Set<string> | null} */
  #pins;
  /** @type {Cache | null} */
  #cache;
  /** @type {Source} */
  #source;

  /** @param {ConnectOptions} options */
  constructor({ desk, pin, cache = null, maxAge = 60_000, timeout = 10_000, locale = "ja", fetch = globalThis.fetch }) {
    expectOptions({ cache, maxAge, timeout, locale, fetch });
    this.#source = {
      desk: originOf(desk),
      fetch: (...given) => fetch(...given),
      timeout,
      signal: this.#closing.signal,
    };
    this.#pins = pin === undefined ? null : new Set([pin].flat().map((one) => digestOption(one, "pin")));
    this.#cache = cache;
    this.#maxAge = maxAge;
    /** @type {Locale} */
    this.#locale = locale;
    /** The reason why the last attempt to refresh failed; null after one that succeeded. @type {KakekomiError | null} */
    this.problem = null;
  }

  /** Begins with the desk, or with the cache while the desk is down. A module that is not pinned is refused either way. */
  async start() {
    try {
      await this.refresh();
    } catch (failure) {
      if (/** @type {KakekomiError} */ (failure).code !== "module.pin") this.#state = await this.#restored();
      if (this.#state === null) throw failure;
    }
  }

  get digest() {
    return this.#current().module.digest;
  }

  get ruleset() {
    return this.#current().module.ruleset;
  }

  /** The context as of now. @returns {Context} */
  get context() {
    const { context, monotonic, wall } = this.#current();
    // The monotonic clock stops while a machine sleeps, the wall clock may be set back.
    const elapsed = Math.max(performance.now() - monotonic, Date.now() - wall, 0);
    return { ...context, now: context.now + Math.floor(elapsed), locale: this.#locale };
  }

  /** @param {Uint8Array | string} text @param {ConnectedCheckOptions} [options] @returns {Promise<Report>} */
  async check(text, options) {
    return JSON.parse(await this.checkText(text, options));
  }

  /** @param {Uint8Array | string} text @param {ConnectedCheckOptions} [options] */
  async checkText(text, options) {
    await this.#renew();
    return this.#current().module.checkText(text, this.#contextFor(options), options);
  }

  /** @param {Uint8Array | string} text @param {ConnectedCheckOptions} [options] */
  async checkBytes(text, options) {
    await this.#renew();
    return this.#current().module.checkBytes(text, this.#contextFor(options), options);
  }

  /** Asks the desk now, as after its answer 409. Rejects if module and context had to stay as they were. */
  refresh() {
    this.#refreshing ??= this.#fetched()
      .then(
        (state) => {
          this.#closing.signal.throwIfAborted();
          this.#state = state;
          this.problem = null;
        },
        (failure) => {
          this.problem = failure;
          this.#notBefore = performance.now() + RETRY_AFTER;
          throw failure;
        },
      )
      .finally(() => {
        this.#refreshing = null;
      });
    return this.#refreshing;
  }

  /** Ends requests under way and refuses further checks. */
  close() {
    this.#closing.abort(closed());
    this.#state = null;
  }

  #current() {
    if (this.#state !== null) return this.#state;
    throw closed();
  }

  /** Refreshes a context that is older than `maxAge`, unless the desk has just failed. */
  async #renew() {
    const { monotonic, wall } = this.#current();
    const age = Math.max(performance.now() - monotonic, Date.now() - wall);
    // The reason of a failure stays in `problem`, and the last good module goes on.
    if (age > this.#maxAge && performance.now() >= this.#notBefore) await this.refresh().catch(() => {});
  }

  /** @param {ConnectedCheckOptions | undefined} options */
  #contextFor(options) {
    return options?.locale ? { ...this.context, locale: options.locale } : this.context;
  }

  /** @returns {Promise<State>} */
  async #fetched() {
    const { module: digest, context } = await fetchDesk(this.#source);
    const clocks = { monotonic: performance.now(), wall: Date.now() };
    this.#expectPinned(digest);
    if (this.#state?.module.digest === digest) {
      await this.#keep(context, clocks.wall, null);
      return { module: this.#state.module, context, ...clocks };
    }
    const bytes = await fetchModule(this.#source, digest);
    const module = await tried(bytes, digest, context);
    await this.#keep(context, clocks.wall, { digest, bytes });
    return { module, context, ...clocks };
  }

  /** @param {string} digest */
  #expectPinned(digest) {
    if (this.#pins === null || this.#pins.has(digest)) return;
    throw new KakekomiError(
      "module.pin",
      `${this.#source.desk} runs ${digest}, which is not among the pinned digests: look at what changed, then add it to \`pin\``,
    );
  }

  /** What the cache holds, if it is whole and pinned; null otherwise. @returns {Promise<State | null>} */
  async #restored() {
    const saved = await this.#cache?.read().catch(() => null);
    if (!saved || !Number.isFinite(saved.savedAt)) return null;
    const { digest, bytes, context, savedAt } = saved;
    try {
      this.#expectPinned(digest);
      const module = await tried(bytes, digest, context);
      // Of the clocks only the wall clock goes on between two processes.
      return { module, context, monotonic: performance.now(), wall: savedAt };
    } catch {
      return null;
    }
  }

  /** Saves what is in use; a cache that cannot be written is no reason to stop.
   *
   * @param {Context} context @param {number} savedAt @param {{ digest: string, bytes: Uint8Array } | null} module null if it is the same */
  async #keep(context, savedAt, module) {
    if (this.#cache === null) return;
    await this.#cache.write({ context, savedAt, ...module }).catch(() => {});
  }
}

/** Verifies a module, and lets it judge an empty draft in the context. @param {Uint8Array} bytes @param {string} digest @param {Context} context */
async function tried(bytes, digest, context) {
  const module = await load(bytes, { digest });
  module.checkBytes("{}", context);
  return module;
}

function closed() {
  return new KakekomiError("connection.closed", "the connection is closed: connect() again");
}

/** Refuses what would fail later with a reason that names something else. @param {Omit<ConnectOptions, "desk" | "pin">} options */
function expectOptions({ cache, maxAge, timeout, locale, fetch }) {
  const wrong = (/** @type {string} */ words) => new KakekomiError("options.invalid", words);
  if (cache && typeof cache.read !== "function")
    throw wrong("cache is no cache: pass fileCache(folder) of @kakekomi/check/node");
  if (typeof maxAge !== "number" || !(maxAge >= 0)) throw wrong("maxAge is no time: write milliseconds, 60_000");
  if (!Number.isInteger(timeout) || Number(timeout) <= 0 || Number(timeout) > TIMEOUT_MAX)
    throw wrong("timeout is no time: write whole milliseconds, 10_000");
  if (locale !== "ja" && locale !== "en") throw wrong('locale is no language of reports: write "ja" or "en"');
  if (typeof fetch !== "function") throw wrong("fetch is no function");
}

/** @param {unknown} desk */
function originOf(desk) {
  const url = typeof desk === "string" && URL.canParse(desk) ? new URL(desk) : null;
  if (url && /^https?:$/.test(url.protocol)) return url.origin;
  throw new KakekomiError("options.invalid", 'desk is no address: write the desk\'s origin, "https://desk.example.jp"');
}
