/**
 * One node of the description → the component of its kind. Components that hold others draw them by `host.draw`.
 */

import { button } from "../../app/dom.js";
import { state, say } from "../../app/state.js";
import { FILE_NAME, SAME_AS } from "../../app/steps.js";
import { createAcknowledgement, createChoice } from "../choice/choice.js";
import { clearUnknown } from "../field_wrapper/field_wrapper.js";
import { createList } from "../list/list.js";
import { createLogFile } from "../log_file/log_file.js";
import { createMoment } from "../moment/moment.js";
import { createOrdered } from "../ordered/ordered.js";
import { createRecord } from "../record/record.js";
import { createSection } from "../section/section.js";
import { createTextField } from "../text_field/text_field.js";

/** @type {Record<string, (field: form.FieldProps) => form.View>} */
const COMPONENTS = {
  section: createSection,
  record: createRecord,
  list: createList,
  moment: createMoment,
  ordered: createOrdered,
  choice: createChoice,
  flag: createChoice,
  agree: createAcknowledgement,
  line: createLine,
};

/** @param {form.FieldProps} field */
export function createField(field) {
  // An input for a kind that this page does not know yet takes text: the module reports its issues.
  return (COMPONENTS[field.node.kind] ?? createTextField)(field);
}

/** A line that may repeat another, 「担当者と同じ」, or be the name of a file. @param {form.FieldProps} field */
function createLine(field) {
  const { node, path, answer, host } = field;
  if (node.path === FILE_NAME) return createLogFile(field);
  const from = SAME_AS[path];
  if (!from) return createTextField(field);
  return createTextField(field, (input) => [
    button("quiet.text-field__same", say("same_person"), () => {
      answer.typed = state.intake.answerAt(from)?.typed ?? "";
      input.value = answer.typed;
      clearUnknown(input, field);
      host.changed(path, true);
    }),
  ]);
}
