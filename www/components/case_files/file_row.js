/**
 * One evidence file in the list: its name, or what the desk knows of it, its state in words, its progress, and what can be done.
 */

import { announce, button, element, setWords, typedText, wordsOf } from "../../app/dom.js";
import { say, state } from "../../app/state.js";
import { createFileButton } from "./file_picker.js";
import { leftText, sizeText } from "./size_text.js";

/** @typedef {import("../../upload/transfer.js").Transfer} Transfer @typedef {import("../../upload/upload_queue.js").UploadQueue} UploadQueue */

/** States whose progress is shown. */
const WITH_BAR = ["hashing", "sending", "waiting", "checking", "paused", "unfinished"];

/** States that a screen reader tells. */
const TOLD = ["sending", "waiting", "paused", "arrived", "mismatch", "refused", "unreadable", "twice"];

/** States that need the person, or went wrong. */
const WRONG = ["refused", "unreadable", "mismatch", "expired"];

/** The shortest time between two reports of progress to a screen reader (milliseconds). */
const REPORT_PAUSE = 30_000;

/** @param {{ transfer: Transfer, queue: UploadQueue, changed: () => void, signal: AbortSignal }} props @returns {HTMLElement} */
export function createFileRow({ transfer, queue, changed, signal }) {
  const title = element("p.case-files__name", { tabindex: "-1" });
  const facts = element("p.hint");
  const words = element("p.case-files__state");
  const bar = element("progress", { max: "1" });
  const other = element("div.case-files__other", { hidden: true });
  const ways = element("div.case-files__ways");
  const row = element("li.case-files__row", title, facts, bar, words, other, ways);
  /** What is drawn: the state, and the choice of another file. */
  let drawn = { state: "", other: /** @type {File | null} */ (null) };
  let told = { quarter: 0, at: 0 };

  function update() {
    const name = titleOf(transfer);
    setWords(title, name);
    setWords(facts, factsOf(transfer));
    setWords(words, stateWords(transfer));
    bar.value = transfer.size ? transfer.left / transfer.size : 0;
    bar.setAttribute("aria-label", wordsOf(title));
    if (drawn.state !== transfer.state || drawn.other !== transfer.other) draw();
    else reportProgress();
  }

  function draw() {
    const had = ways.querySelector(":focus") || other.querySelector(":focus");
    const isNew = drawn.state !== "" && drawn.state !== transfer.state;
    drawn = { state: transfer.state, other: transfer.other };
    row.dataset.state = transfer.state;
    row.classList.toggle("case-files__row--wrong", WRONG.includes(transfer.state));
    bar.hidden = !WITH_BAR.includes(transfer.state);
    ways.replaceChildren(...waysOf(transfer, queue, leave));
    other.hidden = !transfer.other;
    other.replaceChildren(...(transfer.other ? otherFile(transfer, queue) : []));
    if (had) (ways.querySelector("button, input") ?? title).focus({ preventScroll: true });
    if (transfer.other) report(wordsOf(other.firstElementChild ?? other));
    else if (isNew && TOLD.includes(transfer.state)) report(wordsOf(words));
    changed();
  }

  /** @param {string} what */
  function report(what) {
    told = { quarter: Math.floor(transfer.percent / 25), at: performance.now() };
    announce(say("files_told", { name: wordsOf(title), what }));
  }

  /** A quarter of the way is told, and not too often. */
  function reportProgress() {
    const quarter = Math.floor(transfer.percent / 25);
    if (transfer.state === "sending" && quarter > told.quarter && performance.now() - told.at > REPORT_PAUSE)
      report(wordsOf(words));
  }

  /** The file leaves the list, and the focus goes on to the next one. */
  function leave() {
    const next = row.nextElementSibling ?? row.previousElementSibling;
    const focus = next?.querySelector(".case-files__name") ?? row.closest("section")?.querySelector("h2");
    void queue.remove(transfer);
    focus?.focus({ preventScroll: true });
  }
  transfer.addEventListener("change", update, { signal });
  update();
  return row;
}

/** @param {Transfer} transfer */
function titleOf({ name, what }) {
  return name ? typedText(name) : say(`files_what_${what}`);
}

/** Kind, size, and the digest of a file of which the desk alone knows. @param {Transfer} transfer */
function factsOf({ name, what, size, sha256 }) {
  const digest = !name && sha256 ? `SHA-256: ${sha256}` : "";
  return [name && say(`files_what_${what}`), sizeText(size), digest].filter(Boolean).join(say("files_between"));
}

/** @param {Transfer} transfer */
function stateWords(transfer) {
  const { state: now, percent, detail, expiresAt, secondsLeft } = transfer;
  switch (now) {
    case "sending": {
      const left = leftText(secondsLeft);
      return say(left ? "files_sending_left" : "files_sending", { percent, left });
    }
    case "waiting":
      return detail || say(navigator.onLine ? "files_waiting" : "files_offline", { percent });
    case "unfinished":
      return say("files_unfinished", { percent, time: state.desk.clock(expiresAt) });
    case "refused":
      return detail || say("files_refused");
    case "ready":
      return say(transfer.left ? "files_ready_rest" : "files_ready", { percent });
    default:
      return say(`files_${now}`, { percent });
  }
}

/** @param {Transfer} transfer @param {UploadQueue} queue @param {() => void} leave @returns {HTMLElement[]} */
function waysOf(transfer, queue, leave) {
  const pause = () => button("second", say("files_pause"), () => queue.pause(transfer));
  const resume = (/** @type {string} */ key) => button("second", say(key), () => queue.resume(transfer));
  const remove = (/** @type {string} */ key) => button("quiet", say(key), leave);
  const again = (/** @type {string} */ key) =>
    createFileButton({ words: say(key), take: ([file]) => void queue.choose(transfer, file) });
  switch (transfer.state) {
    case "hashing":
    case "ready":
    case "twice":
    case "expired":
      return [remove("files_remove")];
    case "queued":
    case "sending":
    case "checking":
      return [pause(), remove("files_drop_it")];
    case "waiting":
      return [resume("files_hurry"), remove("files_drop_it")];
    case "paused":
      return [resume("files_resume"), remove("files_drop_it")];
    case "refused":
      return [resume("files_try_again"), remove("files_remove")];
    case "unreadable":
      return [again("files_choose_again"), remove("files_remove")];
    case "unfinished":
      return [again("files_choose_again"), remove("files_drop_it")];
    case "wanted":
      return [again("files_choose_this")];
    default:
      return [];
  }
}

/** Another file was chosen to go on, or one that may be another. @param {Transfer} transfer @param {UploadQueue} queue */
function otherFile(transfer, queue) {
  const { other, size, sha256 } = transfer;
  const name = typedText(other?.name ?? "");
  const isUnsure = other?.size === size && !sha256;
  return [
    element("p", say(isUnsure ? "files_differs_unsure" : "files_differs", { name })),
    button("second", say("files_differs_new"), () => queue.addOther(transfer)),
  ];
}
