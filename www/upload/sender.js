/**
 * The way of one file to the desk, through cuts, restarts and other refusals that pass.
 *
 * Each step is one request, chosen by what is known: declare, ask for the offset, send a piece, ask what became of the file. After a
 * failure the offset is asked anew, so that nothing is sent twice and nothing is left out.
 */

import { askOffset, declareFile, listFiles, sendPiece } from "./tus.js";

/** @typedef {import("./transfer.js").Transfer} Transfer @typedef {import("./tus.js").Access} Access @typedef {import("./tus.js").Answer} Answer */

/** The bytes of a request: as many as the desk seals at a time. */
const PIECE_BYTES = 8_388_608;

/** The fewest bytes to which a proxy that takes no larger body brings a piece. */
const PIECE_BYTES_MIN = 262_144;

/** The waits after one failure, two, …, and after each further one (milliseconds). */
const WAITS = [1_000, 2_000, 5_000, 10_000, 20_000, 40_000, 60_000];

/** The most bytes of a name and of a media type at the desk. */
const NAME_MAX = 255;

/** Refusals of a desk that does not know the upload any more: it begins anew. */
const GONE = ["file.unknown", "file.expired"];

export class Sender {
  #failures = 0;
  #piece = PIECE_BYTES;
  #restarted = false;
  /** True if the desk may have declared the file without telling so. */
  #unsure = false;

  /** @param {Transfer} transfer @param {Access} access @param {AbortSignal} signal ends it when the person pauses */
  constructor(transfer, access, signal) {
    this.transfer = transfer;
    this.access = access;
    this.signal = signal;
  }

  /** Sends the file until it arrived, was refused, or the person paused. */
  async run() {
    const { transfer, signal } = this;
    // What the desk has may have grown since, or an upload may have ended.
    if (transfer.id) transfer.offset = null;
    transfer.set({ state: "sending", detail: "" });
    while (transfer.isActive && !signal.aborted) {
      const answer = await this.#step();
      if (!signal.aborted && answer) await this.#heed(answer);
    }
  }

