/**
 * A titled part of a step: its messages, then its content. A section of the form, and a list of entries.
 */

import { element } from "../../app/dom.js";
import { idOf } from "../../app/json_pointer.js";
import { reveal } from "../field_wrapper/field_wrapper.js";
import { createMessages } from "../message/message.js";
import { recordFields } from "../record/record.js";

/** @param {form.FieldProps} field */
export function createSection(field) {
  return renderSection(field, [recordFields(field)]);
}

/** @param {form.FieldProps} field @param {Node[]} content @returns {form.View} */
export function renderSection({ node, path, host }, content) {
  const id = idOf(path);
  const messages = createMessages(id);
  const title = element("h2", { id, tabindex: "-1" }, node.title);
  const box = element(
    "section.section",
    { "aria-labelledby": id },
    title,
    node.hint && element("p.hint", node.hint),
    messages.error,
    messages.advice,
    ...content,
  );
  return host.register({
    path,
    element: box,
    update: (marks) => messages.update(marks.issues(path), marks.advisories(path)),
    focus: () => reveal(box, title),
  });
}
