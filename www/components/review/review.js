/**
 * The review of all answers, and the button that sends them.
 */

import { agreementText } from "../../app/answer_text.js";
import { announce, button, element } from "../../app/dom.js";
import { byId, tell } from "../../app/environment.js";
import { within } from "../../app/json_pointer.js";
import { say, state } from "../../app/state.js";
import { CONSENT, REVIEW, stepNames, stepOf } from "../../app/steps.js";
import { sendAnswers } from "../../app/submission.js";
import { createAnswerList } from "../answer_list/answer_list.js";
import { afterHoursContacts } from "../contact_list/contact_list.js";
import { createErrorSummary } from "../error_summary/error_summary.js";
import { createGuidance } from "../guidance/guidance.js";
import { createAdvisoryMessage } from "../message/message.js";
import { createQuickSend } from "../quick_send/quick_send.js";
import { createSavePanel } from "../save_panel/save_panel.js";
import { createSendFailure } from "../send_failure/send_failure.js";
import { createStepList } from "../step_list/step_list.js";

/** @typedef {import("../../app/router.js").Router} Router */

/** @param {{ router: Router, signal: AbortSignal, failed: { outcome: form.Outcome | null } }} props the signal ends with the screen */
export function createReview({ router, signal, failed }) {
  const title = say("step_review");
  const { goTo } = router;
  const summary = reviewSummary(router);
  const steps = createStepList({ current: REVIEW, goTo });
  const quick = createQuickSend({ router, step: REVIEW });
  const failure = createSendFailure({ sendAgain: () => void send(), signal, failed });
  const send = createSender({ router, summary, failure });
  const body = element("div");
  const sheet = element(
    "div.sheet",
    failure.element,
    summary.element,
    element("h1", { tabindex: "-1" }, title),
    element("p.on-paper.strong", say("printed_unsent")),
    element("p.lead", say("review_lead")),
    quick.element,
    body,
    element(
      "div.ways",
      button("main", say("send"), () => void send(), { id: "send" }),
      button("second", say("back"), () => goTo(stepNames()[stepNames().length - 2])),
    ),
    createSavePanel({ router, more: [button("quiet", say("print"), () => print())] }).element,
  );
  return {
    title,
    showFailure: failure.update,
    element: element("div.with-steps", steps.element, sheet),
    update() {
      const { report, tried } = state.intake;
      const issues = tried.has(REVIEW) ? (report?.issues ?? []) : [];
      steps.update();
      quick.update();
      summary.update(issues);
      router.setTitle(title, issues.length > 0);
      body.replaceChildren(...contentOf(goTo));
    },
  };
}

/** The errors of all steps, and of the agreement, which is given anew. @param {Router} router */
function reviewSummary(router) {
  return createErrorSummary({
    goToField: (path) => void (within(path, CONSENT) ? agreeAnew(router) : router.goTo(stepOf(path), path)),
    canReach: (path) => stepOf(path) !== "" || within(path, CONSENT),
  });
}

/** All answers with the advice on them, and the agreement. @param {Router["goTo"]} goTo @returns {Node[]} */
function contentOf(goTo) {
  const { report, agreement, answers } = state.intake;
  const advisories = report?.advisories ?? [];
  const list = createAnswerList({
    answers,
    values: report?.values,
    change: (step, path) => goTo(step || stepNames()[0], path),
    advisories,
  });
  const guidance = createGuidance({ folded: true });
  guidance.update(report?.guidance ?? []);
  return [
    ...(report ? [] : [element("p.notice", say("engine_none"))]),
    ...advisories
      .filter((one) => !list.element.querySelector(`[data-path="${one.path}"] [data-advisory]`))
      .map((one) => createAdvisoryMessage(one, state.description.titleOf(one.path ?? ""))),
    afterHoursContacts(),
    list.element,
    ...(agreement
      ? [element("section", element("h2", say("review_consent")), element("p", agreementText(agreement)))]
      : []),
    guidance.element,
  ];
}

/**
 * The sending of the answers, and the screen that shows its outcome.
 *
 * @param {{ router: Router, summary: ReturnType<createErrorSummary>, failure: ReturnType<createSendFailure> }} props
 */
function createSender({ router, summary, failure }) {
  /** Sends the answers. The button is never disabled; a second press during the first does nothing. */
  return async () => {
    if (state.sending) return;
    state.sending = true;
    byId("send")?.setAttribute("aria-busy", "true");
    announce(say("sending"));
    failure.showSending();
    const outcome = await sendAnswers().catch((error) => {
      console.error("send", error instanceof Error ? error.message : error);
      return /** @type {form.Outcome} */ ({ kind: "unavailable" });
    });
    state.sending = false;
    byId("send")?.removeAttribute("aria-busy");
    show(outcome);
  };

  /** @param {form.Outcome} outcome @returns {void} */
  function show(outcome) {
    if (outcome.kind === "receipt") return receive(router, outcome);
    if (outcome.kind === "issues") return showIssues(outcome.report);
    if (outcome.kind === "stale") return void agreeAnew(router, "consent_stale");
    tell("error", outcome.kind);
    // The person may have gone on meanwhile.
    if (failure.element.isConnected) failure.update(outcome);
    else router.showReview().showFailure(outcome);
  }

  /** @param {form.Report} report @returns {void} */
  function showIssues(report) {
    state.intake.show(report);
    if (report.issues.some((issue) => within(issue.path, CONSENT))) return void agreeAnew(router);
    announce("");
    failure.element.hidden = true;
    tell("error", "issues");
    summary.focus();
  }
}

/**
 * Shows the receipt, with the present answers if they are others than those that arrived.
 *
 * @param {Router} router @param {form.Received} received
 */
function receive(router, { receipt, code, text = "" }) {
  const now = state.intake.text;
  const later = withoutConsent(now) === withoutConsent(text) ? undefined : now;
  router.showReceipt({ receipt, code, text, later, locale: state.language });
  tell("submitted", receipt.number);
}

/**
 * Shows the documents in force for an agreement that cannot be used, keeps the answers and comes back here.
 *
 * @param {Router} router @param {"consent_stale" | "consent_again"} [why] by the report's issues, if it is left out
 */
async function agreeAnew(router, why) {
  await state.renewConsent().catch(() => undefined);
  const stale = state.intake.report?.issues.some((issue) => issue.code === "consent.stale");
  router.showConsent({ why: why ?? (stale ? "consent_stale" : "consent_again"), then: () => router.showStep(REVIEW) });
}

/** The answers alone, to be compared. @param {string} text of a draft */
function withoutConsent(text) {
  return JSON.stringify({ ...JSON.parse(text), consent: null });
}
