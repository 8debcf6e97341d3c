/**
 * Number and code: both are read as people type them, and their check digits are looked at before anything is sent.
 */

import { announce, element } from "../../app/dom.js";
import { byHours } from "../../app/opening_hours.js";
import { say } from "../../app/state.js";
import { node } from "../../return/judged_answers.js";
import { readCode, readNumber } from "../../return/typed_codes.js";
import { visit } from "../../return/visit.js";
import { failureBox, showVisitFailure, visitForm } from "../../return/visit_form.js";
import { beginVisit, readVisit } from "../../return/visit_request.js";
import { createErrorSummary } from "../error_summary/error_summary.js";
import { FieldViews } from "../form_step/field_views.js";
import { withPhoneLink } from "../phone_link/phone_link.js";
import { createTextField } from "../text_field/text_field.js";

/** @typedef {import("../../return/start_return.js").Pages} Pages */

const NUMBER = "/number";
const CODE = "/code";

/** The sentences on why the code is asked for again. */
const NOTICES = { expired: "return_expired", ended: "return_ended" };

/** The typed code, which stays in memory alone. @type {form.Answer} */
const codeTyped = { typed: "" };

/** The two fields, as the description of a form has fields. */
export function signInFields() {
  return [
    node({
      name: "number",
      path: NUMBER,
      kind: "digest",
      title: say("receipt_number"),
      hint: say("return_number_hint"),
      need: "required",
    }),
    node({
      name: "code",
      path: CODE,
      kind: "integer",
      title: say("return_code"),
      hint: say("return_code_hint"),
      need: "required",
    }),
  ];
}

/** @param {{ pages: Pages, why?: "expired" | "ended" }} props the reason to ask for the code, if it is not the first time */
export function createSignIn({ pages, why }) {
  const title = say("return_link");
  const heading = element("h1", { tabindex: "-1" }, title);
  const numberTyped = { typed: visit.number };
  let tried = false;
  const views = new FieldViews(createTextField, () => {
    visit.number = numberTyped.typed;
    if (tried) update();
  });
  const focusField = (/** @type {string} */ path) => views.at(path)?.focus();
  const summary = createErrorSummary({ goToField: focusField, canReach: (path) => views.at(path) !== undefined });
  const failure = failureBox("return-failure");
  const [number, code] = signInFields();
  const fields = [
    views.draw({ node: number, path: NUMBER, answer: numberTyped, host: views }).element,
    views.draw({ node: code, path: CODE, answer: codeTyped, host: views }).element,
  ];
  const submit = element("button.main", { type: "submit", id: "return-open" }, say("return_open"));

  function update() {
    const issues = tried ? issuesOf(numberTyped.typed, codeTyped.typed) : [];
    views.update(null, tried, issues);
    summary.update(issues);
  }

  async function enter() {
    tried = true;
    update();
    failure.hidden = true;
    const [read, secret] = [readNumber(numberTyped.typed), readCode(codeTyped.typed)];
    if ("problem" in read || "problem" in secret) return summary.focus();
    announce(say("return_opening"));
    let outcome = await beginVisit(read.value, secret.value);
    if (outcome.kind === "done") {
      visit.expiresAt = outcome.body.expires_at;
      outcome = await readVisit();
    }
    announce("");
    if (outcome.kind !== "done") return showVisitFailure(failure, outcome);
    codeTyped.typed = "";
    visit.take(outcome.body);
    pages.showCase();
  }

  /** After a visit: only the code is missing if it expired, and the reason is read aloud. */
  function arrive() {
    if (why === "expired") focusField(CODE);
    else heading.focus({ preventScroll: true });
    announce(why ? say(NOTICES[why]) : "");
  }
  update();
  return {
    title,
    focus: why && arrive,
    element: element(
      "div.sheet.return-sign-in",
      summary.element,
      heading,
      why && element("p.notice", { id: "return-notice" }, say(NOTICES[why])),
      failure,
      element("p.lead", say("return_lead")),
      visitForm(submit, enter, ...fields, element("div.ways", submit)),
      element(
        "section.return-sign-in__lost",
        element("h2", say("return_lost_title")),
        element("p", say("return_lost")),
        byHours("", () => [element("p", ...withPhoneLink("return_lost_phone"))]),
      ),
    ),
  };
}

/** What is to be corrected before anything is sent. @param {string} number @param {string} code @returns {form.Issue[]} */
function issuesOf(number, code) {
  const read = [
    { path: NUMBER, typed: readNumber(number) },
    { path: CODE, typed: readCode(code) },
  ];
  return read.flatMap(({ path, typed }) => {
    if (!("problem" in typed)) return [];
    const { problem, length = 0 } = typed;
    return [{ path, code: problem, params: {}, message: say(problem, { length }) }];
  });
}
