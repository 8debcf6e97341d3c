/**
 * A date and time as far as it is known: 年/月/日/時刻 as typed, 「だいたい」, and the date as it was understood.
 *
 * No rule about dates lives here: the echo is the report's own value, `2026-11-20T09:30` → 「2026年11月20日 9:30 …」.
 */

import { JAPAN } from "../draft.js";
import { button, element } from "../element.js";
import { idOf } from "../pointer.js";
import { answered, framed } from "./frame.js";
import { listenTyping } from "./line.js";

/** @typedef {import("../types.js").Field} Field @typedef {import("../types.js").Answer} Answer @typedef {import("../types.js").Host} Host */

/** The parts and the phone's keyboard for each; a numeric one has no colon for the time. */
const PARTS = /** @type {[string, string][]} */ ([["year", "numeric"], ["month", "numeric"], ["day", "numeric"], ["time", "text"]]);

/** @param {Field} node @param {string} path @param {Answer} answer @param {Host} host */
export function moment(node, path, answer, host) {
  const say = host.description.say.bind(host.description);
  const inputs = PARTS.map(([part, inputmode]) => element("input", {
    type: "text", class: `part ${part}`, id: `${idOf(path)}-${part}`, inputmode, autocomplete: "off", value: answer.typed[part],
  }));
  inputs.forEach((input, index) => listenTyping(input, (typed, whole) => {
    const part = PARTS[index][0];
    if (answer.typed[part] !== typed) answered(input, path, answer);
    answer.typed[part] = typed;
    host.changed(path, whole);
  }));
  const parts = PARTS.map(([part], index) => element("label", { class: "of-moment" }, element("span", {}, say(part)), inputs[index]));
  const near = element("div", { class: "near" },
    button(say("moment_today"), () => fill(host.today()), { class: "quiet", "aria-label": `${say("moment_today")} (${node.title})` }), ...calendar(node, say, fill));

  /** What was pressed, not typed, goes into the parts. @param {string} date "2026-11-20" */
  function fill(date) {
    date.split("-").forEach((part, index) => {
      inputs[index].value = String(Number(part));
      answer.typed[PARTS[index][0]] = inputs[index].value;
    });
    answered(inputs[0], path, answer);
    host.changed(path, true);
  }
  const about = element("input", {
    type: "checkbox", checked: Boolean(answer.about),
    on: { change: () => { answer.about = about.checked; host.changed(path, true); } },
  });
  const tick = element("label", { class: "tick about" }, about, element("span", {}, say("about")));
  const echo = element("p", { class: "echo", role: "status" });
  return framed(node, path, answer, host, {
    body: [element("p", { class: "hint" }, say("moment_note")), element("div", { class: "moment" }, ...parts, tick), near, echo],
    controls: inputs,
    group: true,
    update: (marks) => {
      const words = answer.unknown ? "" : understood(marks.value(path), say);
      const said = words && say("echo", { moment: words });
      // Said once: the same text set again would be read again.
      if (echo.textContent !== said) echo.textContent = said;
    },
  });
}

/**
 * The browser's own calendar beside the parts; nothing in a browser that has none.
 *
 * @param {Field} node @param {(key: string) => string} say @param {(date: string) => void} fill
 * @returns {HTMLElement[]}
 */
function calendar(node, say, fill) {
  // It lies over the button for a finger; the keyboard has the button, since a date's own parts would be four more stops.
  const label = `${say("moment_calendar")} (${node.title})`;
  const input = element("input", { type: "date", tabindex: "-1", "aria-label": label, on: { change: () => { if (input.value) fill(input.value); } } });
  if (input.type !== "date") return [];
  return [element("span", { class: "picker" },
    button(say("moment_calendar"), () => shown(input), { class: "quiet", "aria-label": label }), input)];
}

/** Within a frame of another origin a browser opens no calendar for a script: then the input takes the focus. @param {HTMLInputElement} input */
function shown(input) {
  input.value = "";
  try {
    input.showPicker();
  } catch {
    input.focus();
  }
}

/**
 * The normalised moment in words; "" where what was typed could not be read.
 *
 * @param {any} value
 * @param {(key: string, params?: Record<string, string>) => string} say
 */
export function understood(value, say) {
  const written = typeof value?.at === "string" ? /^(\d{4})(?:-(\d\d))?(?:-(\d\d))?(?:T(\d\d:\d\d))?/.exec(value.at) : null;
  if (!written) return "";
  const [, year, month, day, time] = written;
  const finest = time ? "minute" : day ? "day" : month ? "month" : "year";
  const words = say(`moment_${finest}`, { year, month, day, time });
  const whole = value.precision === "about" ? say("moment_about", { moment: words }) : words;
  return value.offset === JAPAN ? whole : `${whole} UTC${value.offset}`;
}
