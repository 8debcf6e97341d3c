/**
 * Answers to questions, which the module judges while they are typed. Each new report dispatches "report".
 */

import { fitted, toDraft } from "../app/draft.js";
import { state } from "../app/state.js";

/** Typing is checked when it pauses (milliseconds). */
const TYPING_PAUSE = 400;

/** The path of the one section that a context with questions judges. */
const SECTION = "/other";

/** @typedef {{ answers: form.Answer, tried: boolean }} KeptAnswers */

export class JudgedAnswers extends EventTarget {
  /**
   * @param {{ fields: () => form.Field[], context: () => any, askServer: (bytes: Uint8Array) => Promise<form.Report>, keep: () => void }} how
   *   the questions without their paths, the context that has them, the judge where the page has no module, and the keeping for a reload
   */
  constructor(how) {
    super();
    this.how = how;
    /** @type {form.Answer} */
    this.answers = {};
    /** True once the person tried to send them: from then on issues are shown. */
    this.tried = false;
    /** @type {form.Report | null} */
    this.report = null;
    this.asked = 0;
    this.timer = 0;
  }

  /** Begins with kept answers, or with none. @param {KeptAnswers} [kept] */
  begin({ answers, tried } = { answers: {}, tried: false }) {
    clearTimeout(this.timer);
    Object.assign(this, { answers, tried });
    this.refit();
  }

  /** Gives the answers the shape of the present questions. */
  refit() {
    Object.assign(this, { answers: fitted(this.section, this.answers), report: null });
  }

  /** What a reload brings back. @returns {KeptAnswers} */
  get kept() {
    const { answers, tried } = this;
    return { answers, tried };
  }

  /** The section of the questions, as a description has sections. @returns {form.Field} */
  get section() {
    const fields = this.how.fields().map((field) => ({ ...field, path: `${SECTION}/${field.name}` }));
    return node({ name: "other", path: SECTION, kind: "section", fields });
  }

  /** The draft's one text. */
  get text() {
    return JSON.stringify({ other: toDraft(this.section, this.answers) ?? {} });
  }

  /** Keeps a changed answer, and checks it when the change is complete or the typing pauses. @param {boolean} whole */
  changed(whole) {
    clearTimeout(this.timer);
    this.how.keep();
    this.timer = setTimeout(() => void this.check(), whole ? 0 : TYPING_PAUSE);
  }

  /** The report on the present answers; null if neither module nor server can check them. @returns {Promise<form.Report | null>} */
  async check() {
    clearTimeout(this.timer);
    const asked = (this.asked += 1);
    const { engine, desk, locale } = state;
    const context = JSON.stringify({ ...this.how.context(), now: desk.now(), locale });
    const bytes = new TextEncoder().encode(this.text);
    const judged = await engine.check(bytes, context, locale, this.how.askServer).catch(() => null);
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
}

/** A node of a description. @param {Partial<form.Field>} given @returns {form.Field} */
export function node(given) {
  return /** @type {form.Field} */ ({ title: "", fields: [], ...given });
}
