/**
 * Check the answers, then send: the very bytes that the module checked, once, however often the button is pressed.
 */

import { announce, button, element } from "../element.js";
import { fileName, saveFile } from "../copy.js";
import { callable, outside } from "../frame.js";
import { advisoryNotes, guidancePanel } from "../guidance.js";
import { keeping } from "../keeping.js";
import { dropKey, keyOf, lostBefore, markLost } from "../memory.js";
import { heading } from "../page.js";
import { atDesk, find, lookAt, tell } from "../place.js";
import { within } from "../pointer.js";
import { unpressed } from "../pressing.js";
import { askFor, submit } from "../send.js";
import { shownAnswers } from "../shown.js";
import { CONSENT, REVIEW, stepNames, stepOf } from "../steps.js";
import { Summary } from "../summary.js";
import { consentScreen } from "./consent.js";
import { formScreen, goTo } from "./form.js";
import { receiptScreen } from "./receipt.js";
import { stepList } from "./step_list.js";

/** @typedef {import("../page.js").Page} Page @typedef {import("../send.js").Outcome} Outcome */

/** How often a text may be sent anew after the module or its key had to be renewed. */
const RENEWALS = 2;

/** @param {Page} page */
export function reviewScreen(page) {
  new ReviewScreen(page).show();
}

class ReviewScreen {
  /** @param {Page} page */
  constructor(page) {
    this.page = page;
    this.summary = new Summary(page, (path) => void (within(path, CONSENT) ? this.agreeAnew() : this.change(stepOf(path), path)));
    this.steps = stepList(page, REVIEW, (step) => this.change(step));
    this.trouble = element("div", { class: "trouble", tabindex: "-1", id: "trouble", hidden: true });
    this.body = element("div", {});
    this.listening = new AbortController();
  }

  /** @param {Outcome} [outcome] of a sending that came before */
  show(outcome) {
    const { page } = this;
    page.intake.reviewed = true;
    page.show({ step: page.say("step_review"), redraw: () => reviewScreen(page), leave: () => this.leave(), content: [this.sheet()] });
    const update = () => { if (!this.listening.signal.aborted) this.update(); };
    page.intake.addEventListener("report", () => unpressed(update), { signal: this.listening.signal });
    addEventListener("online", () => this.online(), { signal: this.listening.signal });
    this.update();
    void page.intake.check();
    if (outcome) this.met(outcome);
  }

  leave() {
    this.listening.abort();
  }

  /** Where a missing network was the trouble it no longer is. */
  online() {
    const words = this.trouble.querySelector("p");
    if (words && this.trouble.dataset.kind === "offline") words.textContent = this.page.say("online");
  }

  sheet() {
    const { page } = this;
    const before = stepNames()[stepNames().length - 2];
    return element("div", { class: "with-steps" },
      this.steps.element,
      element("div", { class: "sheet" }, this.trouble, this.summary.element, heading(page.say("step_review")),
        element("p", { class: "on-paper strong" }, page.say("printed_unsent")),
        element("p", { class: "lead" }, page.say("review_lead")), this.body,
        element("div", { class: "ways" },
          button(page.say("send"), () => void this.send(), { class: "main", id: "send" }),
          button(page.say("back"), () => this.change(before), { class: "second" })),
        keeping(page, button(page.say("print"), () => print(), { class: "quiet" }))));
  }

  /** @param {string} step @param {string} [path] */
  change(step, path) {
    this.leave();
    goTo(this.page, step || stepNames()[0], path);
  }

  update() {
    const { page } = this;
    const { report, agreement } = page.intake;
    const issues = page.intake.tried.has(REVIEW) ? (report?.issues ?? []) : [];
    this.steps.update(report);
    this.summary.update(issues, (path) => stepOf(path) !== "" || within(path, CONSENT));
    page.title(page.say("step_review"), issues.length > 0);
    const advisories = report?.advisories ?? [];
    const answers = shownAnswers(page, (path) => page.intake.answerAt(path), report?.values, (step, path) => this.change(step, path), advisories);
    this.body.replaceChildren(
      ...(report ? [] : [element("p", { class: "notice" }, page.say("engine_none"))]),
      ...advisoryNotes(page, advisories.filter((one) => !answers.querySelector(`[data-path="${one.path}"] [data-advisory]`))),
      outside(page),
      answers,
      ...(agreement ? [agreed(page, agreement)] : []),
      ...guidancePanel(page, report?.guidance ?? [], true));
  }

  /** The button is never disabled; a second press while the first is under way does nothing more. */
  async send() {
    const { page } = this;
    if (page.sending) return;
    page.sending = true;
    find("send")?.setAttribute("aria-busy", "true");
    announce(page.say("sending"));
    try {
      await this.sendOnce(RENEWALS);
    } catch (failure) {
      console.error("send", failure instanceof Error ? failure.message : failure);
      this.met({ kind: "unavailable" });
    } finally {
      page.sending = false;
      find("send")?.removeAttribute("aria-busy");
    }
  }

