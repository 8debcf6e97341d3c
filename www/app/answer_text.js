/**
 * One answer in words: what was typed, as it was typed; a choice by its title, a date as it was understood.
 */

import { isSwitched, JAPAN } from "./draft.js";
import { say, state } from "./state.js";

/**
 * @param {form.Field} node
 * @param {form.Answer | undefined} answer
 * @param {any} value normalised, for moments
 * @returns {string | null} null where there is no answer
 */
export function answerText(node, answer, value) {
  if (answer?.unknown) return say("review_unknown");
  if (isSwitched(node)) return say(answer?.wanted ? "review_wanted" : "review_none");
  if (node.kind === "list") return null;
  if (node.kind === "moment") {
    const typed = Object.values(answer?.typed ?? {})
      .filter((part) => part !== "")
      .join(" ");
    return momentText(value) || typed || null;
  }
  if (node.kind === "ordered") {
    const titles = (answer?.typed ?? []).map(
      (/** @type {string} */ one, /** @type {number} */ index) =>
        `${index + 1}. ${state.description.optionTitle(node, one)}`,
    );
    return titles.length ? titles.join("\n") : null;
  }
  const typed = answer?.typed ?? "";
  if (typed === "") return null;
  if (node.kind === "agree") return say("flag_true");
  return node.options?.length ? state.description.optionTitle(node, typed) : typed;
}

/** The number of answers that name an entry of a list: layout. */
const GIST = 3;

/**
 * An entry of a list in a line: its first short answers, 「疑いがある、Windows 11」; "" where there is none.
 *
 * @param {form.Field} item @param {form.Answer} answer
 */
export function gistOf(item, answer) {
  const short = (item.fields ?? []).filter((field) => ["choice", "line"].includes(field.kind));
  const words = short
    .map((field) => ({ answer: answer.fields?.[field.name ?? ""], field }))
    .filter((one) => !one.answer?.unknown)
    .map((one) => answerText(one.field, one.answer, undefined))
    .filter((one) => one !== null);
  return words.slice(0, GIST).join(say("list_comma"));
}

/**
 * The normalised moment in words; "" where the typed text could not be read.
 *
 * @param {any} value
 */
export function momentText(value) {
  const written =
    typeof value?.at === "string" ? /^(\d{4})(?:-(\d\d))?(?:-(\d\d))?(?:T(\d\d:\d\d))?/.exec(value.at) : null;
  if (!written) return "";
  const [, year, month, day, time] = written;
  const finest = time ? "minute" : day ? "day" : month ? "month" : "year";
  const words = say(`moment_${finest}`, { year, month, day, time });
  const whole = value.precision === "about" ? say("moment_about", { moment: words }) : words;
  return value.offset === JAPAN ? whole : `${whole} UTC${value.offset}`;
}
