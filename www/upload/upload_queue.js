/**
 * All files of a case, those at the desk and those chosen here, which are sent one after another.
 *
 * A chosen file is recognised by length and SHA-256: an upload that was begun before a reload, or on another device, is continued, and
 * what the desk has is not sent again. "list" reports that a file came or went; each file reports its own changes.
 */

import { state } from "../app/state.js";
import { isUnfinished, Sender } from "./sender.js";
import { Transfer } from "./transfer.js";
import { dropFile, listFiles } from "./tus.js";

/** @typedef {import("./tus.js").Access} Access @typedef {import("./tus.js").DeskFile} DeskFile */

/** A log that the form names, with its file if that was chosen in this document. @typedef {{ log: number, name: string, size: number, sha256: string, file: File | null }} NamedLog */

/** States of an upload that left the desk without the declared content, which may be sent anew. */
const ENDED = ["mismatch", "expired", "destroyed"];

/** States of a file that needs the bytes of a chosen one. */
const WITHOUT_BYTES = ["wanted", "unfinished", "unreadable", ...ENDED];

export class UploadQueue extends EventTarget {
  /** @type {Transfer[]} */
  transfers = [];
  /** The file that is sent, and the end of that. @type {{ transfer: Transfer, stop: AbortController, ended: Promise<void> } | null} */
  #current = null;

  /** @param {Access} access @param {NamedLog[]} named */
  constructor(access, named) {
    super();
    this.access = access;
    for (const { file, ...log } of named) this.#append({ ...log, what: "log", file, state: file ? "ready" : "wanted" });
  }

  /** Takes the files that the desk has. @returns {Promise<boolean>} false if it does not tell them */
  async read() {
    let answer = await listFiles(this.access);
    if (answer.code === "return.expired" && (await this.access.renew())) answer = await listFiles(this.access);
    if (answer.status !== 200) return false;
    for (const one of /** @type {DeskFile[]} */ (answer.body.files)) this.#take(one);
    this.#listed();
    return true;
  }

