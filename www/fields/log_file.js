/**
 * The digest of a log: worked out from the file on the applicant's own device, in pieces. The file is not sent.
 */

import { announce, element } from "../element.js";
import { find } from "../place.js";
import { idOf, parent } from "../pointer.js";
import { line } from "./line.js";

/**
 * @param {import("../types.js").Field} node
 * @param {string} path
 * @param {import("../types.js").Answer} answer
 * @param {import("../types.js").Host} host
 */
export function logFile(node, path, answer, host) {
  return line(node, path, answer, host, (input) => (host.canHash() ? [chooser(input, path, answer, host)] : []));
}

/**
 * @param {HTMLInputElement} input
 * @param {string} path
 * @param {import("../types.js").Answer} answer
 * @param {import("../types.js").Host} host
 */
function chooser(input, path, answer, host) {
  const say = host.description.say.bind(host.description);
  const id = `${idOf(path)}-file`;
  const state = element("p", { class: "hint" });
  const file = element("input", { type: "file", id, "aria-describedby": `${id}-hint`, on: { change: hash } });

  async function hash() {
    const chosen = /** @type {File | undefined} */ (file.files?.[0]);
    if (!chosen) return;
    tell(say("hash_running"));
    try {
      const digest = await host.hash(chosen);
      answer.typed = digest;
      input.value = digest;
      beside("name", chosen.name);
      beside("size", String(chosen.size));
      tell(say("hash_done", { name: chosen.name }));
      host.changed(path, true);
    } catch {
      tell(say("hash_failed"));
    }
  }

  /** Name and size are known too; what the person typed there stays. @param {string} name @param {string} value */
  function beside(name, value) {
    const place = `${parent(path)}/${name}`;
    const other = host.answerAt(place);
    const shown = find(idOf(place));
    if (!other || other.typed !== "" || !(shown instanceof HTMLInputElement)) return;
    other.typed = value;
    shown.value = value;
  }

  /** @param {string} words */
  function tell(words) {
    state.textContent = words;
    announce(words);
  }
  return element("div", { class: "file" },
    element("label", { for: id }, say("hash_label")), element("p", { class: "hint", id: `${id}-hint` }, say("hash_hint")), file, state);
}
