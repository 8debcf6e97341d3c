/**
 * Name, size and digest of a log: computed from the file on the applicant's own device, in pieces. The file is not sent: the
 * receipt offers that.
 */

import { announce, element, setWords, typedText } from "../../app/dom.js";
import { byId } from "../../app/environment.js";
import { idOf, parent } from "../../app/json_pointer.js";
import { say, state } from "../../app/state.js";
import { createTextField } from "../text_field/text_field.js";

/** The last choice of each entry that is being read. @type {WeakMap<form.Answer, File>} */
const reading = new WeakMap();

/** The files that were read, by their digests, for the receipt. @type {Map<string, File>} */
export const chosenFiles = new Map();

/** The name of a log's file, beside the button that chooses the file. @param {form.FieldProps} field */
export function createLogFile(field) {
  return createTextField(field, () => (state.engine.blocked ? [] : [chooser(field)]));
}

/**
 * The input for a file. Name, size and digest come together or not at all: those of the last choice, for its entry, wherever that is by
 * then, and not for a removed one.
 *
 * @param {form.FieldProps} field
 */
function chooser({ path, host }) {
  const id = `${idOf(path)}-file`;
  const entry = /** @type {form.Answer} */ (state.intake.answerAt(parent(path)));
  const input = element("input", {
    type: "file",
    id,
    "aria-describedby": `${id}-hint`,
    on: { change: choose, click: () => (input.value = "") },
  });

  async function choose() {
    const file = /** @type {File | undefined} */ (input.files?.[0]);
    if (!file) return;
    const wanted = () => reading.get(entry) === file && entryPath() !== "";
    reading.set(entry, file);
    report(say("hash_running"));
    const digest = await state.engine.hash(file, wanted).catch(() => "");
    const read = wanted();
    if (reading.get(entry) === file) reading.delete(entry);
    if (!read) return;
    if (!digest) return report(say("hash_failed"));
    chosenFiles.set(digest, file);
    for (const [name, value] of Object.entries({ name: file.name, size: String(file.size), sha256: digest }))
      put(name, value);
    report(say("hash_done", { name: typedText(file.name) }));
    host.changed(entryPath(), true);
  }

  /** The entry's present path, "" if it was removed. */
  function entryPath() {
    const list = parent(parent(path));
    const index = state.intake.answerAt(list)?.items?.indexOf(entry) ?? -1;
    return index < 0 ? "" : `${list}/${index}`;
  }

  /** @param {string} name @param {string} value */
  function put(name, value) {
    const shown = byId(idOf(`${entryPath()}/${name}`));
    if (shown instanceof HTMLInputElement) shown.value = value;
    Object.assign(entry.fields?.[name] ?? {}, { typed: value });
  }

  /** Beside the entry, as it is drawn now. @param {string} words */
  function report(words) {
    const status = byId(`${idOf(entryPath())}-state`);
    if (status) setWords(status, words);
    announce(words);
  }
  return element(
    "div.log-file",
    element("label.file-button", say("hash_label"), input),
    element("p.hint", { id: `${id}-hint` }, say("hash_hint")),
    element("p.hint", { id: `${idOf(parent(path))}-state` }, reading.has(entry) && say("hash_running")),
  );
}
