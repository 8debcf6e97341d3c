/**
 * A date and time as far as it is known: 年/月/日/時刻 as typed, 「だいたい」, and the date as it was understood.
 *
 * No rule about dates lives here: the echo is the report's own value, `2026-11-20T09:30` → 「2026年11月20日 9:30 …」.
 */

import { momentText } from "../../app/answer_text.js";
import { button, checkbox, element, setWords } from "../../app/dom.js";
import { idOf } from "../../app/json_pointer.js";
import { say, state } from "../../app/state.js";
import { clearUnknown, renderField } from "../field_wrapper/field_wrapper.js";
import { onTyping } from "../text_field/text_field.js";

/** The parts and the phone's keyboard for each; a numeric one has no colon for the time. */
const PARTS = /** @type {[string, string][]} */ ([
  ["year", "numeric"],
  ["month", "numeric"],
  ["day", "numeric"],
  ["time", "text"],
]);

/** @param {form.FieldProps} field */
export function createMoment(field) {
  const { node, path, answer, host } = field;
  const inputs = PARTS.map(([part, inputmode]) => {
    const given = {
      type: "text",
      id: `${idOf(path)}-${part}`,
      inputmode,
      autocomplete: "off",
      value: answer.typed[part],
    };
    const input = element(`input.moment__part.moment__part--${part}`, given);
    onTyping(input, (typed, whole) => {
      if (answer.typed[part] !== typed) clearUnknown(input, field);
      answer.typed[part] = typed;
      host.changed(path, whole);
    });
    return input;
  });
  const parts = PARTS.map(([part], index) => element("label.moment__label", element("span", say(part)), inputs[index]));
  const near = element(
    "div.moment__shortcuts",
    shortcut("moment_now", () => fill(state.desk.moment)),
    shortcut("moment_today", () => fill(state.desk.today)),
    ...calendar(node, fill),
  );

  /** @param {string} key @param {() => void} pressed */
  function shortcut(key, pressed) {
    return button("quiet", say(key), pressed, { "aria-label": `${say(key)} (${node.title})` });
  }

  /** Puts a date that was pressed, not typed, into the parts. @param {string} at "2026-11-20", "2026-11-20T09:30" */
  function fill(at) {
    at.split(/[-T]/).forEach((part, index) => {
      inputs[index].value = part.replace(/^0(?=\d$)/, "");
      answer.typed[PARTS[index][0]] = inputs[index].value;
    });
    clearUnknown(inputs[0], field);
    host.changed(path, true);
  }
  const about = checkbox(say("about"), { checked: Boolean(answer.about) }, (ticked) => {
    answer.about = ticked;
    host.changed(path, true);
  });
  about.label.classList.add("moment__about");
  const echo = element("p.moment__echo", { role: "status" });
  let echoed = "";
  return renderField(field, {
    body: [element("p.hint", say("moment_note")), element("div.moment", ...parts), near, echo],
    beside: [about.label],
    controls: inputs,
    group: true,
    update: (marks) => {
      const words = answer.unknown ? "" : momentText(marks.value(path));
      // The same text set again would be read aloud again.
      if (words === echoed) return;
      echoed = words;
      setWords(echo, words && say("echo", { moment: words }));
    },
  });
}

/** The browser's own calendar beside the parts, if it has one. @param {form.Field} node @param {(date: string) => void} fill */
function calendar(node, fill) {
  // It lies over the button for a finger; the keyboard has the button, since a date's own parts would be four more stops.
  const label = `${say("moment_calendar")} (${node.title})`;
  const input = element("input", {
    type: "date",
    tabindex: "-1",
    "aria-label": label,
    on: { change: () => input.value && fill(input.value) },
  });
  if (input.type !== "date") return [];
  const open = button("quiet", say("moment_calendar"), () => openPicker(input), { "aria-label": label });
  return [element("span.moment__picker", open, input)];
}

/** Within a frame of another origin a browser opens no calendar for a script: then the input takes the focus. @param {HTMLInputElement} input */
function openPicker(input) {
  input.value = "";
  try {
    input.showPicker();
  } catch {
    input.focus();
  }
}
