/**
 * One of several: radio buttons, with a way back to "not answered"; and a single box to tick.
 */

import { button, checkbox, element } from "../../app/dom.js";
import { idOf } from "../../app/json_pointer.js";
import { say } from "../../app/state.js";
import { OPTIONS_SHOWN } from "../../app/steps.js";
import { renderField } from "../field_wrapper/field_wrapper.js";
import { createFold } from "../fold/fold.js";

/** A pair is shown in a row, and a list longer than `SHORT` in columns if there is room: layout, not a rule. */
const PAIR = 2;
const SHORT = 4;

/**
 * Radio buttons, of which 「分からない」 is the last, if it is an answer.
 *
 * @param {form.FieldProps} field
 * @param {form.FieldProps} [whole] the field that 「分からない」 answers, if this is the question of a record
 */
export function createChoice(field, whole = field) {
  const { node, path, answer, host } = field;
  const options = node.options ?? [
    { value: "true", title: say("flag_true") },
    { value: "false", title: say("flag_false") },
  ];
  const radios = options.map(({ value, title }, index) =>
    radio(title, String(index), { checked: answer.typed === String(value), value }, () => choose(String(value), false)),
  );
  const further = radios.splice(OPTIONS_SHOWN[node.path] ?? radios.length);
  if (whole.node.unknown) {
    const given = { checked: Boolean(whole.answer.unknown), value: "", "data-unknown": whole.path };
    radios.push(radio(say("unknown"), "unknown", given, () => choose("", true)));
  }
  const all = [...radios, ...further].map(({ box }) => box);
  const size = options.length > SHORT ? ".choice--columns" : options.length > PAIR ? "" : ".choice--pair";
  const unset = button("quiet.choice__unset", say("unset"), () => {
    choose("", false);
    all[0].focus();
  });
  unset.hidden = !all.some((one) => one.checked);

  /** @param {string} words @param {string} id @param {Record<string, any>} given @param {() => void} change */
  function radio(words, id, given, change) {
    return checkbox(words, { type: "radio", name: idOf(path), id: `${idOf(path)}-${id}`, ...given }, change);
  }

  /** @param {string} value @param {boolean} isUnknown */
  function choose(value, isUnknown) {
    answer.typed = value;
    whole.answer.unknown = isUnknown;
    for (const one of all) one.checked = one.dataset.unknown ? isUnknown : one.value === value;
    unset.hidden = value === "" && !isUnknown;
    host.changed(isUnknown ? whole.path : path, true);
  }
  const rows = (/** @type {typeof radios} */ some) => element(`div.choice${size}`, ...some.map(({ label }) => label));
  const open = further.some(({ box }) => box.checked);
  return renderField(field, {
    body: [rows(radios), ...(further.length ? [createFold(say("more_options"), open, rows(further))] : [])],
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
  const given = { id: `${idOf(path)}-0`, checked: answer.typed === "true" };
  const { box, label } = checkbox(node.hint ?? node.title, given, (ticked) => {
    answer.typed = ticked ? "true" : "";
    host.changed(path, true);
  });
  return renderField({ ...field, node: { ...node, hint: undefined } }, { body: [label], controls: [box], group: true });
}
