/**
 * The answers in words, for checking them, for the receipt and for paper: what was typed, as it was typed.
 */

import { inWords } from "./answer_words.js";
import { button, element } from "./element.js";
import { isSwitched } from "./draft.js";
import { message } from "./fields/frame.js";
import { at } from "./pointer.js";
import { nodesOf, REVIEW, stepNames } from "./steps.js";

/** @typedef {import("./types.js").Field} Field @typedef {import("./types.js").Answer} Answer @typedef {import("./page.js").Page} Page */

/**
 * All steps with their answers.
 *
 * @param {Page} page
 * @param {(path: string) => Answer | undefined} answerAt
 * @param {any} values normalised, for moments
 * @param {((step: string, path: string) => void) | null} change where the change links lead; none on a receipt, where all of it is a part
 * @param {import("./types.js").Advisory[]} [advisories] each is shown under the answer that it speaks of
 */
export function shownAnswers(page, answerAt, values, change, advisories = []) {
  const steps = stepNames().filter((step) => step !== REVIEW);
  return element("div", { class: "answers" }, ...steps.map((step) => {
    const rows = nodesOf(step, page.description).flatMap((node) => rowsOf(node, node.path, answerAt(node.path), ""));
    const shown = rows.map((row) => drawn(row, step)).filter((row) => row !== null);
    return element("section", {}, element(change ? "h2" : "h3", {}, page.say(`step_${step}`)),
      shown.length ? element("dl", {}, ...shown) : element("p", { class: "hint" }, page.say("unanswered")));
  }));

  /** @param {{ node: Field, path: string, answer: Answer | undefined, entry: string }} row @param {string} step */
  function drawn({ node, path, answer, entry }, step) {
    const words = inWords(page.description, node, answer, at(values, path));
    if (words === null && !change) return null; // a receipt shows what was sent
    const title = node.title ?? "";
    const missing = words === null && node.need === "required";
    const link = change && button(page.say("review_change"), () => change(step, path), { class: "quiet", "aria-label": page.say("review_change_of", { title: entry ? `${entry} ${title}` : title }) });
    return element("div", { class: "row", "data-path": path }, element("dt", {}, entry && element("span", { class: "of" }, entry), entry && " ", title),
      element("dd", { class: words === null ? "none" : null }, words ?? page.say("unanswered"), missing && element("strong", { class: "missing" }, page.say("need_required"))),
      link && element("dd", { class: "change" }, link),
      ...advisories.filter((one) => one.path === path).map((one) => element("dd", { class: "note", "data-advisory": one.code },
        message("advisory", page.say("advisory_label"), one.message))));
  }

  /**
   * A row for each thing asked: sections and records are taken apart, an unwanted record is one row.
   *
   * @param {Field} node @param {string} path @param {Answer | undefined} answer @param {string} entry of a list that it belongs to, or ""
   * @returns {{ node: Field, path: string, answer: Answer | undefined, entry: string }[]}
   */
  function rowsOf(node, path, answer, entry) {
    const itself = { node, path, answer, entry };
    if (node.kind === "list") {
      const item = /** @type {Field} */ (node.item);
      const entries = answer?.items ?? [];
      if (!entries.length) return [itself];
      return entries.flatMap((one, index) => inside(item, `${path}/${index}`, one, page.description.entryTitle(item, index)));
    }
    if (!node.fields || answer?.unknown || (isSwitched(node) && !answer?.wanted)) return [itself];
    return [...(isSwitched(node) ? [itself] : []), ...inside(node, path, answer, entry)];
  }

  /** @param {Field} node @param {string} path @param {Answer | undefined} answer @param {string} entry */
  function inside(node, path, answer, entry) {
    return (node.fields ?? []).flatMap((field) => rowsOf(field, `${path}/${field.name}`, answer?.fields?.[field.name ?? ""], entry));
  }
}
