/**
 * The desk's questions as a form: the module judges the answers while the person types, and the desk when they are sent.
 */

import { element } from "../../app/dom.js";
import { tell } from "../../app/environment.js";
import { afterPointerUp } from "../../app/pointer_guard.js";
import { say } from "../../app/state.js";
import { visit } from "../../return/visit.js";
import { failureBox, sendAndExplain, visitForm } from "../../return/visit_form.js";
import { createChoice } from "../choice/choice.js";
import { createErrorSummary } from "../error_summary/error_summary.js";
import { FieldViews } from "../form_step/field_views.js";
import { createAdviceReader } from "../message/message.js";
import { createMoment } from "../moment/moment.js";
import { createTextField } from "../text_field/text_field.js";

/** @type {Record<string, (field: form.FieldProps) => form.View>} */
const QUESTION_COMPONENTS = { choice: createChoice, moment: createMoment };

/**
 * @param {{ pages: import("../../return/start_return.js").Pages, signal: AbortSignal }} props the signal ends with the screen
 * @returns {HTMLElement}
 */
export function createQuestions({ pages, signal }) {
  const views = new FieldViews(drawQuestion, (whole) => visit.changed(whole));
  const summary = createErrorSummary({
    goToField: (path) => views.at(path)?.focus(),
    canReach: (path) => views.at(path) !== undefined,
  });
  const failure = failureBox("answers-failure");
  const fields = visit.section.fields.map(
    (question) =>
      views.draw({
        node: question,
        path: question.path,
        answer: visit.answers.fields?.[question.name] ?? {},
        host: views,
      }).element,
  );
  const send = element("button.main", { type: "submit", id: "send-answers" }, say("return_send"));
  const readAdvice = createAdviceReader(() => visit.text);
  const section = element(
    "section.return-questions",
    { id: "questions", "aria-labelledby": "questions-title" },
    element("h2", { id: "questions-title", tabindex: "-1" }, say("return_questions")),
    element("p.hint", say("return_questions_note")),
    summary.element,
    failure,
    visitForm(send, sendTypedAnswers, ...fields, element("div.ways", send)),
  );

  function update() {
    const issues = visit.tried ? (visit.report?.issues ?? []) : [];
    views.update(visit.report, visit.tried, issues);
    summary.update(issues);
    readAdvice(section);
  }

  async function sendTypedAnswers() {
    visit.tried = true;
    const body = visit.text;
    const report = await visit.check();
    if (report && !report.accepted) return showIssues();
    const outcome = await sendAndExplain({ path: "/v1/answers", body, failure, pages });
    if (outcome.kind === "issues") {
      visit.show(outcome.report);
      return showIssues();
    }
    if (outcome.kind !== "done") return;
    visit.clearAnswers();
    await pages.reread({ done: "return_answers_done" });
  }

  function showIssues() {
    tell("error", "issues");
    failure.hidden = true;
    update();
    summary.focus();
  }
  visit.addEventListener("report", () => afterPointerUp(() => void (signal.aborted || update())), { signal });
  update();
  void visit.check();
  return section;
}

/** @param {form.FieldProps} field */
function drawQuestion(field) {
  return (QUESTION_COMPONENTS[field.node.kind] ?? createTextField)(field);
}