  /** @param {number} renewals @returns {Promise<void>} */
  async sendOnce(renewals) {
    const { page } = this;
    if (!this.trouble.hidden) {
      this.trouble.dataset.kind = "sending";
      this.trouble.replaceChildren(element("p", { class: "strong" }, page.say("sending")));
      lookAt(this.trouble);
    }
    for (const step of stepNames()) page.intake.tried.add(step);
    await page.refresh(false);
    const text = page.intake.text;
    if (await this.arrivedBefore(text)) return;
    const bytes = new TextEncoder().encode(text);
    const report = await page.intake.check(bytes);
    if (report && !report.accepted) return this.wrong(report);
    const outcome = await this.post(bytes, text);
    if (outcome.kind === "receipt") return this.received(outcome.receipt, text);
    if (renewals > 0 && (outcome.kind === "module" || outcome.kind === "reused")) {
      // Another module comes with the desk's word, which is taken anew before each sending.
      if (outcome.kind === "reused") dropKey();
      return this.sendOnce(renewals - 1);
    }
    this.met(outcome);
  }

  /** While it is under way, and until an answer tells, the text counts as one that may have arrived. @param {Uint8Array<ArrayBuffer>} bytes @param {string} text */
  async post(bytes, text) {
    const { page } = this;
    const key = keyOf(text);
    const before = lostBefore() !== null;
    markLost(true);
    const outcome = await submit(bytes, { key, module: page.engine.sha256, locale: page.locale });
    markLost(outcome.kind === "lost" || (before && (outcome.kind === "offline" || outcome.kind === "unavailable")));
    return outcome;
  }

  /**
   * Another text than this one may have arrived already, its answer lost: then its receipt is the one
   * receipt, and what was changed since is told by phone. Else nothing stands in the way of this text.
   *
   * @param {string} text
   * @returns {Promise<boolean>} whether there is nothing more to send now
   */
  async arrivedBefore(text) {
    const lost = lostBefore();
    if (!lost || lost.text === text) return false;
    const outcome = await askFor(lost, this.page.locale);
    if (outcome.kind === "module") {
      dropKey();
      return false;
    }
    if (outcome.kind === "receipt") this.received(outcome.receipt, lost.text);
    else this.met({ kind: "lost" });
    return true;
  }

  /** The answers may be others by now than those that arrived. @param {any} receipt @param {string} text that it is of */
  received(receipt, text) {
    const now = this.page.intake.text;
    const later = answersOf(now) === answersOf(text) ? undefined : now;
    receiptScreen(this.page, { receipt, text, later, locale: this.page.locale });
    tell("submitted", receipt.number);
  }

  /** @param {import("../types.js").Report} report @returns {void} */
  wrong(report) {
    this.page.intake.show(report);
    if (report.issues.some((issue) => within(issue.path, CONSENT))) return void this.agreeAnew();
    announce("");
    this.trouble.hidden = true;
    tell("error", "issues");
    this.summary.focus();
  }

  /** What came of it, when it is no receipt. @param {Outcome} outcome @returns {void} */
  met(outcome) {
    if (outcome.kind === "issues") return this.wrong(outcome.report);
    if (outcome.kind === "stale") return void this.agreeAnew("consent_stale");
    const { page } = this;
    tell("error", outcome.kind);
    if (!this.trouble.isConnected) return new ReviewScreen(page).show(outcome);
    const lost = lostBefore() !== null;
    this.trouble.dataset.kind = lost ? "lost" : outcome.kind;
    const words = lost ? page.say("unreachable_lost")
      : outcome.kind === "offline" ? page.say("unreachable_offline")
      : outcome.kind === "refused" ? page.say("refused_other", { detail: outcome.detail })
      : page.say("unreachable_busy");
    announce("");
    this.trouble.replaceChildren(
      element("h2", {}, page.say(lost ? "unreachable_lost_title" : "unreachable_title")), element("p", {}, words), element("p", {}, page.say("unreachable_wait")),
      ...(outcome.kind === "refused" && outcome.elsewhere ? [element("p", {}, element("a", { href: atDesk("/"), target: "_blank" }, page.desk.name))] : []),
      element("p", { class: "strong" }, ...callable(page, "unreachable_phone")),
      element("p", {}, page.say("unreachable_keep")),
      element("div", { class: "ways" }, button(page.say("send_again"), () => void this.send(), { class: "main" }), ...copies(page, page.intake.text)));
    this.trouble.hidden = false;
    lookAt(this.trouble);
  }

  /**
   * The agreement cannot be used: show the documents in force, keep the answers, come back here.
   *
   * @param {"consent_stale" | "consent_again"} [why] without it, what the report says
   */
  async agreeAnew(why) {
    const { page } = this;
    await page.renewConsent().catch(() => undefined);
    this.leave();
    const stale = page.intake.report?.issues.some((issue) => issue.code === "consent.stale");
    consentScreen(page, { why: why ?? (stale ? "consent_stale" : "consent_again"), then: () => formScreen(page, REVIEW) });
  }
}

/** @param {Page} page @param {import("../types.js").Agreement} agreement */
function agreed(page, { agreed_at, document, policy }) {
  const words = page.say("review_agreed", { time: page.desk.clock(agreed_at), document: document?.version ?? "", policy: policy?.version ?? "" });
  return element("section", {}, element("h2", {}, page.say("review_consent")), element("p", {}, words));
}

/** What was answered, whatever was agreed to. @param {string} text of a draft */
function answersOf(text) {
  return JSON.stringify({ ...JSON.parse(text), consent: null });
}

/** A file and paper: what is typed is never held by this page alone. @param {Page} page @param {string} text */
function copies(page, text) {
  return [button(page.say("save_file"), () => saveFile(fileName(page), text), { class: "second" }),
    button(page.say("print"), () => print(), { class: "second" })];
}
