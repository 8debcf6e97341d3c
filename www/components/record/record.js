/**
 * Several fields that belong together: always shown, or behind a switch 「希望する」.
 */

import { checkbox, element } from "../../app/dom.js";
import { isSwitched, toDraft } from "../../app/draft.js";
import { idOf } from "../../app/json_pointer.js";
import { say } from "../../app/state.js";
import { isFolded } from "../../app/steps.js";
import { createChoice } from "../choice/choice.js";
import { clearUnknown, renderField } from "../field_wrapper/field_wrapper.js";
import { createFold } from "../fold/fold.js";

/** @param {form.FieldProps} field */
export function createRecord(field) {
  const { node } = field;
  if (isSwitched(node)) return createSwitched(field);
  const [question, ...rest] = node.fields;
  if (node.unknown && question?.kind === "choice" && !question.unknown) return createQuestion(field, question, rest);
  const inside = recordFields(field);
  return renderField(field, {
    body: [inside],
    controls: [],
    first: inside.querySelector("input, textarea"),
    group: true,
  });
}

/**
 * A record that begins with a choice is one question: its 「分からない」 is one of the choice's answers, and what else it asks comes with
 * the first answer.
 *
 * @param {form.FieldProps} field @param {form.Field} question @param {form.Field[]} rest
 */
function createQuestion(field, question, rest) {
  const { node, path, answer, host } = field;
  // An answer to a field inside takes 「分からない」 back.
  const within = Object.assign(Object.create(host), {
    changed: (/** @type {string} */ changedPath, /** @type {boolean} */ whole) => {
      if (changedPath !== path) clearUnknown(choice.element, field);
      host.changed(changedPath, whole);
      inside.hidden &&= !isAnswered();
    },
  });
  const isAnswered = () => toDraft(node, { fields: answer.fields }) !== undefined;
  const choice = createChoice(fieldInside({ ...field, host: within }, question), field);
  const inside = recordFields({ node: { ...node, fields: rest }, path, answer, host: within });
  inside.hidden = !isAnswered();
  return renderField(field, {
    body: [choice.element, inside],
    controls: [],
    first: choice.element.querySelector("input"),
    group: true,
    asksUnknown: true,
  });
}

/** @param {form.FieldProps} field */
function createSwitched(field) {
  const { node, path, answer, host } = field;
  const inside = recordFields(field);
  inside.hidden = !answer.wanted;
  const words = say("wanted");
  const given = { id: `${idOf(path)}-wanted`, checked: Boolean(answer.wanted), "aria-label": `${node.title} ${words}` };
  const { box, label } = checkbox(words, given, (ticked) => {
    answer.wanted = ticked;
    inside.hidden = !ticked;
    host.changed(path, true);
  });
  return renderField(field, { body: [label, inside], controls: [box], group: true });
}

/** The fields inside a record or a section; those that can wait come last, folded. @param {form.FieldProps} field */
export function recordFields(field) {
  const { fields } = field.node;
  const draw = (/** @type {form.Field} */ node) => field.host.draw(fieldInside(field, node)).element;
  const shown = fields.filter((node) => !isFolded(node)).map(draw);
  const folded = fields.filter(isFolded);
  return element("div.record__fields", ...shown, folded.length > 0 && createMore(field, folded, folded.map(draw)));
}

/**
 * Fields behind a line, which is open if one of them has an answer or an issue.
 *
 * @param {form.FieldProps} field @param {form.Field[]} nodes @param {Node[]} drawn
 */
function createMore({ path, answer, host }, nodes, drawn) {
  const answered = nodes.some((node) => toDraft(node, answer.fields?.[node.name]) !== undefined);
  const box = createFold(say("more_optional"), answered, ...drawn);
  // The views of its fields come before its own, so their errors are shown already.
  const update = () => void (box.querySelector(".field--wrong") && (box.open = true));
  host.register({ path: `${path}#more`, element: box, update, focus: () => undefined });
  return box;
}

/** The props of a field inside a record. @param {form.FieldProps} field @param {form.Field} node @returns {form.FieldProps} */
function fieldInside({ path, answer, host }, node) {
  return { node, path: `${path}/${node.name}`, answer: /** @type {any} */ (answer.fields)[node.name], host };
}
