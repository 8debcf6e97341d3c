/**
 * The answers as typed, and the draft that is made of them.
 *
 * Answers keep every keystroke, also under 「分からない」; the draft has the contract's form:
 * `{typed: "株式会社れい"}` → `"株式会社れい"` · `{typed: "", …}` → nothing · `{unknown: true, …}` → `{"unknown": true}`.
 * Nothing is trimmed or normalised: the core does that.
 */

import { parts } from "./json_pointer.js";

/** The offset of a moment that names none. */
export const JAPAN = "+09:00";

/** An unanswered node. @param {form.Field} node @returns {form.Answer} */
export function blank(node) {
  switch (node.kind) {
    case "section":
    case "record":
      return { fields: Object.fromEntries(node.fields.map((field) => [field.name, blank(field)])) };
    case "list":
      return { items: [] };
    case "ordered":
      return { typed: [] };
    case "moment":
      return { typed: { year: "", month: "", day: "", time: "" } };
    default:
      return { typed: "" };
  }
}

/**
 * Kept answers in the shape of a form that may have changed since: new fields are unanswered, the rest stays.
 *
 * @param {form.Field} node @param {form.Answer | undefined} kept @returns {form.Answer}
 */
export function fitted(node, kept) {
  const answer = { ...blank(node), ...kept };
  for (const field of answer.fields ? node.fields : [])
    answer.fields = { ...answer.fields, [field.name]: fitted(field, kept?.fields?.[field.name]) };
  if (answer.items) answer.items = answer.items.map((item) => fitted(node.item, item));
  return answer;
}

/**
 * The draft's value of an answer; undefined is "not answered", and its key is left out.
 *
 * @param {form.Field} node @param {form.Answer | undefined} answer @returns {any}
 */
export function toDraft(node, answer) {
  if (!answer) return undefined;
  if (answer.unknown) return { unknown: true };
  switch (node.kind) {
    case "section":
    case "record":
      if (!isSwitched(node)) return membersOf(node, answer, false);
      return answer.wanted ? membersOf(node, answer, true) : undefined;
    case "list":
      return answer.items?.length ? answer.items.map((item) => membersOf(node.item, item, true)) : undefined;
    case "ordered":
      return answer.typed.length ? answer.typed : undefined;
    case "moment":
      return momentValue(node, answer);
    case "flag":
    case "agree":
      return answer.typed === "" ? undefined : answer.typed === "true";
    case "integer":
      return integer(answer.typed);
    default:
      return answer.typed === "" ? undefined : answer.typed;
  }
}

/** The answer at a path with indexes. @param {form.Answer} answers @param {string} path @returns {any} */
export function answerIn(answers, path) {
  return parts(path).reduce(
    (answer, key) => answer?.fields?.[key] ?? answer?.items?.[Number(key)],
    /** @type {any} */ (answers),
  );
}

/** True if a record is asked for by a switch of its own. @param {form.Field} node */
export function isSwitched(node) {
  return node.kind === "record" && node.need === "optional";
}

/** @param {form.Field} node @param {form.Answer} answer @param {boolean} evenEmpty */
function membersOf(node, answer, evenEmpty) {
  const made = /** @type {Record<string, any>} */ ({});
  for (const field of node.fields) {
    const value = toDraft(field, answer.fields?.[field.name]);
    if (value !== undefined) made[field.name] = value;
  }
  return evenEmpty || Object.keys(made).length ? made : undefined;
}

/** A moment of a file is sent as it came until the person changes it: the parts do not show all of it. @param {form.Field} node @param {form.Answer} answer */
function momentValue(node, answer) {
  if (answer.given && momentState(answer) === momentState(fromDraft(node, answer.given))) return answer.given;
  const at = Object.fromEntries(Object.entries(answer.typed).filter(([, part]) => part !== ""));
  if (!Object.keys(at).length) return undefined;
  return answer.about ? { at, precision: "about" } : { at };
}

/** The content of a moment's inputs, to be compared. @param {form.Answer} answer */
function momentState({ typed, about }) {
  return JSON.stringify([typed, Boolean(about)]);
}

/** Plain digits go as a JSON integer; anything else as typed, for the core to read or refuse. @param {string} typed */
function integer(typed) {
  if (typed === "") return undefined;
  const number = Number(typed);
  return /^[0-9]+$/.test(typed) && Number.isSafeInteger(number) ? number : typed;
}

/**
 * The answers of a draft, for a saved file that is opened again. Values that do not fit the form are left out.
 *
 * @param {form.Field} node @param {any} value @returns {form.Answer}
 */
export function fromDraft(node, value) {
  const answer = blank(node);
  if (value === undefined || value === null) return answer;
  if (value.unknown === true) return { ...answer, unknown: true };
  switch (node.kind) {
    case "section":
    case "record":
      return {
        fields: Object.fromEntries(node.fields.map((field) => [field.name, fromDraft(field, value[field.name])])),
        ...(isSwitched(node) && { wanted: true }),
      };
    case "list":
      return { items: Array.isArray(value) ? value.map((entry) => fromDraft(node.item, entry)) : [] };
    case "ordered":
      return { typed: Array.isArray(value) ? value.map(String) : [] };
    case "moment":
      return Object.hasOwn(value, "at") && value.at ? fromMoment(value) : answer;
    default:
      return { typed: typeof value === "object" ? "" : String(value) };
  }
}

/**
 * The answer of a moment in a file. Its parts as they are, or "2026-11-20T09:30" taken apart into them; an offset that is not Japan's
 * follows the time: `{at: "2026-11-20T00:30", offset: "+00:00"}` → time "00:30 UTC+00:00".
 *
 * @param {any} value @returns {form.Answer}
 */
function fromMoment({ at, precision, offset }) {
  const [, year = String(at), month, day, time] = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(.+))?)?)?$/.exec(String(at)) ?? [];
  const parts = Object(at) === at ? at : { year, month, day, time };
  const typed = Object.fromEntries(["year", "month", "day", "time"].map((name) => [name, String(parts[name] ?? "")]));
  const given = { at: parts === at ? { ...typed } : String(at), precision, offset };
  if (typed.time && offset && offset !== JAPAN) typed.time += ` UTC${String(offset).replace(/^z$/i, "+00:00")}`;
  return { typed, about: precision === "about", given };
}
