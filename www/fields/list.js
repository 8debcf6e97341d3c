/**
 * Entries that are added and taken away. Taking away asks nothing and can be undone.
 */

import { announce, button, element } from "../element.js";
import { blank } from "../draft.js";
import { idOf } from "../pointer.js";
import { message, reveal } from "./frame.js";
import { members } from "./record.js";

/** @typedef {import("../types.js").Field} Field @typedef {import("../types.js").Answer} Answer @typedef {import("../types.js").Host} Host */

/**
 * @param {Field} node @param {string} path @param {Answer} answer @param {Host} host
 * @returns {import("../types.js").View}
 */
export function list(node, path, answer, host) {
  const item = /** @type {Field} */ (node.item);
  const items = /** @type {Answer[]} */ (answer.items);
  const say = host.description.say.bind(host.description);
  const id = idOf(path);
  const title = element("h2", { id, tabindex: "-1" }, node.title ?? "");
  const error = element("div", { class: "error" });
  const advice = element("div", { class: "advice" });
  const entries = element("div", { class: "entries" });
  const undo = element("div", { class: "undo" });
  const add = button("", append, { class: "add" });
  const hint = node.hint ? [element("p", { class: "hint" }, node.hint)] : [];
  const box = element("section", { class: "section", "aria-labelledby": id }, title, ...hint, error, advice, entries, undo, add);

  function drawEntries() {
    host.forget(path);
    entries.replaceChildren(...items.map(entry));
    if (!items.length) entries.append(element("p", { class: "empty" }, say("list_empty")));
    add.textContent = say(items.length ? "item_add" : "item_add_first", { title: item.title ?? "" });
  }

  /** @param {Answer} one @param {number} index */
  function entry(one, index) {
    const words = host.description.entryTitle(item, index);
    const remove = button(say("item_remove", { title: words }), () => take(index), { class: "quiet remove" });
    const legend = element("legend", { tabindex: "-1" }, words);
    const made = element("fieldset", { class: "entry" }, legend, members(item, `${path}/${index}`, one, host), remove);
    host.register({ path: `${path}/${index}`, element: made, update: () => {}, focus: () => reveal(made, legend) });
    return made;
  }

  function append() {
    items.push(blank(item));
    undo.replaceChildren();
    drawEntries();
    entries.lastElementChild?.querySelector("legend")?.focus();
    host.changed(path, true);
  }

  /** @param {number} index */
  function take(index) {
    const words = say("item_removed", { title: host.description.entryTitle(item, index) });
    const [taken] = items.splice(index, 1);
    const back = button(say("undo"), () => {
      items.splice(index, 0, taken);
      undo.replaceChildren();
      drawEntries();
      entries.children[index]?.querySelector("legend")?.focus();
      host.changed(path, true);
    }, { class: "quiet" });
    undo.replaceChildren(element("span", {}, words), " ", back);
    announce(words);
    drawEntries();
    back.focus();
    host.changed(path, true);
  }

  /** @param {import("../types.js").Marks} marks */
  function update(marks) {
    error.replaceChildren(...marks.issues(path).map((issue) => message("issue", say("error_prefix"), issue.message)));
    advice.replaceChildren(...marks.advisories(path).map((one) => message("advisory", say("advisory_label"), one.message)));
  }
  drawEntries();
  const view = { path, element: box, update, focus: () => reveal(box, title) };
  host.register(view);
  return view;
}
