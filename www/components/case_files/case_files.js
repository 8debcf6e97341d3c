/**
 * The evidence files of a case: the notice on rights, the choice of files, and the list with the progress of each.
 *
 * With what it imports it is a script of its own (`upload/load_files.js`). The uploads go on when the screen is drawn anew.
 */

import { button, element, setWords } from "../../app/dom.js";
import { deskUrl, rootElement, scrollAndFocus } from "../../app/environment.js";
import { say, state } from "../../app/state.js";
import { FILE_WORDS } from "../../upload/file_words.js";
import { UploadQueue } from "../../upload/upload_queue.js";
import { createFilePicker } from "./file_picker.js";
import { createFileRow } from "./file_row.js";
import { sizeText } from "./size_text.js";

/** @typedef {import("../../upload/tus.js").Access} Access @typedef {import("../../upload/upload_queue.js").NamedLog} NamedLog */

/** The style of this part, which no other screen needs. */
const FILES_STYLE = "/page/components/case_files/case_files.css";

/** The files of each case, and the end of the listeners of the screen that shows them. @type {Map<string, { queue: UploadQueue, shown: AbortController }>} */
const queues = new Map();

/** @type {Promise<void> | null} */
let styled = null;

/** @param {{ number: string, access: Access, named: NamedLog[], closed: boolean }} props @returns {Promise<HTMLElement>} */
export async function createCaseFiles({ number, access, named, closed }) {
  Object.assign(state.description.words, FILE_WORDS[state.language]);
  styled ??= loadStyle();
  await styled;
  const { queue, shown } = queueOf(number, access, named);
  const list = createFileList(queue, shown.signal);
  const unread = element("div.notice", { hidden: true }, element("p", say("files_unread")));
  const read = async () => {
    unread.hidden = await queue.read();
  };
  unread.append(button("second", say("files_read_again"), read));
  void read();
  const rights = element(
    "div.notice.case-files__rights",
    element("h3", say("files_rights_title")),
    element("p", say("files_rights")),
    element("p", say("files_keep")),
  );
  const ways = closed
    ? [element("p", { id: "files-closed" }, say("files_closed"))]
    : [element("p", say("files_lead")), rights, createFilePicker(queue)];
  return element("div.case-files", ...ways, unread, list);
}

/** Stops all uploads and forgets the chosen files. */
export function stopAll() {
  for (const { queue } of queues.values()) queue.stop();
  queues.clear();
}

/** @param {string} number @param {Access} access @param {NamedLog[]} named */
function queueOf(number, access, named) {
  const known = queues.get(number);
  known?.shown.abort();
  const queue = known?.queue ?? new UploadQueue(access, named);
  queue.access = access;
  const one = { queue, shown: new AbortController() };
  queues.set(number, one);
  if (!known) addEventListener("beforeunload", (event) => queue.isSending && event.preventDefault());
  return one;
}

/** The files with their states, the button that sends them, and a sentence once all have arrived. @param {UploadQueue} queue @param {AbortSignal} signal */
function createFileList(queue, signal) {
  /** @type {Map<import("../../upload/transfer.js").Transfer, HTMLElement>} */
  const rows = new Map();
  const list = element("ul.case-files__list");
  const note = element("p.strong", { id: "files-all" });
  const send = button("main", "", begin, { id: "send-files" });
  const whole = element("div", { id: "files-list" }, list, element("div.ways", send), note);

  function begin() {
    queue.start();
    scrollAndFocus(list.querySelector("button"), "nearest");
  }

  function update() {
    const ready = queue.transfers.filter((one) => one.state === "ready");
    const size = sizeText(ready.reduce((sum, one) => sum + one.size - (one.offset ?? 0), 0));
    const isWhole = queue.transfers.every((one) => one.isOver && one.state !== "mismatch");
    const isDone = isWhole && queue.transfers.some((one) => one.state === "arrived");
    send.hidden = ready.length === 0;
    setWords(send, say("files_send", { count: ready.length, size }));
    setWords(note, isDone ? say("files_all_arrived") : "");
  }

  function draw() {
    for (const one of queue.transfers) {
      if (!rows.has(one)) rows.set(one, createFileRow({ transfer: one, queue, changed: update, signal }));
    }
    for (const [one, row] of rows) {
      if (queue.transfers.includes(one)) continue;
      rows.delete(one);
      row.remove();
    }
    const order = queue.transfers.map((one) => /** @type {HTMLElement} */ (rows.get(one)));
    // A row that is in its place stays there, and keeps the focus.
    order.forEach((row, index) => list.children[index] === row || list.insertBefore(row, list.children[index] ?? null));
    list.hidden = order.length === 0;
    update();
  }
  queue.addEventListener("list", draw, { signal });
  draw();
  return whole;
}

/** Loads the style; without it the part is plain, and works. @returns {Promise<void>} */
function loadStyle() {
  return new Promise((resolve) => {
    const end = () => resolve();
    rootElement().append(
      element("link", { rel: "stylesheet", href: deskUrl(FILES_STYLE), on: { load: end, error: end } }),
    );
  });
}
