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
  const { answers } = visit;
  const views = new FieldViews(drawQuestion, (whole) => answers.changed(whole));
  const summary = createErrorSummary({
    goToField: (path) => views.at(path)?.focus(),
    canReach: (path) => views.at(path) !== undefined,
  });
  const failure = failureBox("answers-failure");
  const fields = answers.section.fields.map(
    (question) =>
      views.draw({
        node: question,
        path: question.path,
        answer: answers.answers.fields?.[question.name] ?? {},
        host: views,
      }).element,
  );
  const send = element("button.main", { type: "submit", id: "send-answers" }, say("return_send"));
  const readAdvice = createAdviceReader(() => answers.text);
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
    const { report, tried } = answers;
    const issues = tried ? (report?.issues ?? []) : [];
    views.update(report, tried, issues);
    summary.update(issues);
    readAdvice(section);
  }

  async function sendTypedAnswers() {
    answers.tried = true;
    const body = answers.text;
    const report = await answers.check();
    if (report && !report.accepted) return showIssues();
    const outcome = await sendAndExplain({ path: "/v1/answers", body, sent: answers, failure, pages });
    if (outcome.kind === "issues") {
      answers.show(outcome.report);
      showIssues();
    } else if (outcome.kind === "done") await pages.reread({ done: "return_answers_done" });
  }

  function showIssues() {
    tell("error", "issues");
    failure.hidden = true;
    update();
    summary.focus();
  }
  answers.addEventListener("report", () => afterPointerUp(() => void (signal.aborted || update())), { signal });
  update();
  void answers.check();
  return section;
}

/** @param {form.FieldProps} field */
function drawQuestion(field) {
  return (QUESTION_COMPONENTS[field.node.kind] ?? createTextField)(field);
}
