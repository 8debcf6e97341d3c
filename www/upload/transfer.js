/**
 * One file on its way to the desk.
 *
 * "hashing" → "ready" → "queued" → "sending" ⇄ "waiting" → "arrived" or "mismatch"; "paused" and "refused" until a person goes on.
 * A file without bytes here is "wanted" (the form names it), "unfinished" (the desk has a part), or of the past: "expired", "destroyed".
 */

/** The time over which the speed is measured (milliseconds). */
const SPEED_WINDOW = 15_000;

/** The time that is needed for a first measure (milliseconds). */
const SPEED_MIN = 2_000;

/** @typedef {"hashing" | "ready" | "queued" | "sending" | "waiting" | "checking" | "paused" | "refused" | "unreadable" | "twice" | "arrived" | "mismatch" | "wanted" | "unfinished" | "expired" | "destroyed"} TransferState */

export class Transfer extends EventTarget {
  /** The bytes. @type {File | null} */
  file = null;
  /** The file's name; "" for one of which the desk alone knows. */
  name = "";
  size = 0;
  /** @type {form.FileKind} */
  what = "other";
  /** The index in the form's logs. @type {number | null} */
  log = null;
  /** 64 hex digits, or "" if they cannot be computed here. */
  sha256 = "";
  /** @type {TransferState} */
  state = "ready";
  /** The desk's own words on a refusal, or on a wait. */
  detail = "";
  /** The name of the upload at the desk, "" before it is declared. */
  id = "";
  /** The bytes that the desk has; null if that has to be asked. @type {number | null} */
  offset = 0;
  /** The bytes that have left, of which the desk may not have all. */
  left = 0;
  /** The end of an unfinished upload. @type {number | string} */
  expiresAt = 0;
  /** The file that was chosen to go on, and is another one. @type {File | null} */
  other = null;
  /** @type {{ at: number, left: number }[]} */
  #samples = [];

  /** @param {Partial<Transfer>} given */
  constructor(given) {
    super();
    Object.assign(this, given);
  }

  /** Takes changed values, and reports the change. @param {Partial<Transfer>} given */
  set(given) {
    if (given.state && given.state !== this.state) this.#samples = [];
    Object.assign(this, given);
    this.dispatchEvent(new Event("change"));
  }

  /** Notes how much has left. @param {number} left @param {number} at the time (milliseconds) */
  progress(left, at) {
    this.#samples = [...this.#samples.filter((sample) => at - sample.at < SPEED_WINDOW), { at, left }];
    this.set({ left });
  }

  /** The whole percent that has left: 100 only when all has. */
  get percent() {
    return this.size ? Math.floor((100 * this.left) / this.size) : 100;
  }

  /** The seconds until all has left, or null where they cannot be told yet. @returns {number | null} */
  get secondsLeft() {
    const [first] = this.#samples;
    const last = this.#samples.at(-1);
    const [time, bytes] = first && last ? [last.at - first.at, last.left - first.left] : [0, 0];
    return time < SPEED_MIN || bytes <= 0 ? null : ((this.size - this.left) * time) / bytes / 1000;
  }

  /** True if the desk has it, or had it. */
  get isOver() {
    return ["arrived", "mismatch", "twice", "expired", "destroyed"].includes(this.state);
  }

  /** True while it takes its turn. */
  get isActive() {
    return ["queued", "sending", "waiting", "checking"].includes(this.state);
  }
}
