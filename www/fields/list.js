/**
 * Entries that are added, taken away and closed to a line: 「機器 1 疑いがある、Windows 11」. Taking away asks nothing and can be undone.
 */

import { gistOf } from "../answer_words.js";
import { announce, button, element } from "../element.js";
import { blank } from "../draft.js";
import { lookAt } from "../place.js";
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
  /** The entries that are open. @type {Set<Answer>} */
  const opened = new Set(items.filter((one) => !gistOf(host.description, item, one)));
  const add = button("", append, { class: "add" });
  const hint = node.hint ? [element("p", { class: "hint" }, node.hint)] : [];
  const box = element("section", { class: "section", "aria-labelledby": id }, title, ...hint, error, advice, entries, undo, add);

  function drawEntries() {
    host.forget(path);
    entries.replaceChildren(...items.map(entry));
    if (!items.length) entries.append(element("p", { class: "empty" }, say("list_empty")));
    add.textContent = say("item_add", { title: item.title ?? "" });
  }

  /** One line that opens: closed once something is in it. @param {Answer} one @param {number} index */
  function entry(one, index) {
    const words = host.description.entryTitle(item, index);
    const gist = element("span", { class: "gist" });
    const summary = element("summary", {}, element("span", { class: "title" }, words), " ", gist);
    const close = button(say("item_done", { title: words }), () => { made.open = false; lookAt(summary, "nearest"); }, { class: "second" });
    const remove = button(say("item_remove", { title: words }), () => take(index), { class: "quiet remove" });
    const inside = element("div", { class: "inside", role: "group", "aria-label": words },
      members(item, `${path}/${index}`, one, host), element("div", { class: "ways" }, close, remove));
    const made = element("details", { class: "entry", open: opened.has(one), on: { toggle: () => opened[made.open ? "add" : "delete"](one) } }, summary, inside);
    // The views of its fields come before its own, so what is wrong in it stands there already.
    const update = () => {
      const wrong = made.querySelector(".field.wrong") !== null;
      gist.textContent = [wrong && say("item_wrong"), gistOf(host.description, item, one)].filter(Boolean).join(" ");
      gist.classList.toggle("wrong", wrong);
    };
    update();
    host.register({ path: `${path}/${index}`, element: made, update, focus: () => reveal(made, summary) });
    return made;
  }

  function append() {
    const one = blank(item);
    items.push(one);
    opened.add(one);
    undo.replaceChildren();
    drawEntries();
    reveal(/** @type {HTMLElement} */ (entries.lastElementChild), /** @type {any} */ (entries.lastElementChild?.querySelector("summary")));
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
      lookAt(entries.children[index]?.querySelector("summary"), "nearest");
      host.changed(path, true);
    }, { class: "quiet" });
    undo.replaceChildren(element("span", {}, words), " ", back);
    announce(words);
    drawEntries();
    lookAt(back, "nearest");
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
