/**
 * The desk's answer to the page: names, phone, hours, and the context of the rules.
 *
 * The phone number is kept in this object alone: never in storage, never in a file that is cached (clause 4⑦).
 */

import { fetchJson, forPartner } from "./environment.js";

/** The largest drift between wall clock and monotonic clock (milliseconds). */
const CLOCK_DRIFT_MAX = 60_000;

export class Desk {
  /** @param {any} served the response of /v1/desk @param {string} locale */
  constructor(served, locale) {
    this.served = served;
    /** @type {string} */
    this.name = served.name;
    /** @type {string} */
    this.phone = served.phone;
    /** The opening status: the desk's, until the module computes a later one. @type {{ open: boolean, closes_at: number | null, next_opens_at: number | null, dated?: boolean }} */
    this.status = served.opening;
    this.locale = locale;
    this.monotonic = performance.now();
    this.wall = Date.now();
  }

  /** @param {string} locale */
  static async load(locale) {
    return new Desk(await fetchJson(forPartner(`/v1/desk?locale=${locale}`), 10_000), locale);
  }

  /** The digest of the current module, 64 hex digits. @returns {string} */
  get module() {
    return this.served.module.replace("sha256:", "");
  }

  /** @returns {boolean} */
  get open() {
    return this.status.open;
  }

  /** False, as `open`, where the calendar does not reach today. @returns {boolean} */
  get closed() {
    return this.status.dated !== false && !this.open;
  }

  /** The time when the desk next opens, in words, or "" if its calendar does not reach that far. */
  get opening() {
    const at = this.status.next_opens_at;
    return at ? this.clock(at, { weekday: "short" }) : "";
  }

  /** Milliseconds until the status changes, as far as known. */
  get untilChange() {
    const { closes_at, next_opens_at } = this.status;
    return (closes_at ?? next_opens_at ?? Infinity) - this.now();
  }

  /** True if the clocks disagree: the wall clock was set, or the device slept, since the desk answered. */
  get unsure() {
    return Math.abs(Date.now() - this.wall - performance.now() + this.monotonic) > CLOCK_DRIFT_MAX;
  }

  /**
   * The server's time now. While the server cannot be reached, its last time is advanced by the larger of the two clocks: the
   * monotonic one stops while a laptop sleeps, the wall clock may be set back.
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
   * A moment by the desk's own clock (the calendar's offset), as the language writes it; "" for an invalid one.
   *
   * @param {number | string} at milliseconds since the epoch, or ISO 8601 @param {Intl.DateTimeFormatOptions} [more]
   */
  clock(at, more = {}) {
    const format = new Intl.DateTimeFormat(this.locale, {
      timeZone: "UTC",
      year: "numeric",
      month: "long",
      day: "numeric",
      hour: "numeric",
      minute: "2-digit",
      ...more,
    });
    const local = this.local(at);
    return Number.isNaN(local.getTime()) ? "" : format.format(local);
  }

  /** Date and time at the desk now, "2026-11-23T09:30". */
  get moment() {
    return this.local(this.now()).toISOString().slice(0, 16);
  }

  /** Today's date at the desk, "2026-11-23". */
  get today() {
    return this.moment.slice(0, 10);
  }

  /**
   * A moment moved by the calendar's offset, to be read as UTC: "+09:00" → nine hours later. Not every browser takes an offset as a
   * time zone.
   *
   * @param {number | string} at
   */
  local(at) {
    const ahead = -Date.parse(`1970-01-01T00:00${this.served.context.calendar.offset}`);
    return new Date(new Date(at).getTime() + (ahead || 0));
  }
}