  /** One request. @returns {Promise<Answer | null>} null if it brought the file on */
  #step() {
    const { id, offset, size } = this.transfer;
    if (!id) return this.#unsure ? this.#findDeclared() : this.#declare();
    if (offset === null) return this.#ask();
    return offset < size ? this.#send(offset) : this.#askEnd();
  }

  /** A pause does not cut it off: the desk might have declared the file, and the page would not know. */
  async #declare() {
    const { transfer, access } = this;
    const { file, what, log, name, sha256, size } = transfer;
    const answer = await declareFile(access, size, {
      filename: shorten(name),
      filetype: file?.type && file.type.length <= NAME_MAX ? file.type : "application/octet-stream",
      what,
      ...(log !== null && { log: String(log) }),
      ...(sha256 && { sha256 }),
    });
    if (answer.status !== 201) {
      this.#unsure = answer.status === 0 || answer.status >= 500;
      return answer;
    }
    transfer.set({ id: answer.address.split("/").at(-1) ?? "", offset: 0 });
    return this.#done();
  }

  /** An upload that the desk declared although its response was lost. */
  async #findDeclared() {
    const { transfer, access, signal } = this;
    const answer = await listFiles(access, signal);
    if (answer.status !== 200) return answer;
    this.#unsure = false;
    const isIt = (/** @type {import("./tus.js").DeskFile} */ one) =>
      one.sha256 === transfer.sha256 && one.length === transfer.size && isUnfinished(one.state);
    const found = transfer.sha256 ? answer.body.files.find(isIt) : null;
    if (found) transfer.set({ id: found.id, offset: found.offset });
    return this.#done();
  }

  async #ask() {
    const { transfer, access, signal } = this;
    const answer = await askOffset(access, transfer.id, signal);
    if (answer.status !== 200 || answer.offset === null) return answer;
    transfer.set({ offset: answer.offset, left: answer.offset });
    return null;
  }

  /** @param {number} offset */
  async #send(offset) {
    const { transfer, access, signal } = this;
    const piece = /** @type {File} */ (transfer.file).slice(offset, offset + this.#piece);
    transfer.set({ state: "sending" });
    const answer = await sendPiece(access, transfer.id, offset, piece, signal, (bytes) =>
      transfer.progress(offset + bytes, performance.now()),
    );
    if (answer.status === 204 && answer.offset !== null && answer.offset > offset) {
      transfer.offset = answer.offset;
      transfer.progress(answer.offset, performance.now());
      return this.#done();
    }
    // A refused piece may have come in part.
    transfer.offset = null;
    return (await isReadable(piece)) ? answer : this.#stop("unreadable", "");
  }

  /** What became of a file whose bytes have all arrived. */
  async #askEnd() {
    const { transfer, access, signal } = this;
    transfer.set({ state: "checking", left: transfer.size });
    const answer = await listFiles(access, signal);
    if (answer.status !== 200) return answer;
    const found = answer.body.files.find((/** @type {any} */ { id }) => id === transfer.id);
    if (!found || isUnfinished(found.state)) return { ...answer, status: 404, code: GONE[0] };
    transfer.set({ state: found.state });
    return null;
  }

  #done() {
    this.#failures = 0;
    return null;
  }

  /** @param {"refused" | "unreadable"} state @param {string} detail */
  #stop(state, detail) {
    this.transfer.set({ state, detail });
    return null;
  }

  /** Acts on an answer that did not bring the file on. @param {Answer} answer */
  async #heed({ status, code, detail, wait }) {
    const { transfer, access } = this;
    const renewed = code === "return.expired" && (await access.renew());
    if (renewed) return;
    if (code === "file.offset") return;
    if (code === "file.arrived") return transfer.set({ offset: transfer.size });
    if (GONE.includes(code) && !this.#restarted) {
      this.#restarted = true;
      return transfer.set({ id: "", offset: 0, left: 0 });
    }
    // A proxy on the way, which knows no codes, takes no larger body.
    if (status === 413 && !code && this.#piece > PIECE_BYTES_MIN) {
      this.#piece /= 4;
      return;
    }
    if (renewed !== null && !passes(status, code)) return void this.#stop("refused", detail);
    await this.#wait(Math.max(wait, WAITS[Math.min(this.#failures, WAITS.length - 1)]), detail);
    this.#failures += 1;
  }

  /** Waits; less if the network comes back, or the person does not want to. @param {number} time @param {string} detail */
  #wait(time, detail) {
    const { transfer, signal } = this;
    return new Promise((resolve) => {
      const timer = setTimeout(end, time * (1 + Math.random() / 4));
      transfer.set({ state: "waiting", detail });
      function end() {
        clearTimeout(timer);
        removeEventListener("online", end);
        transfer.removeEventListener("hurry", end);
        signal.removeEventListener("abort", end);
        resolve(undefined);
      }
      addEventListener("online", end);
      transfer.addEventListener("hurry", end);
      signal.addEventListener("abort", end);
    });
  }
}

/** @param {string} state of a file at the desk */
export function isUnfinished(state) {
  return state === "declared" || state === "receiving";
}

/** True for a failure that may be over in a while; 204 is that of a desk that kept nothing of a piece. @param {number} status @param {string} code */
function passes(status, code) {
  if (code === "evidence.full") return false;
  return [0, 204, 408, 429].includes(status) || status >= 500 || (status === 400 && code === "http.bad_request");
}

/** False for a file that was changed, moved or removed since it was chosen. @param {Blob} piece */
function isReadable(piece) {
  return piece
    .slice(0, 1)
    .arrayBuffer()
    .then(
      () => true,
      () => false,
    );
}

/** The end of a name that is too long, which has its ending. @param {string} name */
function shorten(name) {
  let short = name || "file";
  while (new TextEncoder().encode(short).length > NAME_MAX) short = [...short].slice(1).join("");
  return short;
}
