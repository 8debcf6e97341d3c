/**
 * Several fields that belong together: always shown, or behind a switch 「希望する」.
 */

import { element } from "../../app/dom.js";
import { isSwitched } from "../../app/draft.js";
import { idOf } from "../../app/json_pointer.js";
import { say } from "../../app/state.js";
import { createChoice } from "../choice/choice.js";
import { renderField } from "../field_wrapper/field_wrapper.js";

/** @param {form.FieldProps} field */
export function createRecord(field) {
  const { node } = field;
  if (isSwitched(node)) return createSwitched(field);
  const [question, ...rest] = node.fields ?? [];
  if (node.unknown && question?.kind === "choice" && !question.unknown) return createQuestion(field, question, rest);
  const inside = recordFields(field);
  return renderField(field, {
    body: [inside],
    controls: [],
    first: /** @type {HTMLElement} */ (inside.querySelector("input, textarea")),
    group: true,
  });
}

/**
 * A record that begins with a choice is one question: its 「分からない」 is one of the choice's answers.
 *
 * @param {form.FieldProps} field @param {form.Field} question @param {form.Field[]} rest
 */
function createQuestion(field, question, rest) {
  const { node, path, answer, host } = field;
  const name = question.name ?? "";
  // An answer to a field inside takes 「分からない」 back.
  const within = Object.assign(Object.create(host), {
    changed: (/** @type {string} */ place, /** @type {boolean} */ whole) => {
      if (answer.unknown && place !== path) {
        answer.unknown = false;
        /** @type {HTMLInputElement} */ (choice.element.querySelector("[data-unknown]")).checked = false;
      }
      host.changed(place, whole);
    },
  });
  const choice = createChoice(
    { node: question, path: `${path}/${name}`, answer: /** @type {any} */ (answer.fields)[name], host: within },
    field,
  );
  const inside = recordFields({ node: { ...node, fields: rest }, path, answer, host: within });
  return renderField(field, {
    body: [choice.element, inside],
    controls: [],
    first: /** @type {HTMLElement} */ (choice.element.querySelector("input")),
    group: true,
    asksUnknown: true,
  });
}

/** @param {form.FieldProps} field */
function createSwitched(field) {
  const { node, path, answer, host } = field;
  const inside = recordFields(field);
  const tick = element("input", {
    type: "checkbox",
    id: `${idOf(path)}-wanted`,
    checked: Boolean(answer.wanted),
    "aria-label": `${node.title} ${say("wanted")}`,
    on: {
      change: () => {
        answer.wanted = tick.checked;
        inside.hidden = !tick.checked;
        host.changed(path, true);
      },
    },
  });
  inside.hidden = !answer.wanted;
  const label = element("label.tick", tick, element("span", say("wanted")));
  return renderField(field, { body: [label, inside], controls: [tick], group: true });
}

/** The fields inside a record or a section. @param {form.FieldProps} field @returns {HTMLElement} */
export function recordFields({ node, path, answer, host }) {
  const fields = (node.fields ?? []).map((inner) => {
    const name = inner.name ?? "";
    return host.draw({ node: inner, path: `${path}/${name}`, answer: /** @type {any} */ (answer.fields)[name], host })
      .element;
  });
  return element("div.record__fields", ...fields);
}
