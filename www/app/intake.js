/**
 * One intake: the agreement, the answers, and the last report on them.
 *
 * Screens change the answers and call `changed`; each new report dispatches "report".
 */

import { answerIn, blank, fitted, fromDraft, toDraft } from "./draft.js";
import { stepNames } from "./steps.js";
import { dropKey, recall, remember } from "./storage.js";

/** Typing is checked when it pauses, so that no key waits for a check (milliseconds). */
const PAUSE = 400;

export class Intake extends EventTarget {
  /** @param {import("./state.js").State} state */
  constructor(state) {
    super();
    this.state = state;
    const kept = recall();
    /** @type {form.Answer} */
    this.answers = fitted(state.description.root, kept?.answers);
    /** @type {form.Agreement | null} */
    this.agreement = kept?.agreement ?? null;
    /** The steps whose issues are shown. @type {Set<string>} */
    this.tried = new Set(kept?.tried ?? []);
    /** The step where the person last was. @type {string} */
    this.step = kept?.step ?? "";
    /** True once the person was on the review: from then on each step leads back there. */
    this.reviewed = kept?.reviewed ?? false;
    /** The paths that one press set to unknown. @type {string[]} */
    this.pressed = kept?.pressed ?? [];
    /** The steps whose issues that press was the first to show. @type {string[]} */
    this.untried = kept?.untried ?? [];
    /** @type {form.Report | null} */
    this.report = null;
    this.finished = false;
    this.asked = 0;
    this.timer = 0;
    this.keeping = 0;
  }

  /** The draft's one text: stringified here and nowhere else. */
  get text() {
    const draft = toDraft(this.state.description.root, this.answers) ?? {};
    return JSON.stringify(this.agreement ? { ...draft, consent: this.agreement } : draft);
  }

  /** Keeps a changed answer, and checks it when the change is complete or the typing pauses. @param {boolean} whole */
  changed(whole) {
    clearTimeout(this.timer);
    if (whole) {
      this.keep();
      void this.check();
      return;
    }
    // Kept while the typing goes on as well, but not at every key.
    this.keeping ||= setTimeout(() => this.keep(), PAUSE);
    this.timer = setTimeout(() => void this.check(), PAUSE);
  }

  /** Gives the answers the shape of another module's description. */
  refit() {
    this.answers = fitted(this.state.description.root, this.answers);
  }

  /** Ends the intake, which was received: nothing of it is kept or checked any more. */
  finish() {
    clearTimeout(this.timer);
    clearTimeout(this.keeping);
    this.finished = true;
    this.report = null;
    this.answers = blank(this.state.description.root);
  }

  /** Keeps the last typing, if it is not kept yet: another form of the same page may have kept its own since. */
  keepPending() {
    if (this.keeping) this.keep();
  }

  /** Keeps the intake for a reload, until it is finished. */
  keep() {
    clearTimeout(this.keeping);
    this.keeping = 0;
    if (this.finished) return;
    const { answers, agreement, tried, reviewed, step, pressed, untried } = this;
    remember({ answers, agreement, tried: [...tried], reviewed, step, pressed, untried, locale: this.state.language });
  }

  /**
   * The report on the present answers; null if neither module nor server can check them.
   *
   * @param {Uint8Array<ArrayBuffer>} [bytes] @returns {Promise<form.Report | null>}
   */
  async check(bytes = new TextEncoder().encode(this.text)) {
    clearTimeout(this.timer);
    const asked = (this.asked += 1);
    const { engine, desk, locale } = this.state;
    const report = await engine.check(bytes, desk.context(locale), locale).catch(() => null);
    if (report) report.issues = report.issues.flatMap((issue) => this.placed(issue));
    // Shown in a task of its own, so that a key that was pressed meanwhile does not wait for both.
    await new Promise((resolve) => setTimeout(resolve));
    // A report that was overtaken by a later check is dropped.
    if (asked === this.asked) this.show(report);
    return report;
  }

  /** Makes a report the present one, also one that the server sent. @param {form.Report | null} report */
  show(report) {
    this.report = report;
    this.dispatchEvent(new Event("report"));
  }

