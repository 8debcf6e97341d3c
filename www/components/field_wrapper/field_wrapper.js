/**
 * The frame of every input: title with 「※必須」 in words, hint above, error and advice below, 「分からない」.
 *
 * One control gets a `label`; several together (radio buttons, the parts of a date) get a `fieldset` and `legend`.
 */

import { toDraft } from "../../app/draft.js";
import { checkbox, element } from "../../app/dom.js";
import { scrollAndFocus } from "../../app/environment.js";
import { idOf } from "../../app/json_pointer.js";
import { say } from "../../app/state.js";
import { createMessages } from "../message/message.js";

/**
 * @typedef {object} Inner
 * @property {Node[]} body the content between hint and error
 * @property {HTMLElement[]} controls the field's own; the first takes the focus
 * @property {HTMLElement | null} [first] takes the focus if the field has no control of its own
 * @property {boolean} group several controls together
 * @property {boolean} [asksUnknown] true if 「分からない」 is among the controls already
 * @property {boolean} [bare] its title is not shown: the field around it asks the question
 * @property {Node[]} [beside] further content of the row of 「分からない」
 * @property {(marks: form.Marks) => void} [update]
 */

/** @param {form.FieldProps} field @param {Inner} inner @returns {form.View} */
export function renderField(field, inner) {
  const { node, path, answer, host } = field;
  const id = idOf(path);
  const hint = node.hint ? element("p.hint", { id: `${id}-hint` }, node.hint) : null;
  const messages = createMessages(id);
  const need = node.need ?? "optional";
  // In words: neither colour nor an asterisk alone shows it.
  const title = [
    element("span.field__title", node.question ?? node.title),
    // The source's own term, where a question is the title.
    ...(node.question ? [" ", element("span.field__term", say("field_term", { title: node.title }))] : []),
    " ",
    element(`span.field__need.field__need--${need}`, say(`need_${need}`)),
  ];
  const aside = [...(node.unknown && !inner.asksUnknown ? [unknownBox(field)] : []), ...(inner.beside ?? [])];
  const box = element(
    inner.group ? "fieldset.field" : "div.field",
    { "data-path": path, "data-kind": node.kind },
    inner.group ? element("legend", ...title) : element("label", { for: id }, ...title),
    hint,
    ...inner.body,
    aside.length > 0 && element("div.field__beside", ...aside),
    messages.error,
    messages.advice,
  );
  (inner.group ? box : inner.controls[0]).id = id;
  if (inner.bare) {
    box.classList.add("field--bare");
    box.firstChild.className = "unseen";
  }
  let drawn = "";

  /** @param {form.Marks} marks */
  function update(marks) {
    inner.update?.(marks);
    const issues = marks.issues(path);
    // Advice on a field that was not looked at yet would only be noise.
    const advisories = marks.tried || toDraft(node, answer) !== undefined ? marks.advisories(path) : [];
    // Most of a report equals the last one: then nothing is drawn, so that typing stays light.
    const now = JSON.stringify([marks.hidden(path), issues, advisories]);
    if (now === drawn) return;
    drawn = now;
    box.classList.toggle("field--wrong", issues.length > 0);
    box.hidden = marks.hidden(path);
    messages.update(issues, advisories);
    for (const control of inner.controls) markInvalid(control, issues.length > 0);
    const texts = [hint, issues.length && messages.error, advisories.length && messages.advice];
    describe(inner.group ? box : inner.controls[0], texts.flatMap((text) => (text ? [text.id] : [])).join(" "));
  }
  return host.register({ path, element: box, update, focus: () => reveal(box, inner.first ?? inner.controls[0]) });
}

/** A radio button may not carry `aria-invalid`: its group's description has the error. @param {HTMLElement} control @param {boolean} wrong */
function markInvalid(control, wrong) {
  if (!(control instanceof HTMLInputElement && control.type === "radio"))
    control.setAttribute("aria-invalid", String(wrong));
}

/** @param {HTMLElement} described the control, or a group as a whole, so that it is read once @param {string} ids */
function describe(described, ids) {
  if (ids) described.setAttribute("aria-describedby", ids);
  else described.removeAttribute("aria-describedby");
}

/** Opens the folded parts around it, scrolls the title into view, not only the control, then focuses. @param {HTMLElement} box @param {HTMLElement} control */
export function reveal(box, control) {
  for (let folded = box.closest("details"); folded; folded = folded.parentElement?.closest("details") ?? null)
    folded.open = true;
  scrollAndFocus(box, "start", control);
}

/** The box 「分からない」, one tap: the typed text stays on the screen and is not sent. @param {form.FieldProps} field */
function unknownBox({ node, path, answer, host }) {
  const words = say("unknown");
  const given = { checked: Boolean(answer.unknown), "data-unknown": path, "aria-label": `${words} (${node.title})` };
  const { label } = checkbox(words, given, (ticked) => {
    answer.unknown = ticked;
    host.changed(path, true);
  });
  label.classList.add("field__unknown");
  return label;
}

/** Answering a field takes 「分からない」 back. @param {HTMLElement} within an element of the field @param {form.FieldProps} field */
export function clearUnknown(within, { path, answer }) {
  if (!answer.unknown) return;
  answer.unknown = false;
  const tick = within.closest(".field")?.querySelector(`[data-unknown="${CSS.escape(path)}"]`);
  if (tick instanceof HTMLInputElement) tick.checked = false;
}
