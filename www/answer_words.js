/**
 * One answer in words: what was typed, as it was typed; a choice by its title, a date as it was understood.
 */

import { isSwitched } from "./draft.js";
import { understood } from "./fields/moment.js";

/** @typedef {import("./types.js").Field} Field @typedef {import("./types.js").Answer} Answer @typedef {import("./description.js").Description} Description */

/**
 * @param {Description} description
 * @param {Field} node
 * @param {Answer | undefined} answer
 * @param {any} value normalised, for moments
 * @returns {string | null} null where there is no answer
 */
export function inWords(description, node, answer, value) {
  if (answer?.unknown) return description.say("review_unknown");
  if (isSwitched(node)) return description.say(answer?.wanted ? "review_wanted" : "review_none");
  if (node.kind === "list") return null;
  if (node.kind === "moment") {
    const typed = Object.values(answer?.typed ?? {}).filter((part) => part !== "").join(" ");
    return understood(value, description.say.bind(description)) || typed || null;
  }
  if (node.kind === "ordered") {
    const titles = (answer?.typed ?? []).map((/** @type {string} */ one, /** @type {number} */ index) => `${index + 1}. ${description.optionTitle(node, one)}`);
    return titles.length ? titles.join("\n") : null;
  }
  const typed = answer?.typed ?? "";
  if (typed === "") return null;
  if (node.kind === "agree") return description.say("flag_true");
  return node.options?.length ? description.optionTitle(node, typed) : typed;
}

/** How many answers name an entry of a list: layout. */
const GIST = 3;

/**
 * An entry of a list in a line: its first short answers, 「疑いがある、Windows 11」; "" where there is none.
 *
 * @param {Description} description @param {Field} item @param {Answer} answer
 */
export function gistOf(description, item, answer) {
  const short = (item.fields ?? []).filter((field) => ["choice", "line"].includes(field.kind));
  const words = short.map((field) => ({ answer: answer.fields?.[field.name ?? ""], field })).filter((one) => !one.answer?.unknown)
    .map((one) => inWords(description, one.field, one.answer, undefined)).filter((one) => one !== null);
  return words.slice(0, GIST).join(description.say("list_comma"));
}
