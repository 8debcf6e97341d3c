/**
 * The desk as the page knows it: names, phone, hours, and the context that the rules are given.
 *
 * The phone number lives in this object alone: never in storage, never in a file that is cached (clause 4⑦).
 */

export class Desk {
  /**
   * @param {any} served the answer of /v1/desk
   * @param {string} locale
   */
  constructor(served, locale) {
    this.served = served;
    this.locale = locale;
    this.monotonic = performance.now();
    this.wall = Date.now();
  }

  /** @param {string} locale */
  static async load(locale) {
    const response = await fetch(`/v1/desk?locale=${locale}`, { cache: "no-store", signal: AbortSignal.timeout(10_000) });
    if (!response.ok) throw new Error(`/v1/desk: ${response.status}`);
    return new Desk(await response.json(), locale);
  }

  /** @returns {string} */
  get name() {
    return this.served.name;
  }

  /** @returns {string} */
  get phone() {
    return this.served.phone;
  }

  /** @returns {string} the digest of the current module, 64 hex digits */
  get module() {
    return this.served.module.replace("sha256:", "");
  }

  /** @returns {boolean} */
  get open() {
    return this.served.opening.open;
  }

  /** When the desk next opens, for people, or "" where its calendar does not reach that far. */
  get opening() {
    const at = this.served.opening.next_opens_at;
    return at === null || at === undefined ? "" : this.clock(at, { weekday: "short" });
  }

  /**
   * The server's time now. While the server cannot be asked, its last word is advanced by the larger
   * of the two clocks: the monotonic one stands still while a laptop sleeps, the wall clock may be set back.
   */
  now() {
    const elapsed = Math.max(performance.now() - this.monotonic, Date.now() - this.wall, 0);
    return this.served.context.now + Math.floor(elapsed);
  }

  /** The context of the rules, as text. @param {string} locale */
  context(locale) {
    return JSON.stringify({ ...this.served.context, now: this.now(), locale });
  }

  /**
   * A moment in the desk's own time zone, as the language writes it.
   *
   * @param {number | string} at milliseconds since the epoch, or ISO 8601
   * @param {Intl.DateTimeFormatOptions} [more]
   */
  clock(at, more = {}) {
    const format = new Intl.DateTimeFormat(this.locale, {
      timeZone: "Asia/Tokyo", year: "numeric", month: "long", day: "numeric", hour: "numeric", minute: "2-digit", ...more,
    });
    return format.format(new Date(at));
  }
}
