/**
 * One answer in words: text as typed, a choice by its title, a date as it was understood.
 */

import { typedText } from "./dom.js";
import { isSwitched, JAPAN } from "./draft.js";
import { say, state } from "./state.js";

/**
 * @param {form.Field} node @param {form.Answer | undefined} answer @param {any} [value] normalised, for moments
 * @returns {string | null} null if there is no answer
 */
export function answerText(node, answer, value) {
  if (answer?.unknown) return say("review_unknown");
  if (isSwitched(node)) return say(answer?.wanted ? "review_wanted" : "review_none");
  if (node.kind === "list") return null;
  if (node.kind === "moment") {
    return (
      momentText(value) ||
      typedText(
        Object.values(answer?.typed ?? {})
          .filter(Boolean)
          .join(" "),
      ) ||
      null
    );
  }
  if (node.kind === "ordered") {
    const words = /** @type {string[]} */ (answer?.typed ?? []).map(typedText);
    const titles = words.map((one) => state.description.optionTitle(node, one));
    return titles.map((title, index) => `${index + 1}. ${title}`).join("\n") || null;
  }
  const typed = typedText(answer?.typed ?? "");
  if (typed === "") return null;
  // A number in full width is shown as it was understood, too.
  if (node.kind === "phone" && value && /[^ -~]/.test(typed))
    return `${typed}\n${say("echo", { moment: phoneText(value) })}`;
  if (node.kind === "agree") return say("flag_true");
  return node.options?.length ? state.description.optionTitle(node, typed) : typed;
}

/** The number of answers that name an entry of a list: layout. */
const GIST = 3;

/**
 * An entry of a list in a line: its first short answers, 「疑いがある、Windows 11」; "" if there is none.
 *
 * @param {form.Field} item @param {form.Answer} answer
 */
export function gistOf(item, answer) {
  const short = item.fields.filter(({ kind, name }) => /^(choice|line)$/.test(kind) && !answer.fields?.[name]?.unknown);
  const words = short.map((field) => answerText(field, answer.fields?.[field.name])).filter((one) => one !== null);
  return words.slice(0, GIST).join(say("list_comma"));
}

/** The normalised moment in words; "" if the typed text could not be read. @param {any} value */
export function momentText(value) {
  const [, year, month, day, time] = /^(\d{4})(?:-(\d\d))?(?:-(\d\d))?(?:T(\d\d:\d\d))?/.exec(value?.at) ?? [];
  if (!year) return "";
  const finest = time ? "minute" : day ? "day" : month ? "month" : "year";
  const words = say(`moment_${finest}`, { year, month, day, time });
  const whole = value.precision === "about" ? say("moment_about", { moment: words }) : words;
  return value.offset === JAPAN ? whole : `${whole} UTC${value.offset}`;
}

/** A normalised number as it is dialled: "+81332119999;ext=12" → 「0332119999 内線 12」. @param {string} value */
function phoneText(value) {
  const [number, extension] = value.replace("+81", "0").split(";ext=");
  return extension ? say("review_extension", { number, extension }) : number;
}

/** The agreement in a sentence: when, and to which versions. @param {form.Agreement} agreement */
export function agreementText({ agreed_at, document, policy }) {
  const versions = { document: document?.version ?? "", policy: policy?.version ?? "" };
  return say("review_agreed", { time: state.desk.clock(agreed_at), ...versions });
}
