/**
 * The page as a whole: what is loaded, which language, and which screen is shown.
 *
 * open → desk → module and description → consent → steps → check answers → receipt.
 */

import { Description } from "./description.js";
import { Desk } from "./desk.js";
import { Engine } from "./engine.js";
import { Intake } from "./intake.js";
import { announce, element } from "./element.js";
import { drawFrame, drawHours, hours, tellInFrame } from "./frame.js";
import { freshIssues, renewedNotice } from "./renewed.js";
import { stepOf } from "./steps.js";
import { find, fromDesk, nameDocument, namedModule, nameLanguage, toTop } from "./place.js";

export class Page {
  /** @param {string} locale @param {Desk} desk @param {Engine} engine @param {Description} description @param {any} consent */
  constructor(locale, desk, engine, description, consent) {
    this.locale = locale;
    this.desk = desk;
    this.engine = engine;
    this.description = description;
    this.consent = consent;
    /** Draws anew what is shown now, where the person is in it: with other words, other answers, another module. @type {() => void} */
    this.redraw = () => {};
    /** Whether the next screen begins at its top and takes the focus: not the first one, which nobody asked for, nor one drawn anew. */
    this.moves = false;
    /** Ends the screen that is shown now. @type {() => void} */
    this.leave = () => {};
    /** Whether a text is on its way to the desk, whatever screen is shown. */
    this.sending = false;
    /** What changed under the person's hands, until the next step. @type {HTMLElement | null} */
    this.notice = null;
    /** What the page says of the hours, and when it looks at them next. */
    this.hours = "";
    this.timer = 0;
    this.intake = new Intake(this);
  }

  /** @param {string} locale */
  static async open(locale) {
    // All at once: on a slow network a person waits for each answer that another has to wait for. No `preload` in the
    // document does it instead, since Safari's engine would load everything twice.
    const named = namedModule();
    const early = named ? loadModule(named, locale).catch(() => null) : null;
    const [desk, consent] = await Promise.all([Desk.load(locale), loadConsent(locale)]);
    const [engine, description] = (desk.module === named && await early) || await loadModule(desk.module, locale);
    return new Page(locale, desk, engine, description, consent);
  }

  /** @param {string} key @param {Record<string, string | number>} [params] */
  say(key, params) {
    return this.description.say(key, params);
  }

  /**
   * Puts a screen into the page.
   *
   * @param {{ step: string, content: Node[], redraw: () => void, leave?: () => void }} screen
   */
  show({ step, content, redraw, leave = () => {} }) {
    this.leave();
    const { moves } = this;
    Object.assign(this, { moves: true, leave, redraw: () => { this.moves = false; redraw(); } });
    const main = /** @type {HTMLElement} */ (find("main"));
    main.replaceChildren(...content);
    this.hours = hours(this);
    drawFrame(this);
    this.title(step, false);
    announce("");
    if (!moves) return;
    toTop();
    /** @type {HTMLElement | null} */ (main.querySelector("h1"))?.focus({ preventScroll: true });
  }

  /** @param {string} step @param {boolean} wrong */
  title(step, wrong) {
    const title = this.say("title_page", { step, name: this.desk.name });
    nameDocument(wrong ? this.say("title_error", { title }) : title);
  }

  /**
   * Takes the desk's word anew; silently keeps the last one, with the clock advanced, when it cannot be had.
   *
   * @param {boolean} [redraw] whether the screen may be drawn anew, should the module have changed
   */
  async refresh(redraw = true) {
    const desk = await Desk.load(this.locale).catch(() => null);
    if (!desk) return false;
    this.desk = desk;
    drawFrame(this);
    drawHours(this);
    // The module at hand goes on deciding where the new one cannot be had; the desk says when it no longer may.
    if (desk.module !== this.engine.sha256) await this.renew(redraw).catch((failure) => console.warn("renew", failure?.message));
    return true;
  }

  /** Another module is in force: load it in place, answers kept; all of it, or nothing and an error. @param {boolean} redraw */
  async renew(redraw) {
    const { desk, locale } = this;
    const [engine, description] = await loadModule(desk.module, locale);
    if (engine.blocked && !this.engine.blocked) throw new Error("the module did not come");
    const before = this.intake.report;
    Object.assign(this, { engine, description });
    this.intake.refit();
    if (this.intake.finished) return;
    const report = await this.intake.check();
    const fresh = before && report ? freshIssues(before.issues, report.issues) : [];
    for (const issue of fresh) this.intake.tried.add(stepOf(issue.path));
    this.notice = renewedNotice(this, fresh);
    if (redraw) this.redraw();
    else drawFrame(this);
    announce(this.say("module_renewed"));
  }

  /** @returns {Promise<void>} the documents in force */
  async renewConsent() {
    this.consent = await loadConsent(this.locale);
  }

  /**
   * Another language: the answers stay. Where it cannot be loaded, the page says so and stays as it is.
   *
   * @param {string} locale @param {boolean} [pressed] here, where the focus then stays
   */
  async speak(locale, pressed = false) {
    const loaded = await Promise.all([
      Desk.load(locale), Description.load(this.engine.sha256, locale), loadConsent(locale),
    ]).catch(() => null);
    if (!loaded) return tellInFrame(this, "language_failed");
    const [desk, description, consent] = loaded;
    Object.assign(this, { locale, desk, description, consent });
    nameLanguage(locale);
    this.intake.keep();
    this.redraw();
    if (pressed) /** @type {HTMLElement | null | undefined} */ (find("frame")?.querySelector(`[lang="${locale}"]`))?.focus();
    if (!this.intake.finished) await this.intake.check();
  }
}

/** @param {string} sha256 @param {string} locale */
function loadModule(sha256, locale) {
  return Promise.all([Engine.load(sha256), Description.load(sha256, locale)]);
}

/** @param {string} locale */
function loadConsent(locale) {
  return fromDesk(`/v1/consent/${locale}`);
}

/** A heading that takes the focus when its screen appears, so that a screen reader begins there. @param {string} words */
export function heading(words) {
  return element("h1", { tabindex: "-1" }, words);
}
