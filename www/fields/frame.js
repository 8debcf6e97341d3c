/**
 * What stands round every input: title with 「※必須」 in words, hint above, error and advice below, 「分からない」.
 *
 * One control gets a `label`; several together (radio buttons, the parts of a date) get a `fieldset` and `legend`.
 */

import { toDraft } from "../draft.js";
import { element } from "../element.js";
import { lookAt } from "../place.js";
import { idOf } from "../pointer.js";

/** @typedef {import("../types.js").Field} Field @typedef {import("../types.js").Host} Host @typedef {import("../types.js").Answer} Answer */

/**
 * @typedef {object} Inner
 * @property {Node[]} body what is drawn between hint and error
 * @property {HTMLElement[]} controls the field's own; the first takes the focus
 * @property {HTMLElement} [first] takes the focus where the field has no control of its own
 * @property {boolean} group several controls together
 * @property {boolean} [asksUnknown] whether 「分からない」 is among the controls already
 * @property {boolean} [bare] its title is not shown: what stands round it asks the question
 * @property {Node[]} [beside] what stands in the row of 「分からない」
 * @property {(marks: import("../types.js").Marks) => void} [update]
 */

/**
 * @param {Field} node
 * @param {string} path with indexes
 * @param {Answer} answer
 * @param {Host} host
 * @param {Inner} inner
 * @returns {import("../types.js").View}
 */
export function framed(node, path, answer, host, inner) {
  const id = idOf(path);
  const hint = node.hint ? element("p", { class: "hint", id: `${id}-hint` }, node.hint) : null;
  const error = element("div", { class: "error", id: `${id}-error` });
  const advice = element("div", { class: "advice", id: `${id}-advice` });
  const unknown = node.unknown && !inner.asksUnknown ? unknownBox(node, path, answer, host) : null;
  const title = [element("span", { class: "title" }, node.title ?? ""), " ", need(node, host)];
  const aside = [unknown, ...(inner.beside ?? [])].filter((part) => part !== null);
  const row = aside.length ? element("div", { class: "beside" }, ...aside) : null;
  const content = [hint, ...inner.body, row, error, advice].filter((part) => part !== null);
  const box = inner.group
    ? element("fieldset", { class: inner.bare ? "field bare" : "field", id }, element("legend", { class: inner.bare ? "unseen" : null }, ...title), ...content)
    : element("div", { class: "field" }, element("label", { for: id }, ...title), ...content);
  box.dataset.path = path;
  box.dataset.kind = node.kind;
  if (!inner.group) inner.controls[0].id = id;

  let said = "";

  /** @param {import("../types.js").Marks} marks */
  function update(marks) {
    inner.update?.(marks);
    const issues = marks.issues(path);
    // Advice on a field that was not looked at yet would only be noise.
    const advisories = marks.tried || toDraft(node, answer) !== undefined ? marks.advisories(path) : [];
    // Most of a report says what the last one said: then nothing is drawn, so that typing stays light.
    const now = JSON.stringify([marks.hidden(path), ...issues.map(words), ...advisories.map(words)]);
    if (now === said) return;
    said = now;
    box.classList.toggle("wrong", issues.length > 0);
    box.hidden = marks.hidden(path);
    error.replaceChildren(...issues.map((issue) => message("issue", host.description.say("error_prefix"), issue.message)));
    advice.replaceChildren(...advisories.map((advisory) => message("advisory", host.description.say("advisory_label"), advisory.message)));
    for (const control of inner.controls) mark(control, issues.length > 0);
    describe(inner.group ? [box] : inner.controls, [hint, issues.length ? error : null, advice.childNodes.length ? advice : null]);
  }
  const view = { path, element: box, update, focus: () => reveal(box, inner.first ?? inner.controls[0]) };
  host.register(view);
  return view;
}

/** @param {{ code: string, message: string }} said */
function words({ code, message: sentence }) {
  return `${code} ${sentence}`;
}

/** 「※必須」 in words: neither colour nor an asterisk alone says it. @param {Field} node @param {Host} host */
export function need(node, host) {
  return element("span", { class: `need ${node.need}` }, host.description.say(`need_${node.need ?? "optional"}`));
}

/**
 * One marked message: its mark is text, so that it is read and printed too.
 *
 * @param {string} kind @param {string} mark @param {string} words @param {string} [of] the field's title, away from the field
 */
export function message(kind, mark, words, of = "") {
  return element("p", { class: kind }, element("span", { class: "mark" }, mark), /[：\s]$/.test(mark) ? "" : " ", of && element("strong", { class: "of" }, of), of && " ", words);
}

/** A radio button may not carry `aria-invalid`: its group's description says it. @param {HTMLElement} control @param {boolean} wrong */
function mark(control, wrong) {
  if (!(control instanceof HTMLInputElement && control.type === "radio")) control.setAttribute("aria-invalid", String(wrong));
}

/** @param {HTMLElement[]} described a group as a whole, so that it is read once, or the control @param {(HTMLElement | null)[]} texts */
function describe(described, texts) {
  const ids = texts.flatMap((text) => (text ? [text.id] : [])).join(" ");
  for (const one of described) {
    if (ids) one.setAttribute("aria-describedby", ids);
    else one.removeAttribute("aria-describedby");
  }
}

/** Opens what it lies in, scrolls the title into view, not only the control, then focuses. @param {HTMLElement} box @param {HTMLElement} control */
export function reveal(box, control) {
  for (let folded = box.closest("details"); folded; folded = folded.parentElement?.closest("details") ?? null) folded.open = true;
  lookAt(box, "start", control);
}

/** 「分からない」, one tap: what was typed stays on the screen and is not sent. @param {Field} node @param {string} path @param {Answer} answer @param {Host} host */
function unknownBox(node, path, answer, host) {
  const words = host.description.say("unknown");
  const tick = element("input", {
    type: "checkbox", checked: Boolean(answer.unknown), "data-unknown": path, "aria-label": `${words} (${node.title})`,
    on: { change: () => { answer.unknown = tick.checked; host.changed(path, true); } },
  });
  return element("label", { class: "tick unknown" }, tick, element("span", {}, words));
}

/** Answering a field takes 「分からない」 back. @param {HTMLElement} within an element of the field @param {string} path @param {Answer} answer */
export function answered(within, path, answer) {
  if (!answer.unknown) return;
  answer.unknown = false;
  const tick = within.closest(".field")?.querySelector(`[data-unknown="${CSS.escape(path)}"]`);
  if (tick instanceof HTMLInputElement) tick.checked = false;
}
