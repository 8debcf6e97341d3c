/**
 * Several of a list in an order of one's own: pressed in order, and each shows its place in words.
 *
 * Press 「原因を調べる」 then 「再発を防ぐ」 → `["cause", "prevent"]`, marked 「1番目」「2番目」.
 */

import { element } from "../element.js";
import { idOf } from "../pointer.js";
import { answered, framed } from "./frame.js";

/**
 * @param {import("../types.js").Field} node
 * @param {string} path
 * @param {import("../types.js").Answer} answer
 * @param {import("../types.js").Host} host
 */
export function ordered(node, path, answer, host) {
  const rows = (node.options ?? []).map(({ value, title }, index) => {
    const tick = element("input", { type: "checkbox", id: `${idOf(path)}-${index}`, on: { change: () => toggle(String(value)) } });
    const rank = element("span", { class: "rank" });
    return { value: String(value), tick, rank, label: element("label", { class: "tick" }, tick, element("span", {}, title), rank) };
  });
  const note = element("p", { class: "hint" }, host.description.say("ordered_hint"));
  const box = element("div", { class: "ticks" }, ...rows.map((row) => row.label));

  /** @param {string} value */
  function toggle(value) {
    // What an opened file brought and no row shows goes with the first press: nobody could take it away.
    const shown = answer.typed.filter((/** @type {string} */ one) => one !== value && rows.some((row) => row.value === one));
    answer.typed = answer.typed.includes(value) ? shown : [...shown, value];
    answered(box, path, answer);
    draw();
    host.changed(path, true);
  }

  function draw() {
    for (const row of rows) {
      const place = answer.typed.indexOf(row.value);
      row.tick.checked = place >= 0;
      row.rank.textContent = place >= 0 ? host.description.say("ordered_rank", { rank: place + 1 }) : "";
    }
  }
  draw();
  return framed(node, path, answer, host, { body: [note, box], controls: rows.map((row) => row.tick), group: true });
}
