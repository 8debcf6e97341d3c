/**
 * Several of a list in an order of one's own: pressed in order, and each shows its place in words.
 *
 * Press 「原因を調べる」 then 「再発を防ぐ」 → `["cause", "prevent"]`, marked 「1番目」「2番目」.
 */

import { checkbox, element, setWords } from "../../app/dom.js";
import { idOf } from "../../app/json_pointer.js";
import { say } from "../../app/state.js";
import { clearUnknown, renderField } from "../field_wrapper/field_wrapper.js";

/** @param {form.FieldProps} field */
export function createOrdered(field) {
  const { node, path, answer, host } = field;
  const rows = (node.options ?? []).map(({ value, title }, index) => {
    const rank = element("span.ordered__rank");
    const { box, label } = checkbox(title, { id: `${idOf(path)}-${index}` }, () => toggle(String(value)));
    label.append(rank);
    return { value: String(value), tick: box, rank, label };
  });
  const box = element("div.choice", ...rows.map((row) => row.label));

  /** @param {string} value */
  function toggle(value) {
    // A value of an opened file that no row shows goes with the first press: nobody could remove it.
    const typed = /** @type {string[]} */ (answer.typed);
    const shown = typed.filter((one) => one !== value && rows.some((row) => row.value === one));
    answer.typed = typed.includes(value) ? shown : [...shown, value];
    clearUnknown(box, field);
    draw();
    host.changed(path, true);
  }

  function draw() {
    for (const row of rows) {
      const rank = answer.typed.indexOf(row.value) + 1;
      row.tick.checked = rank > 0;
      setWords(row.rank, rank > 0 ? say("ordered_rank", { rank }) : "");
    }
  }
  draw();
  return renderField(field, {
    body: [element("p.hint", say("ordered_hint")), box],
    controls: rows.map((row) => row.tick),
    group: true,
  });
}
