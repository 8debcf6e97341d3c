/**
 * A titled part of a step: its messages, then its content. A section of the form, and a list of entries.
 */

import { element } from "../../app/dom.js";
import { idOf } from "../../app/json_pointer.js";
import { reveal } from "../field_wrapper/field_wrapper.js";
import { createAdvisoryMessage, createIssueMessage } from "../message/message.js";
import { recordFields } from "../record/record.js";

/** @param {form.FieldProps} field */
export function createSection(field) {
  return renderSection(field, [recordFields(field)]);
}

/** @param {form.FieldProps} field @param {Node[]} content @returns {form.View} */
export function renderSection({ node, path, host }, content) {
  const id = idOf(path);
  const error = element("div.field__error", { id: `${id}-error` });
  const advice = element("div.field__advice");
  const title = element("h2", { id, tabindex: "-1" }, node.title ?? "");
  const box = element(
    "section.section",
    { "aria-labelledby": id },
    title,
    node.hint && element("p.hint", node.hint),
    error,
    advice,
    ...content,
  );
  return host.register({
    path,
    element: box,
    update(marks) {
      error.replaceChildren(...marks.issues(path).map(createIssueMessage));
      advice.replaceChildren(...marks.advisories(path).map((one) => createAdvisoryMessage(one)));
    },
    focus: () => reveal(box, title),
  });
}
