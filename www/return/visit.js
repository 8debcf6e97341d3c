/**
 * One visit to a case: the case as the desk shows it, and what the applicant types.
 *
 * What is typed is kept for a reload, by the case's number: nobody sees it with another number. Each new report dispatches "report".
 */

import { typedText } from "../app/dom.js";
import { blank, fitted, toDraft } from "../app/draft.js";
import { state } from "../app/state.js";
import { dropVisit, keepVisit, newKey, visitKept } from "../app/storage.js";
import { checkAnswers } from "./visit_request.js";

/** Typing is checked when it pauses (milliseconds). */
const TYPING_PAUSE = 400;

/** Paths of the answers, as the report has them. */
const ANSWERS = "/other";

/** The answers to a question of yes or no, in the draft. */
const YES_OR_NO = [
  { value: "yes", key: "flag_true" },
  { value: "no", key: "flag_false" },
];

class Visit extends EventTarget {
  /** The number that was typed, in its groups. */
  number = "";
  /** The case, once the number and the code were right. @type {form.ReturnedCase | null} */
  found = null;
  /** The moment when the visit ends. @type {number | string} */
  expiresAt = 0;
  /** @type {form.Answer} */
  answers = {};
  /** True once the person tried to send the answers: from then on issues are shown. */
  tried = false;
  /** The text of an addition. */
  addition = "";
  /** The key of each path's last attempt. @type {form.KeptVisit["keys"]} */
  keys = {};
  /** @type {form.Report | null} */
  report = null;
  asked = 0;
  timer = 0;

  /** Begins with the number of the last visit of this tab whose texts are not sent yet. */
  begin() {
    this.number = visitKept()?.number ?? "";
  }

  /** Takes the case as it is now, and what was typed on it before. @param {form.ReturnedCase} found */
  take(found) {
    if (!this.found || this.found.number !== found.number) {
      const kept = visitKept();
      const mine = kept?.number === found.number ? kept : null;
      const { answers = {}, tried = false, addition = "", keys = {} } = mine ?? {};
      Object.assign(this, { answers, tried, addition, keys, number: found.number });
    }
    this.found = found;
    this.answers = fitted(this.section, this.answers);
    this.report = null;
    this.keep();
  }

  /** The section of the questions, as a description has sections. @returns {form.Field} */
  get section() {
    const fields = (this.found?.questions ?? []).map(fieldOf);
    return node({ name: "other", path: ANSWERS, kind: "section", fields });
  }

  /** The draft's one text. */
  get text() {
    return JSON.stringify({ other: toDraft(this.section, this.answers) ?? {} });
  }

  /** Keeps a changed answer, and checks it when the change is complete or the typing pauses. @param {boolean} whole */
  changed(whole) {
    clearTimeout(this.timer);
    this.keep();
    this.timer = setTimeout(() => void this.check(), whole ? 0 : TYPING_PAUSE);
  }

  /** The report on the present answers; null if neither module nor server can check them. @returns {Promise<form.Report | null>} */
  async check() {
    clearTimeout(this.timer);
    const asked = (this.asked += 1);
    const { engine, desk, locale } = state;
    const context = JSON.stringify({ ...this.found?.context, now: desk.now(), locale });
    const bytes = new TextEncoder().encode(this.text);
    const judged = await engine.check(bytes, context, locale, checkAnswers).catch(() => null);
    // A module that knows no questions judges another form: the desk decides alone.
    const report = judged?.context?.questions ? judged : null;
    if (asked === this.asked) this.show(report);
    return report;
  }

  /** Makes a report the present one. @param {form.Report | null} report */
  show(report) {
    this.report = report;
    this.dispatchEvent(new Event("report"));
  }

  /** The idempotency key of a body: the same body keeps its key. @param {string} path @param {string} text */
  keyOf(path, text) {
    if (this.keys[path]?.text !== text) this.keys[path] = { text, key: newKey() };
    this.keep();
    return this.keys[path].key;
  }

  /** Forgets what arrived. @param {string} path */
  arrived(path) {
    delete this.keys[path];
    this.keep();
  }

  /** Clears the answers, which arrived. */
  clearAnswers() {
    Object.assign(this, { answers: blank(this.section), tried: false, report: null });
  }

  /** Keeps what is typed for a reload. */
  keep() {
    const { number, answers, tried, addition, keys } = this;
    if (this.found) keepVisit({ number, answers, tried, addition, keys });
  }

  /** Forgets the case and all that was typed. */
  end() {
    clearTimeout(this.timer);
    dropVisit();
    Object.assign(this, { number: "", found: null, answers: {}, tried: false, addition: "", keys: {}, report: null });
  }
}

export const visit = new Visit();

/** A question as a field of the form. @param {form.Question} question @returns {form.Field} */
function fieldOf({ id, kind, required, title, choices = [] }) {
  const options =
    kind === "yes_no"
      ? YES_OR_NO.map(({ value, key }) => ({ value, title: state.description.say(key) }))
      : choices.map((choice) => ({ value: choice.value, title: inLanguage(choice.title) }));
  return node({
    name: id,
    path: `${ANSWERS}/${id}`,
    kind: kind === "yes_no" ? "choice" : kind,
    title: inLanguage(title),
    need: required ? "required" : "optional",
    unknown: true,
    ...(options.length && { options }),
  });
}

/** The operator's words in the page's language, or in Japanese. @param {{ ja: string, en?: string }} title */
function inLanguage(title) {
  return typedText((state.locale === "en" && title.en) || title.ja);
}

/** A node of a description. @param {Partial<form.Field>} given @returns {form.Field} */
export function node(given) {
  return /** @type {form.Field} */ ({ title: "", fields: [], ...given });
}
