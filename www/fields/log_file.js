/**
 * The digest of a log: worked out from the file on the applicant's own device, in pieces. The file is not sent.
 */

import { announce, element } from "../element.js";
import { find } from "../place.js";
import { idOf, parent } from "../pointer.js";
import { line } from "./line.js";

/** @typedef {import("../types.js").Answer} Answer */

/** The last choice of each entry that is being read. @type {WeakMap<Answer, File>} */
const reading = new WeakMap();

/**
 * @param {import("../types.js").Field} node
 * @param {string} path
 * @param {import("../types.js").Answer} answer
 * @param {import("../types.js").Host} host
 */
export function logFile(node, path, answer, host) {
  return line(node, path, answer, host, () => (host.canHash() ? [chooser(path, host)] : []));
}

/**
 * Name, size and digest of a file come together or not at all: of the last choice, for the entry that it was made in, wherever that
 * stands by then, and not for one that was taken away.
 *
 * @param {string} path
 * @param {import("../types.js").Host} host
 */
function chooser(path, host) {
  const say = host.description.say.bind(host.description);
  const id = `${idOf(path)}-file`;
  const entry = /** @type {Answer} */ (host.answerAt(parent(path)));
  const input = element("input", { type: "file", id, "aria-describedby": `${id}-hint`, on: { change: choose, click: () => { input.value = ""; } } });

  async function choose() {
    const file = /** @type {File | undefined} */ (input.files?.[0]);
    if (!file) return;
    const wanted = () => reading.get(entry) === file && place() !== "";
    reading.set(entry, file);
    tell(say("hash_running"));
    const digest = await host.hash(file, wanted).catch(() => "");
    const read = wanted();
    if (reading.get(entry) === file) reading.delete(entry);
    if (!read) return;
    if (!digest) return tell(say("hash_failed"));
    for (const [name, value] of Object.entries({ name: file.name, size: String(file.size), sha256: digest })) put(name, value);
    tell(say("hash_done", { name: file.name }));
    host.changed(place(), true);
  }

  /** Where the entry stands now, "" where it is no longer one. */
  function place() {
    const list = parent(parent(path));
    const index = host.answerAt(list)?.items?.indexOf(entry) ?? -1;
    return index < 0 ? "" : `${list}/${index}`;
  }

  /** @param {string} name @param {string} value */
  function put(name, value) {
    const shown = find(idOf(`${place()}/${name}`));
    if (shown instanceof HTMLInputElement) shown.value = value;
    Object.assign(entry.fields?.[name] ?? {}, { typed: value });
  }

  /** Beside the entry, as it is drawn now. @param {string} words */
  function tell(words) {
    const state = find(`${idOf(place())}-state`);
    if (state) state.textContent = words;
    announce(words);
  }
  return element("div", { class: "file" },
    element("label", { for: id }, say("hash_label")), element("p", { class: "hint", id: `${id}-hint` }, say("hash_hint")), input,
    element("p", { class: "hint", id: `${idOf(parent(path))}-state` }, reading.has(entry) && say("hash_running")));
}
