/**
 * Entries that are added, taken away and closed to a line: 「機器1 疑いがある、Windows 11」. Taking away asks nothing and can be undone.
 */

import { gistOf } from "../../app/answer_text.js";
import { announce, button, element, setWords } from "../../app/dom.js";
import { blank } from "../../app/draft.js";
import { scrollAndFocus } from "../../app/environment.js";
import { say, state } from "../../app/state.js";
import { reveal } from "../field_wrapper/field_wrapper.js";
import { recordFields } from "../record/record.js";
import { renderSection } from "../section/section.js";

/** @param {form.FieldProps} field */
export function createList(field) {
  const { node, path, answer, host } = field;
  const { item } = node;
  const items = /** @type {form.Answer[]} */ (answer.items);
  const entries = element("div");
  const undo = element("div.list__undo");
  /** The entries that are open. @type {Set<form.Answer>} */
  const opened = new Set(items.filter((one) => !gistOf(item, one)));

  function draw() {
    host.forget(path);
    entries.replaceChildren(...items.map((one, index) => createEntry(field, index, opened, () => take(index))));
    if (!items.length) entries.append(element("p.list__empty", say("list_empty")));
  }

  /** @param {Node[]} back to the entries as they were */
  function changed(...back) {
    undo.replaceChildren(...back);
    draw();
    host.changed(path, true);
  }

  function append() {
    const one = blank(item);
    items.push(one);
    opened.add(one);
    changed();
    reveal(entries.lastElementChild, entries.lastElementChild.querySelector("summary"));
  }

  /** @param {number} index */
  function take(index) {
    const [taken] = items.splice(index, 1);
    const words = say("item_removed", { title: state.description.entryTitle(item, index) });
    const back = button("quiet", say("undo"), () => {
      items.splice(index, 0, taken);
      changed();
      scrollAndFocus(entries.children[index]?.querySelector("summary"), "nearest");
    });
    changed(element("span", words, " "), back);
    announce(words);
    scrollAndFocus(back, "nearest");
  }
  draw();
  return renderSection(field, [entries, undo, button("list__add", say("item_add", { title: item.title }), append)]);
}

/**
 * One line that opens: closed once something is in it.
 *
 * @param {form.FieldProps} field the list's @param {number} index @param {Set<form.Answer>} opened the entries that are open
 * @param {() => void} take
 */
function createEntry({ node: { item }, path, answer, host }, index, opened, take) {
  const one = /** @type {form.Answer[]} */ (answer.items)[index];
  const words = state.description.entryTitle(item, index);
  const gist = element("span.list__gist");
  const summary = element("summary", element("span.field__title", words), " ", gist);
  const close = button("second", say("item_done", { title: words }), () => {
    box.open = false;
    scrollAndFocus(summary, "nearest");
  });
  const inside = element(
    "div.list__inside",
    { role: "group", "aria-label": words },
    recordFields({ node: item, path: `${path}/${index}`, answer: one, host }),
    element("div.ways", close, button("quiet.list__remove", say("item_remove", { title: words }), take)),
  );
  const box = element(
    "details.list__entry",
    { open: opened.has(one), on: { toggle: () => opened[box.open ? "add" : "delete"](one) } },
    summary,
    inside,
  );
  // The views of its fields come before its own, so their errors are shown already.
  const update = () => {
    const wrong = box.querySelector(".field--wrong") !== null;
    setWords(gist, [wrong && say("item_wrong"), gistOf(item, one)].filter(Boolean).join(" "));
    gist.classList.toggle("list__gist--wrong", wrong);
  };
  update();
  host.register({ path: `${path}/${index}`, element: box, update, focus: () => reveal(box, summary) });
  return box;
}
