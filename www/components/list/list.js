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
  const { description } = state;
  const { item } = node;
  const items = /** @type {form.Answer[]} */ (answer.items);
  const entries = element("div");
  const undo = element("div.list__undo");
  /** The entries that are open. @type {Set<form.Answer>} */
  const opened = new Set(items.filter((one) => !gistOf(item, one)));
  const add = button("list__add", say("item_add", { title: item.title }), append);

  function drawEntries() {
    host.forget(path);
    entries.replaceChildren(...items.map(entry));
    if (!items.length) entries.append(element("p.list__empty", say("list_empty")));
  }

  /** One line that opens: closed once something is in it. @param {form.Answer} one @param {number} index */
  function entry(one, index) {
    const words = description.entryTitle(item, index);
    const gist = element("span.list__gist");
    const summary = element("summary", element("span.field__title", words), " ", gist);
    const close = button("second", say("item_done", { title: words }), () => {
      box.open = false;
      scrollAndFocus(summary, "nearest");
    });
    const remove = button("quiet.list__remove", say("item_remove", { title: words }), () => take(index));
    const inside = element(
      "div.list__inside",
      { role: "group", "aria-label": words },
      recordFields({ node: item, path: `${path}/${index}`, answer: one, host }),
      element("div.ways", close, remove),
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

  function append() {
    const one = blank(item);
    items.push(one);
    opened.add(one);
    undo.replaceChildren();
    drawEntries();
    reveal(entries.lastElementChild, entries.lastElementChild.querySelector("summary"));
    host.changed(path, true);
  }

  /** @param {number} index */
  function take(index) {
    const words = say("item_removed", { title: description.entryTitle(item, index) });
    const [taken] = items.splice(index, 1);
    const back = button("quiet", say("undo"), () => {
      items.splice(index, 0, taken);
      undo.replaceChildren();
      drawEntries();
      scrollAndFocus(entries.children[index]?.querySelector("summary"), "nearest");
      host.changed(path, true);
    });
    undo.replaceChildren(element("span", words), " ", back);
    announce(words);
    drawEntries();
    scrollAndFocus(back, "nearest");
    host.changed(path, true);
  }
  drawEntries();
  return renderSection(field, [entries, undo, add]);
}
