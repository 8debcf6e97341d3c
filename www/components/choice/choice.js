/**
 * One of several: radio buttons, with a way back to "not answered"; and a single box to tick.
 */

import { button, element } from "../../app/dom.js";
import { idOf } from "../../app/json_pointer.js";
import { say } from "../../app/state.js";
import { renderField } from "../field_wrapper/field_wrapper.js";

/** A pair is shown in a row, and a list longer than `SHORT` in columns where there is room: layout, not a rule. */
const PAIR = 2;
const SHORT = 4;

/**
 * 「分からない」 is the last of the answers where it is one.
 *
 * @param {form.FieldProps} field
 * @param {form.FieldProps} [whole] the field that 「分からない」 answers, where this is the question of a record
 */
export function createChoice(field, whole = field) {
  const { node, path, answer, host } = field;
  const options = node.options ?? [
    { value: "true", title: say("flag_true") },
    { value: "false", title: say("flag_false") },
  ];
  const radios = options.map(({ value }, index) =>
    radio(`${index}`, answer.typed === String(value), { value: String(value) }, () => choose(String(value), false)),
  );
  const unknown = whole.node.unknown
    ? [
        radio("unknown", Boolean(whole.answer.unknown), { value: "", "data-unknown": whole.path }, () =>
          choose("", true),
        ),
      ]
    : [];
  const titles = [...options.map((option) => option.title), say("unknown")];
  const all = [...radios, ...unknown];
  const labels = all.map((one, index) => element("label.tick", one, element("span", titles[index])));
  const box = element(
    "div",
    {
      class:
        options.length > SHORT ? "choice choice--columns" : options.length > PAIR ? "choice" : "choice choice--pair",
    },
    ...labels,
  );
  const unset = button(
    say("unset"),
    () => {
      choose("", false);
      all[0].focus();
    },
    { class: "quiet choice__unset", hidden: !all.some((one) => one.checked) },
  );

  /** @param {string} id @param {boolean} checked @param {Record<string, any>} given @param {() => void} change */
  function radio(id, checked, given, change) {
    return element("input", {
      type: "radio",
      name: idOf(path),
      id: `${idOf(path)}-${id}`,
      checked,
      ...given,
      on: { change },
    });
  }

  /** @param {string} value @param {boolean} isUnknown */
  function choose(value, isUnknown) {
    answer.typed = value;
    whole.answer.unknown = isUnknown;
    for (const one of all) one.checked = one.dataset.unknown ? isUnknown : one.value === value;
    unset.hidden = value === "" && !isUnknown;
    host.changed(isUnknown ? whole.path : path, true);
  }
  return renderField(field, {
    body: [box],
    beside: [unset],
    controls: all,
    group: true,
    asksUnknown: true,
    bare: whole.answer !== answer,
  });
}

/** A notice that is acknowledged: nothing is ticked beforehand. @param {form.FieldProps} field */
export function createAcknowledgement(field) {
  const { node, path, answer, host } = field;
  const tick = element("input", {
    type: "checkbox",
    id: `${idOf(path)}-0`,
    checked: answer.typed === "true",
    on: {
      change: () => {
        answer.typed = tick.checked ? "true" : "";
        host.changed(path, true);
      },
    },
  });
  const label = element("label.tick", tick, element("span", node.hint ?? node.title ?? ""));
  return renderField(
    { ...field, node: { ...node, hint: undefined } },
    { body: [label], controls: [tick], group: true },
  );
}
