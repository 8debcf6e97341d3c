/**
 * An addition to the earlier answers, which stay as they were sent: judged as the answer to a question of text.
 */

import { element } from "../../app/dom.js";
import { tell } from "../../app/environment.js";
import { afterPointerUp } from "../../app/pointer_guard.js";
import { say } from "../../app/state.js";
import { visit } from "../../return/visit.js";
import { failureBox, sendAndExplain, visitForm } from "../../return/visit_form.js";
import { FieldViews } from "../form_step/field_views.js";
import { createAdviceReader } from "../message/message.js";
import { createTextField } from "../text_field/text_field.js";

/**
 * @param {{ pages: import("../../return/start_return.js").Pages, signal: AbortSignal }} props the signal ends with the screen
 * @returns {HTMLElement}
 */
export function createAddition({ pages, signal }) {
  const { addition } = visit;
  const [question] = addition.section.fields;
  const answer = addition.answers.fields?.[question.name] ?? {};
  const views = new FieldViews(createTextField, (whole) => addition.changed(whole));
  const field = views.draw({ node: question, path: question.path, answer, host: views });
  const failure = failureBox("addition-failure");
  const send = element("button.second", { type: "submit", id: "send-addition" }, say("return_addition_send"));
  const readAdvice = createAdviceReader(() => addition.text);
  const section = element(
    "section.return-addition",
    { id: "addition", "aria-labelledby": "addition-title" },
    element("h2", { id: "addition-title" }, say("return_addition")),
    failure,
    visitForm(send, sendAddition, field.element, element("div.ways", send)),
  );

  function update() {
    const { report, tried } = addition;
    views.update(report, tried, tried ? (report?.issues ?? []) : []);
    readAdvice(section);
  }

  async function sendAddition() {
    addition.tried = true;
    const body = JSON.stringify({ text: answer.typed });
    const report = await addition.check();
    if (report && !report.accepted) return showIssues();
    const outcome = await sendAndExplain({ path: "/v1/amendments", body, sent: addition, failure, pages });
    if (outcome.kind === "issues") {
      addition.show(outcome.report);
      showIssues();
    } else if (outcome.kind === "done") await pages.reread({ done: "return_addition_done" });
  }

  function showIssues() {
    tell("error", "issues");
    failure.hidden = true;
    update();
    field.focus();
  }
  addition.addEventListener("report", () => afterPointerUp(() => void (signal.aborted || update())), { signal });
  update();
  void addition.check();
  return section;
}