  /**
   * Moves an issue about the whole text to each of the largest fields, so that a step shows it; the module names none if the text is
   * too long to be read.
   *
   * @param {form.Issue} issue
   */
  placed(issue) {
    if (issue.code !== "text.too_long") return [issue];
    const paths = /** @type {string[]} */ (issue.params.largest ?? [longest(JSON.parse(this.text), "").path]);
    return paths.length ? paths.map((path) => ({ ...issue, path })) : [issue];
  }

  /** The answer at a path with indexes. @param {string} path */
  answerAt(path) {
    return answerIn(this.answers, path);
  }

  /**
   * Takes the answers of a saved draft, or of a receipt's copy, but not its agreement.
   *
   * @param {string} text
   * @returns {() => void} brings the present answers back
   * @throws if nothing in it answers a question of the form
   */
  open(text) {
    const file = JSON.parse(text);
    const { root } = this.state.description;
    const answers = fromDraft(root, file?.draft ?? file);
    const { consent, ...answered } = toDraft(root, answers) ?? {};
    if (!Object.keys(answered).length) throw new Error("not a draft");
    return this.replace(answers);
  }

  /** Clears the answers, not the agreement, which was given and stays given. @returns {() => void} brings them back */
  clear() {
    const restoreKey = dropKey();
    const restore = this.replace(blank(this.state.description.root), new Set());
    return () => {
      restoreKey();
      restore();
    };
  }

  /** The required fields without an answer that may be unknown, by the report. @returns {string[]} */
  get openUnknowns() {
    return this.missing.filter((path) => {
      const node = this.state.description.trail(path).at(-1);
      return node?.unknown && toDraft(node, this.answerAt(path)) === undefined;
    });
  }

  /** The required answers that the report misses. @returns {string[]} */
  get missing() {
    const issues = this.report?.issues ?? [];
    return issues.filter(({ code }) => code.split(".")[0] === "required").map(({ path }) => path);
  }

  /** The fields that one press set to unknown, and that still are. @returns {string[]} */
  get pressedUnknowns() {
    return this.pressed.filter((path) => this.answerAt(path)?.unknown);
  }

  /** Sets every open required field that may be unknown to unknown, and shows all issues; what was typed stays. */
  pressUnknown() {
    const open = this.openUnknowns;
    this.pressed = [...this.pressedUnknowns, ...open];
    this.untried.push(...stepNames().filter((step) => !this.tried.has(step)));
    this.tried = new Set(stepNames());
    return this.setUnknown(open, true);
  }

  /** Takes back what one press set to unknown, and the issues that it showed. */
  releaseUnknown() {
    const paths = this.pressedUnknowns;
    this.tried = new Set(stepNames().filter((step) => this.tried.has(step) && !this.untried.includes(step)));
    [this.pressed, this.untried] = [[], []];
    void this.setUnknown(paths, false);
  }

  /** @param {string[]} paths @param {boolean} unknown @returns {Promise<form.Report | null>} the report on that */
  setUnknown(paths, unknown) {
    for (const path of paths) Object.assign(this.answerAt(path) ?? {}, { unknown });
    this.keep();
    return this.check();
  }

  /**
   * Puts other answers in the place of these.
   *
   * @param {form.Answer} answers @param {Set<string>} [tried] the steps whose issues are shown
   * @returns {() => void} brings these back
   */
  replace(answers, tried = this.tried) {
    const before = { answers: this.answers, tried: this.tried, pressed: this.pressed, untried: this.untried };
    Object.assign(this, { answers, tried, pressed: [], untried: [] });
    this.changed(true);
    return () => {
      Object.assign(this, before);
      this.changed(true);
    };
  }
}

/** The longest text of a draft. @param {any} node @param {string} path @returns {{ path: string, length: number }} */
function longest(node, path) {
  if (typeof node === "string") return { path, length: node.length };
  return Object.entries(node ?? {})
    .map(([key, value]) => longest(value, `${path}/${key}`))
    .reduce((one, other) => (other.length > one.length ? other : one), { path: "", length: 0 });
}
