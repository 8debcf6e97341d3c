/**
 * One step of the form: its fields as the description has them, what the report says of each, and the ways on and back.
 */

import { button, element } from "../element.js";
import { draw } from "../fields/draw.js";
import { guidancePanel } from "../guidance.js";
import { callable, hasContacts, outside } from "../frame.js";
import { keeping } from "../keeping.js";
import { heading } from "../page.js";
import { namedStep, nameStep, tell } from "../place.js";
import { unpressed } from "../pressing.js";
import { FIRST, nodesOf, REVIEW, stepNames, stepOf } from "../steps.js";
import { Summary } from "../summary.js";
import { stepList } from "./step_list.js";
import { reviewScreen } from "./review.js";
import { Views } from "./views.js";

/** @typedef {import("../page.js").Page} Page */

/** The step that the address names, so that the browser's own way back keeps working. @param {string} [otherwise] where it names none */
export function stepInAddress(otherwise = "") {
  return [namedStep(), otherwise].find((name) => stepNames().includes(name)) ?? FIRST;
}

/** Goes to a step and makes it one of the browser's history. @param {Page} page @param {string} step @param {string} [path] the field to go to */
export function goTo(page, step, path) {
  nameStep(step, true);
  formScreen(page, step, path);
}

/**
 * @param {Page} page
 * @param {string} step
 * @param {string} [path] the field to go to
 */
export function formScreen(page, step, path = undefined) {
  nameStep(step);
  tell("step", step);
  page.intake.step = step;
  page.intake.keep();
  if (step === REVIEW) return reviewScreen(page);
  new FormScreen(page, step).show(path);
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
    this.said = "";
    this.listening = new AbortController();
  }

  /** @param {string} [path] */
  show(path) {
    const { page, step } = this;
    page.show({ step: page.say(`step_${step}`), redraw: () => formScreen(page, step), leave: () => this.leave(), content: [this.sheet()] });
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
    const body = step === FIRST ? [first, this.guidance, ...rest] : [...fields, this.guidance];
    const form = element("form", { novalidate: true, class: `on-${step}`, on: { keydown: composing, submit: (/** @type {Event} */ event) => { event.preventDefault(); void this.next(); } } },
      ...body, this.ways());
    return element("div", { class: "with-steps" },
      this.steps.element,
      element("div", { class: "sheet" }, this.summary.element, heading(page.say(step === FIRST ? "now_title" : `step_${step}`)),
        form, keeping(page)));
  }

  ways() {
    const { page, step } = this;
    const at = stepNames().indexOf(step);
    const [before, after] = [stepNames()[at - 1], stepNames()[at + 1]];
    return element("div", { class: "ways" },
      element("button", { type: "submit", class: "main", id: "next" }, page.say("next")),
      page.intake.reviewed && after !== REVIEW ? button(page.say("to_review"), () => this.go(REVIEW), { class: "second" }) : "",
      before ? button(page.say("back"), () => this.go(before), { class: "second" }) : "");
  }

  /** On to the next step, if the module finds nothing wrong with this one; where nothing can be asked, on as well. */
  async next() {
    const { page, step } = this;
    page.intake.tried.add(step);
    const report = await page.intake.check();
    page.intake.keep();
    if (report?.issues.some((issue) => isOn(step, issue.path))) {
      tell("error", "issues");
      return this.summary.focus();
    }
    this.go(stepNames()[stepNames().indexOf(step) + 1]);
  }

  /** @param {string} step */
  go(step) {
    this.leave();
    this.page.notice = null;
    goTo(this.page, step);
  }

  /** Shows what the report says: issues only where this step was tried. */
  update() {
    const { intake } = this.page;
    const report = intake.report;
    const issues = intake.tried.has(this.step) ? (report?.issues ?? []).filter((issue) => isOn(this.step, issue.path)) : [];
    this.views.update(report, intake.tried.has(this.step), issues);
    this.summary.update(issues, (path) => this.views.at(path) !== undefined);
    this.steps.update(report);
    this.advise(report?.guidance ?? []);
    this.page.title(this.page.say(`step_${this.step}`), issues.length > 0);
  }

  /** Drawn anew only when it says something else: what was opened stays open. @param {import("../types.js").Guidance[]} guidance */
  advise(guidance) {
    const { page, step } = this;
    const lead = step === FIRST ? this.lead() : "";
    const said = [lead, ...guidance.map((one) => one.code)].join(" ");
    if (said === this.said) return;
    this.said = said;
    const first = lead ? [element("p", { class: "strong", id: "lead" }, ...callable(page, lead)), outside(page, lead === "now_yes_closed")] : [];
    this.guidance.replaceChildren(...guidancePanel(page, guidance, step !== FIRST, first));
  }

  /** The sentence that belongs to the answer to the first question; "" before there is one. */
  lead() {
    const { page } = this;
    const now = page.intake.answerAt("/incident/ongoing");
    if (now?.unknown) return "now_unknown";
    if (now?.typed === "yes") return page.desk.open || !hasContacts(page) ? "now_yes" : "now_yes_closed";
    return now?.typed ? "now_no" : "";
  }
}

/** Whether an issue belongs to a step: those of the text as a whole belong to each. @param {string} step @param {string} path */
function isOn(step, path) {
  return path === "" || stepOf(path) === step;
}

/** The Enter that ends a composition sends nothing: in Safari it comes after its end, with keyCode 229. @param {KeyboardEvent} event */
function composing(event) {
  if (event.key === "Enter" && (event.isComposing || event.keyCode === 229)) event.preventDefault();
}
