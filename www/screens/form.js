/**
 * One step of the form: its fields as the description has them, what the report says of each, and the ways on and back.
 */

import { announce, button, element } from "../element.js";
import { draw } from "../fields/draw.js";
import { guidancePanel } from "../guidance.js";
import { outside } from "../frame.js";
import { heading } from "../page.js";
import { unpressed } from "../pressing.js";
import { nodesOf, REVIEW, stepNames, stepOf } from "../steps.js";
import { Summary } from "../summary.js";
import { stepList } from "./step_list.js";
import { reviewScreen } from "./review.js";
import { Views } from "./views.js";

/** @typedef {import("../page.js").Page} Page */

/** The step that the address names, so that the browser's own way back keeps working. */
export function stepInAddress() {
  const name = location.hash.slice(1);
  return stepNames().includes(name) ? name : stepNames()[0];
}

/** Goes to a step and makes it one of the browser's history. @param {Page} page @param {string} step @param {string} [path] the field to go to */
export function goTo(page, step, path) {
  if (location.hash !== `#${step}`) history.pushState(null, "", `#${step}`);
  formScreen(page, step, true, path);
}

/**
 * @param {Page} page
 * @param {string} step
 * @param {boolean} [focus]
 * @param {string} [path] the field to go to
 */
export function formScreen(page, step, focus = true, path = undefined) {
  if (location.hash !== `#${step}`) history.replaceState(null, "", `#${step}`);
  if (step === REVIEW) return reviewScreen(page, focus);
  new FormScreen(page, step).show(focus, path);
}

class FormScreen {
  /** @param {Page} page @param {string} step */
  constructor(page, step) {
    this.page = page;
    this.step = step;
    this.views = new Views(page);
    this.summary = new Summary(page, (path) => this.views.at(path)?.focus());
    this.steps = stepList(page, step, (to) => this.go(to));
    this.guidance = element("div", { class: "for-guidance" });
    this.note = element("p", { class: "hint", role: "status" });
    this.said = "";
    this.listening = new AbortController();
  }

  /** @param {boolean} focus @param {string} [path] */
  show(focus, path) {
    const { page, step } = this;
    page.show({ step: page.say(`step_${step}`), redraw: () => formScreen(page, step, false), leave: () => this.leave(), focus, content: [this.sheet()] });
    const update = () => { if (!this.listening.signal.aborted) this.update(); };
    page.intake.addEventListener("report", () => unpressed(update), { signal: this.listening.signal });
    this.update();
    if (path) this.views.at(path)?.focus();
    void page.intake.check();
  }

  leave() {
    this.listening.abort();
  }

  sheet() {
    const { page, step } = this;
    const fields = nodesOf(step, page.description).map((node) => draw(node, node.path, page.intake.answerAt(node.path) ?? {}, this.views).element);
    // The advice for the first hours follows the first question, on which it depends.
    const [first, ...rest] = fields;
    const body = step === stepNames()[0] ? [first, this.guidance, ...rest] : [...fields, this.guidance];
    const form = element("form", { novalidate: true, on: { submit: (/** @type {Event} */ event) => { event.preventDefault(); void this.next(); } } },
      ...body, this.ways());
    return element("div", { class: "with-steps" },
      this.steps.element,
      element("div", { class: "sheet" }, this.summary.element, heading(page.say(`step_${step}`)),
        ...[step === stepNames()[0] ? outside(page) : null].filter((part) => part !== null), form, this.small()));
  }

  ways() {
    const { page, step } = this;
    const before = stepNames()[stepNames().indexOf(step) - 1];
    return element("div", { class: "ways" },
      element("button", { type: "submit", class: "main", id: "next", on: { keydown: composing } }, page.say("next")),
      before ? button(page.say("back"), () => this.go(before), { class: "second" }) : "");
  }

  /** Keeping, clearing, opening a file: small print under the form. */
  small() {
    const { page } = this;
    const file = element("input", { type: "file", id: "open-file", accept: ".json,application/json", on: { change: () => void this.open(file.files?.[0]) } });
    return element("div", { class: "small" },
      element("p", { class: "hint" }, page.say("keep_note")),
      element("div", { class: "ways" }, button(page.say("clear_all"), () => this.clear(), { class: "quiet", id: "clear" }),
        element("label", { class: "file-button quiet" }, page.say("open_file"), file)),
      this.note);
  }

  /** On to the next step, if the module finds nothing wrong with this one; where nothing can be asked, on as well. */
  async next() {
    const { page, step } = this;
    page.intake.tried.add(step);
    const report = await page.intake.check();
    page.intake.keep();
    if (report?.issues.some((issue) => stepOf(issue.path) === step)) return this.summary.focus();
    this.go(stepNames()[stepNames().indexOf(step) + 1]);
  }

  /** @param {string} step */
  go(step) {
    this.leave();
    goTo(this.page, step);
  }

  clear() {
    const { page } = this;
    const undo = page.intake.clear();
    this.leave();
    const screen = new FormScreen(page, this.step);
    screen.show(false);
    screen.note.replaceChildren(page.say("cleared"), " ", button(page.say("clear_undo"), () => { undo(); screen.leave(); formScreen(page, screen.step, false); }, { class: "quiet" }));
    screen.note.querySelector("button")?.focus();
  }

  /** @param {File | undefined} file */
  async open(file) {
    if (!file) return;
    try {
      this.page.intake.open(await file.text());
      this.leave();
      formScreen(this.page, this.step, false);
      announce(this.page.say("open_file_done"));
    } catch {
      this.note.textContent = this.page.say("open_file_failed");
    }
  }

  /** Shows what the report says: issues only where this step was tried. */
  update() {
    const { intake } = this.page;
    const report = intake.report;
    const issues = intake.tried.has(this.step) ? (report?.issues ?? []).filter((issue) => stepOf(issue.path) === this.step) : [];
    this.views.update(report, intake.tried.has(this.step), issues);
    this.summary.update(issues, (path) => this.views.at(path) !== undefined);
    this.steps.update(report);
    this.advise(report?.guidance ?? []);
    this.page.title(this.page.say(`step_${this.step}`), issues.length > 0);
  }

  /** Drawn anew only when it says something else: what was opened stays open. @param {import("../types.js").Guidance[]} guidance */
  advise(guidance) {
    const said = guidance.map((one) => one.code).join(" ");
    if (said === this.said) return;
    this.said = said;
    this.guidance.replaceChildren(...guidancePanel(this.page, guidance, this.step !== stepNames()[0]));
  }
}

/** A key that belongs to an input method sends nothing. @param {KeyboardEvent} event */
function composing(event) {
  if (event.isComposing || event.keyCode === 229) event.preventDefault();
}
