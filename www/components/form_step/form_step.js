/**
 * One step of the form: its fields in the order of the description, their part of the report, and the ways on and back.
 */

import { button, element, runBusy } from "../../app/dom.js";
import { tell } from "../../app/environment.js";
import { byHours } from "../../app/opening_hours.js";
import { say, state } from "../../app/state.js";
import { FIRST, nodesOf, REVIEW, stepNames, stepOf } from "../../app/steps.js";
import { afterHoursContacts } from "../contact_list/contact_list.js";
import { createErrorSummary } from "../error_summary/error_summary.js";
import { createField } from "../field/field.js";
import { createGuidance } from "../guidance/guidance.js";
import { createAdviceReader } from "../message/message.js";
import { withPhoneLink } from "../phone_link/phone_link.js";
import { createQuickSend } from "../quick_send/quick_send.js";
import { createSavePanel } from "../save_panel/save_panel.js";
import { createStepList } from "../step_list/step_list.js";
import { keepComposing } from "../text_field/text_field.js";
import { FieldViews } from "./field_views.js";

/** @typedef {{ step: string, router: import("../../app/router.js").Router }} StepProps */

/** @param {StepProps} props */
export function createFormStep({ step, router }) {
  const { intake } = state;
  const title = say(`step_${step}`);
  const views = new FieldViews(createField, (whole) => intake.changed(whole));
  const focusField = (/** @type {string} */ path) => views.at(path)?.focus();
  const summary = createErrorSummary({ goToField: focusField, canReach: (path) => views.at(path) !== undefined });
  const steps = createStepList({ current: step, goTo: router.goTo });
  const quick = step === FIRST ? null : createQuickSend({ router, step });
  const advice = createAdvice(step);
  const fields = nodesOf(step, state.description).map(
    (node) => views.draw({ node, path: node.path, answer: intake.answerAt(node.path) ?? {}, host: views }).element,
  );
  // The advice for the first hours follows the first question, on which it depends.
  fields.splice(step === FIRST ? 1 : fields.length, 0, advice.element);
  const readAdvice = createAdviceReader();
  const sheet = element(
    "div.sheet",
    summary.element,
    element("h1", { tabindex: "-1" }, step === FIRST ? say("now_title") : title),
    formOf({ step, router }, fields, summary),
    quick?.element,
    createSavePanel({ router, first: step === FIRST }).element,
  );
  return {
    title,
    focusField,
    element: element("div.with-steps", steps.element, sheet),
    /** Shows the report: issues only if this step was tried. */
    update() {
      const { report, tried } = intake;
      const issues = tried.has(step) ? (report?.issues ?? []).filter((issue) => isOn(step, issue.path)) : [];
      views.update(report, tried.has(step), issues);
      summary.update(issues);
      steps.update();
      quick?.update();
      advice.update();
      readAdvice(sheet);
      router.setTitle(title, issues.length > 0);
    },
  };
}

/**
 * The form with the ways on and back.
 *
 * @param {StepProps} props @param {Node[]} fields @param {{ focus: () => void }} summary of its errors
 */
function formOf({ step, router: { goTo } }, fields, summary) {
  const { intake } = state;
  const index = stepNames().indexOf(step);
  const [before, after] = [stepNames()[index - 1], stepNames()[index + 1]];
  const onward = element("button.main", { type: "submit", id: "next" }, say("next"));

  /** Goes on to the next step if the report has no issue on this one, or if there is no report. */
  async function leave() {
    intake.tried.add(step);
    const report = await intake.check();
    intake.keep();
    // The desk may have checked, which takes its time, and the person may have gone elsewhere meanwhile.
    if (!onward.isConnected) return;
    if (report?.issues.some((issue) => isOn(step, issue.path))) {
      tell("error", "issues");
      return summary.focus();
    }
    goTo(after);
  }
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    void runBusy(onward, leave);
  };
  return element(
    `form.form-step--${step}`,
    { novalidate: true, on: { keydown: keepComposing, submit } },
    ...fields,
    element(
      "div.ways",
      onward,
      intake.reviewed && after !== REVIEW && button("second", say("to_review"), () => goTo(REVIEW)),
      before && button("second", say("back"), () => goTo(before)),
    ),
  );
}

/** The advice for the first hours, drawn anew only if it changed, so that an opened part stays open. @param {string} step */
function createAdvice(step) {
  const guidance = createGuidance({ folded: step !== FIRST });
  let advised = "";
  function update() {
    const codes = state.intake.report?.guidance ?? [];
    const lead = step === FIRST ? leadKey() : "";
    const now = [lead, ...codes.map((one) => one.code)].join(" ");
    if (now === advised) return;
    advised = now;
    if (!lead) return guidance.update(codes);
    const first = byHours("", () => [element("p.strong", { id: "lead" }, ...withPhoneLink(lead))]);
    // The contacts come after the advice: by night most of them do not answer at once.
    guidance.update(codes, [first], [afterHoursContacts({ urgent: true })]);
  }
  return { element: guidance.element, update };
}

/** The sentence that belongs to the answer to the first question; "" before there is one. */
function leadKey() {
  const now = state.intake.answerAt("/incident/ongoing");
  if (now?.unknown) return "now_unknown";
  if (now?.typed === "yes") return "now_yes";
  return now?.typed ? "now_no" : "";
}

/** True if an issue belongs to a step: those of the text as a whole belong to each. @param {string} step @param {string} path */
function isOn(step, path) {
  return path === "" || stepOf(path) === step;
}
