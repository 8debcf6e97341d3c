/**
 * Name and role of the person who consents, and the one button that is the consent.
 */

import { element } from "../../app/dom.js";
import { tell } from "../../app/environment.js";
import { afterPointerUp } from "../../app/pointer_guard.js";
import { say, state } from "../../app/state.js";
import { visit } from "../../return/visit.js";
import { failureBox, sendAndExplain, visitForm } from "../../return/visit_form.js";
import { FieldViews } from "../form_step/field_views.js";
import { createTextField } from "../text_field/text_field.js";

/** The most characters of a line of the form. */
const LINE_MAX = "200";

/**
 * @param {{ pages: import("../../return/start_return.js").Pages, signal: AbortSignal }} props the signal ends with the screen
 * @returns {HTMLElement}
 */
export function createIntentForm({ pages, signal }) {
  const { intent } = visit;
  const views = new FieldViews(createTextField, (whole) => intent.changed(whole));
  const fields = intent.section.fields.map((node) => {
    const answer = intent.answers.fields?.[node.name] ?? {};
    const field = views.draw({ node, path: node.path, answer, host: views });
    field.element.querySelector("input")?.setAttribute("maxlength", LINE_MAX);
    return field.element;
  });
  const failure = failureBox("intent-failure");
  const send = element("button.main", { type: "submit", id: "send-intent" }, say("return_intent_send"));

  function update() {
    const { report, tried } = intent;
    views.update(report, tried, tried ? (report?.issues ?? []).map(withTitle) : []);
  }

  async function sendIntent() {
    intent.tried = true;
    const { version, sha256 } = state.consent.document;
    const typed = (/** @type {string} */ name) => intent.answers.fields?.[name]?.typed ?? "";
    const body = JSON.stringify({ name: typed("name"), role: typed("role"), document: { version, sha256 } });
    const report = await intent.check();
    if (report && !report.accepted) return showIssues();
    const outcome = await sendAndExplain({ path: "/v1/intents", body, sent: intent, failure, pages });
    if (outcome.kind === "issues") {
      intent.show(outcome.report);
      showIssues();
    } else if (outcome.kind === "done") await pages.reread({ done: "return_intent_done" });
  }

  function showIssues() {
    tell("error", "issues");
    failure.hidden = true;
    update();
    views.at(intent.report?.issues[0]?.path ?? "")?.focus();
  }
  intent.addEventListener("report", () => afterPointerUp(() => void (signal.aborted || update())), { signal });
  update();
  void intent.check();
  return visitForm(send, sendIntent, failure, ...fields, element("div.ways", send));
}

/** An answer that is missing, with the title of its field: the module knows only that it was asked. @param {form.Issue} issue @returns {form.Issue} */
function withTitle(issue) {
  const name = issue.path.split("/").at(-1);
  return issue.code === "required" ? { ...issue, message: say(`return_intent_${name}_missing`) } : issue;
}
