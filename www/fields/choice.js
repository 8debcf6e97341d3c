/**
 * One of several: radio buttons, with a way back to "not answered"; and a single box to tick.
 */

import { button, element } from "../element.js";
import { idOf } from "../pointer.js";
import { answered, framed } from "./frame.js";

/** @typedef {import("../types.js").Field} Field @typedef {import("../types.js").Answer} Answer @typedef {import("../types.js").Host} Host */

/** A pair stands in a row, and a list longer than `SHORT` in columns where there is room: layout, not a rule. */
const PAIR = 2;
const SHORT = 4;

/** @param {Field} node @param {string} path @param {Answer} answer @param {Host} host */
export function choice(node, path, answer, host) {
  const options = node.options ?? [
    { value: "true", title: host.description.say("flag_true") }, { value: "false", title: host.description.say("flag_false") },
  ];
  const radios = options.map(({ value }, index) => element("input", {
    type: "radio", name: idOf(path), id: `${idOf(path)}-${index}`, value: String(value), checked: answer.typed === String(value),
    on: { change: () => choose(String(value)) },
  }));
  const labels = options.map(({ title }, index) => element("label", { class: "tick" }, radios[index], element("span", {}, title)));
  const box = element("div", { class: options.length > SHORT ? "ticks columns" : options.length > PAIR ? "ticks" : "ticks pair" }, ...labels);
  const unset = button(host.description.say("unset"), () => { choose(""); radios[0].focus(); }, { class: "quiet unset", hidden: answer.typed === "" });

  /** @param {string} value */
  function choose(value) {
    answer.typed = value;
    for (const radio of radios) radio.checked = radio.value === value;
    unset.hidden = value === "";
    answered(box, path, answer);
    host.changed(path, true);
  }
  return framed(node, path, answer, host, { body: [box], beside: [unset], controls: radios, group: true });
}

/** A notice that is acknowledged: nothing is ticked beforehand. @param {Field} node @param {string} path @param {Answer} answer @param {Host} host */
export function agree(node, path, answer, host) {
  const tick = element("input", {
    type: "checkbox", id: `${idOf(path)}-0`, checked: answer.typed === "true",
    on: { change: () => { answer.typed = tick.checked ? "true" : ""; host.changed(path, true); } },
  });
  const label = element("label", { class: "tick" }, tick, element("span", {}, node.hint ?? node.title ?? ""));
  return framed({ ...node, hint: undefined }, path, answer, host, { body: [label], controls: [tick], group: true });
}
