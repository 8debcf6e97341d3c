/**
 * The answers in words as typed, for the review, the receipt and paper.
 */

import { answerText } from "../../app/answer_text.js";
import { button, element } from "../../app/dom.js";
import { answerIn, isSwitched } from "../../app/draft.js";
import { at } from "../../app/json_pointer.js";
import { say, state } from "../../app/state.js";
import { nodesOf, REVIEW, stepNames } from "../../app/steps.js";
import { createAdvisoryMessage } from "../message/message.js";

/** @typedef {{ node: form.Field, path: string, answer: form.Answer | undefined, entry: string }} Row `entry` is that of a list, or "" */

/**
 * All steps with their answers.
 *
 * @param {object} props @param {form.Answer} props.answers @param {any} props.values normalised, for moments
 * @param {(step: string, path: string) => void} [props.change] target of the change links, which a receipt lacks
 * @param {form.Advisory[]} [props.advisories] each is shown under its answer
 */
export function createAnswerList({ answers, values, change, advisories = [] }) {
  const steps = stepNames().filter((step) => step !== REVIEW);
  return {
    element: element(
      "div.answer-list",
      ...steps.map((step) => {
        const rows = nodesOf(step, state.description).flatMap((node) =>
          rowsOf(node, node.path, answerIn(answers, node.path), ""),
        );
        const shown = rows.map((row) => draw(row, step)).filter((row) => row !== null);
        return element(
          "section",
          element(change ? "h2" : "h3", say(`step_${step}`)),
          shown.length ? element("dl", ...shown) : element("p.hint", say("unanswered")),
        );
      }),
    ),
  };

  /** @param {Row} row @param {string} step */
  function draw({ node, path, answer, entry }, step) {
    const words = answerText(node, answer, at(values, path));
    if (words === null && !change) return null; // a receipt shows what was sent
    // 「受けられる」 answers the question, not the term 「遠隔操作・操作指示の拒否」.
    const title = (node.options?.length && node.question) || node.title;
    const missing = words === null && node.need === "required";
    const link =
      change &&
      button("quiet", say("review_change"), () => change(step, path), {
        "aria-label": say("review_change_of", { title: entry ? `${entry} ${title}` : title }),
      });
    return element(
      "div.answer-list__row",
      { "data-path": path },
      element("dt", entry && element("span.answer-list__entry", entry), entry && " ", title),
      element(
        words === null ? "dd.answer-list__none" : "dd",
        words ?? say("unanswered"),
        missing && element("strong.answer-list__missing", say("need_required")),
      ),
      link && element("dd.answer-list__change", link),
      ...advisories
        .filter((one) => one.path === path)
        .map((one) => element("dd.answer-list__note", { "data-advisory": one.code }, createAdvisoryMessage(one))),
    );
  }
}

/**
 * A row for each thing asked: sections and records are taken apart, an unwanted record is one row.
 *
 * @param {form.Field} node @param {string} path @param {form.Answer | undefined} answer @param {string} entry
 * @returns {Row[]}
 */
function rowsOf(node, path, answer, entry) {
  const itself = { node, path, answer, entry };
  if (node.kind === "list") {
    const { item } = node;
    const entries = answer?.items ?? [];
    if (!entries.length) return [itself];
    return entries.flatMap((one, index) =>
      rowsInside(item, `${path}/${index}`, one, state.description.entryTitle(item, index)),
    );
  }
  if (!node.fields.length || answer?.unknown || (isSwitched(node) && !answer?.wanted)) return [itself];
  return [...(isSwitched(node) ? [itself] : []), ...rowsInside(node, path, answer, entry)];
}

/** @param {form.Field} node @param {string} path @param {form.Answer | undefined} answer @param {string} entry */
function rowsInside(node, path, answer, entry) {
  return node.fields.flatMap((field) => rowsOf(field, `${path}/${field.name}`, answer?.fields?.[field.name], entry));
}
