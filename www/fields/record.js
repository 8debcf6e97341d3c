/**
 * Several fields that belong together: always shown, or behind a switch 「希望する」.
 */

import { element } from "../element.js";
import { isSwitched } from "../draft.js";
import { idOf } from "../pointer.js";
import { choice } from "./choice.js";
import { draw } from "./draw.js";
import { framed, message, reveal } from "./frame.js";

/** @typedef {import("../types.js").Field} Field @typedef {import("../types.js").Answer} Answer @typedef {import("../types.js").Host} Host */

/** @param {Field} node @param {string} path @param {Answer} answer @param {Host} host */
export function record(node, path, answer, host) {
  return isSwitched(node) ? switched(node, path, answer, host) : together(node, path, answer, host);
}

/** @param {Field} node @param {string} path @param {Answer} answer @param {Host} host */
function together(node, path, answer, host) {
  const [question, ...rest] = node.fields ?? [];
  if (node.unknown && question?.kind === "choice" && !question.unknown) return asked(node, path, answer, host, question, rest);
  const inside = members(node, path, answer, host);
  const first = /** @type {HTMLElement} */ (inside.querySelector("input, textarea"));
  return framed(node, path, answer, host, { body: [inside], controls: [], first, group: true });
}

/**
 * A record that begins with a choice is one question: its 「分からない」 is one of the choice's answers.
 *
 * @param {Field} node @param {string} path @param {Answer} answer @param {Host} host @param {Field} question @param {Field[]} rest
 */
function asked(node, path, answer, host, question, rest) {
  const name = question.name ?? "";
  // An answer to what is inside takes 「分からない」 back.
  const within = Object.assign(Object.create(host), { changed: (/** @type {string} */ place, /** @type {boolean} */ whole) => {
    if (answer.unknown && place !== path) {
      answer.unknown = false;
      /** @type {HTMLInputElement} */ (first.element.querySelector("[data-unknown]")).checked = false;
    }
    host.changed(place, whole);
  } });
  const first = choice(question, `${path}/${name}`, /** @type {any} */ (answer.fields)[name], within, { node, path, answer });
  const inside = members({ ...node, fields: rest }, path, answer, within);
  return framed(node, path, answer, host, {
    body: [first.element, inside], controls: [], first: /** @type {HTMLElement} */ (first.element.querySelector("input")), group: true, asksUnknown: true,
  });
}

/** @param {Field} node @param {string} path @param {Answer} answer @param {Host} host */
function switched(node, path, answer, host) {
  const inside = members(node, path, answer, host);
  const tick = element("input", {
    type: "checkbox", id: `${idOf(path)}-wanted`, checked: Boolean(answer.wanted), "aria-label": `${node.title} ${host.description.say("wanted")}`,
    on: { change: () => { answer.wanted = tick.checked; inside.hidden = !tick.checked; host.changed(path, true); } },
  });
  inside.hidden = !answer.wanted;
  const label = element("label", { class: "tick" }, tick, element("span", {}, host.description.say("wanted")));
  return framed(node, path, answer, host, { body: [label, inside], controls: [tick], group: true });
}

/** The fields inside. @param {Field} node @param {string} path @param {Answer} answer @param {Host} host @returns {HTMLElement} */
export function members(node, path, answer, host) {
  const fields = (node.fields ?? []).map((field) => {
    const name = field.name ?? "";
    return draw(field, `${path}/${name}`, /** @type {any} */ (answer.fields)[name], host).element;
  });
  return element("div", { class: "members" }, ...fields);
}

/**
 * A section: its fields under its heading, and a place for what is said of the section itself.
 *
 * @param {Field} node @param {string} path @param {Answer} answer @param {Host} host
 * @returns {import("../types.js").View}
 */
export function section(node, path, answer, host) {
  const id = idOf(path);
  const error = element("div", { class: "error", id: `${id}-error` });
  const advice = element("div", { class: "advice" });
  const title = element("h2", { id, tabindex: "-1" }, node.title ?? "");
  const hint = node.hint ? [element("p", { class: "hint" }, node.hint)] : [];
  const box = element("section", { class: "section", "aria-labelledby": id }, title, ...hint, error, advice, members(node, path, answer, host));

  /** @param {import("../types.js").Marks} marks */
  function update(marks) {
    error.replaceChildren(...marks.issues(path).map((issue) => message("issue", host.description.say("error_prefix"), issue.message)));
    advice.replaceChildren(...marks.advisories(path).map((one) => message("advisory", host.description.say("advisory_label"), one.message)));
  }
  const view = { path, element: box, update, focus: () => reveal(box, title) };
  host.register(view);
  return view;
}