  /** @param {DeskFile} one */
  #take({ id, what, log, length, offset, sha256 = "", expires_at = 0, state: there }) {
    const known =
      this.transfers.find((transfer) => transfer.id === id) ??
      this.transfers.find((transfer) => !transfer.id && isSame(transfer, { size: length, sha256 }));
    if (known?.isActive) return;
    const isBegun = isUnfinished(there);
    const found = { id, offset, left: offset, expiresAt: expires_at };
    if (known && isBegun && known.file) return known.set(found);
    const now = /** @type {import("./transfer.js").TransferState} */ (isBegun ? "unfinished" : there);
    // A file that was given up may be sent anew, and one that is sent anew is not what became of it before.
    if (known && there === "expired") return;
    if (known?.file && !known.id && ENDED.includes(there)) return;
    if (known) known.set({ ...found, state: now });
    else this.#append({ ...found, what, log: log ?? null, size: length, sha256, state: now });
  }

  /** Adds chosen files. @param {File[]} files @param {form.FileKind | ""} what "" if the files tell */
  async add(files, what) {
    const added = files.map((file) =>
      this.#append({ file, name: file.name, size: file.size, what: what || kindOf(file), state: "hashing" }),
    );
    this.#listed();
    for (const transfer of added) await this.#recognise(transfer);
  }

  /**
   * Goes on with a file that is chosen again; another one than was begun is offered as `other`.
   *
   * @param {Transfer} transfer @param {File} file
   */
  async choose(transfer, file) {
    const { id, sha256: declared, offset, state: before } = transfer;
    const left = offset ?? 0;
    transfer.set({ other: null, state: "hashing", left: 0 });
    if (!id && !declared) {
      transfer.set({ file, name: file.name, size: file.size });
      return this.#recognise(transfer);
    }
    // Without a declared digest nothing tells whose bytes the desk has.
    const mayBe = file.size === transfer.size && (declared !== "" || offset === 0);
    const sha256 = mayBe ? await this.#hash(transfer, file) : "";
    if (sha256 === null) return transfer.set({ state: "unreadable", left });
    if (!mayBe || (declared && sha256 !== declared)) return transfer.set({ state: before, other: file, left });
    transfer.set({ file, name: file.name, sha256, state: "ready", left });
  }

  /** Sends the other file that was chosen as one of its own. @param {Transfer} transfer */
  addOther(transfer) {
    const { other, what } = transfer;
    transfer.set({ other: null });
    if (other) void this.add([other], what);
  }

  /** Begins to send all that is ready. */
  start() {
    for (const transfer of this.transfers) if (transfer.state === "ready") transfer.set({ state: "queued" });
    void this.#run();
  }

  /** @param {Transfer} transfer */
  pause(transfer) {
    transfer.set({ state: "paused" });
    if (this.#current?.transfer === transfer) this.#current.stop.abort();
  }

  /** Goes on with a paused or refused file; one that waits goes on at once. @param {Transfer} transfer */
  resume(transfer) {
    if (transfer.state === "waiting") return void transfer.dispatchEvent(new Event("hurry"));
    transfer.set({ state: "queued", detail: "" });
    void this.#run();
  }

  /** Takes a file off the list, and off the desk if it is unfinished there. @param {Transfer} transfer */
  async remove(transfer) {
    const { isOver } = transfer;
    const current = this.#current?.transfer === transfer ? this.#current : null;
    current?.stop.abort();
    transfer.set({ state: "expired" });
    this.transfers = this.transfers.filter((one) => one !== transfer);
    this.#listed();
    // A declaration that is under way tells its id first.
    await current?.ended;
    if (transfer.id && !isOver) await dropFile(this.access, transfer.id);
  }

  /** Stops all: the page has no right to send any more, or is left. */
  stop() {
    for (const transfer of this.transfers) if (transfer.isActive) this.pause(transfer);
  }

  get isSending() {
    return this.transfers.some((transfer) => transfer.isActive);
  }

  async #run() {
    if (this.#current) return;
    for (let next; (next = this.transfers.find((one) => one.state === "queued"));) {
      const stop = new AbortController();
      const ended = new Sender(next, this.access, stop.signal).run();
      this.#current = { transfer: next, stop, ended };
      await ended;
      this.#current = null;
    }
    this.#listed();
  }

  /** Hashes a chosen file, and finds out whether it is one that is known. @param {Transfer} transfer */
  async #recognise(transfer) {
    const { file, size } = transfer;
    const sha256 = await this.#hash(transfer, /** @type {File} */ (file));
    if (!this.transfers.includes(transfer)) return;
    if (sha256 === null) return transfer.set({ state: "unreadable" });
    const same = this.transfers.filter((one) => one !== transfer && isSame(one, { size, sha256 }));
    const isTwice = same.some((one) => !WITHOUT_BYTES.includes(one.state));
    const known = same.find((one) => !ENDED.includes(one.state)) ?? same[0];
    if (known && !isTwice) {
      const begun = ENDED.includes(known.state) ? { id: "", offset: 0, left: 0 } : { left: known.offset ?? 0 };
      // The row that was there stays, with the bytes that it lacked.
      this.transfers = this.transfers.filter((one) => one !== transfer);
      known.set({ file, name: transfer.name, state: "ready", other: null, ...begun });
      return this.#listed();
    }
    transfer.set({ sha256, left: 0, state: isTwice ? "twice" : "ready" });
    this.#listed();
  }

  /** @param {Transfer} transfer @param {File} file @returns {Promise<string | null>} "" where it cannot be computed, null for an unreadable file */
  async #hash(transfer, file) {
    if (state.engine.blocked) return "";
    const wanted = (/** @type {number} */ from) => {
      transfer.set({ left: from });
      return this.transfers.includes(transfer);
    };
    return state.engine.hash(file, wanted).catch(() => null);
  }

  /** @param {Partial<Transfer>} given */
  #append(given) {
    const transfer = new Transfer(given);
    this.transfers.push(transfer);
    return transfer;
  }

  #listed() {
    this.dispatchEvent(new Event("list"));
  }
}

/** @param {Transfer} transfer @param {{ size: number, sha256: string }} file */
function isSame(transfer, { size, sha256 }) {
  return sha256 !== "" && transfer.sha256 === sha256 && transfer.size === size;
}

/** The likely kind of a chosen file. @param {File} file @returns {form.FileKind} */
function kindOf({ type }) {
  return type.startsWith("image/") ? "screenshot" : "log";
}
