/**
 * The page's one state: the loaded parts, the language, and the answers.
 *
 * `await state.open("ja")`, then `say("next")` → 「次へ進む」. Each form in a document runs a copy of the script of its own, so one
 * object is enough. It draws nothing: its events report changes, and the router draws.
 *
 * - "desk": the desk's response was loaded anew; "language": all texts changed
 * - "module": another module is in force; `detail` is `{ fresh: Issue[], redraw: boolean }`
 */

import { Description } from "./description.js";
import { Desk } from "./desk.js";
import { Engine } from "./engine.js";
import { fetchJson, namedModule, setLanguage } from "./environment.js";
import { Intake } from "./intake.js";
import { stepOf } from "./steps.js";

/** A part that `open` loads before anything reads it. */
const LOADED_LATER = /** @type {any} */ (null);

export class State extends EventTarget {
  /** The page's language. */
  language = "";
  /** @type {Desk} */
  desk = LOADED_LATER;
  /** @type {Engine} */
  engine = LOADED_LATER;
  /** @type {Description} */
  description = LOADED_LATER;
  /** The documents in force. @type {any} */
  consent = LOADED_LATER;
  /** @type {Intake} */
  intake = LOADED_LATER;
  /** The number of changes of the language that were asked for: a slow one that was overtaken changes nothing. */
  changesAsked = 0;
  /** True while a text is on its way to the desk, whatever screen is shown. */
  sending = false;

  /** The language of documents, reports and dates: that of the page, and Japanese for やさしい日本語. */
  get locale() {
    return localeOf(this.language);
  }

  /** Loads everything and begins an intake. @param {string} language */
  async open(language) {
    const locale = localeOf(language);
    // All at once: on a slow network each response that waits for another one costs time. A `preload` in the document would load
    // everything twice in Safari's engine.
    const named = namedModule();
    const early = named ? loadModule(named, language).catch(() => null) : null;
    const [desk, consent] = await Promise.all([Desk.load(locale), loadConsent(locale)]);
    const [engine, description] = (desk.module === named && (await early)) || (await loadModule(desk.module, language));
    Object.assign(this, { language, desk, engine, description, consent });
    this.beginIntake();
  }

  beginIntake() {
    this.intake = new Intake(this);
  }

  /**
   * Asks the desk anew; silently keeps the last response, with the clock advanced, if there is none.
   *
   * @param {boolean} [redraw] true if the screen may be drawn anew for another module
   */
  async refresh(redraw = true) {
    const desk = await Desk.load(this.locale).catch(() => null);
    if (!desk) return false;
    this.desk = desk;
    this.dispatchEvent(new Event("desk"));
    // If the new module cannot be loaded, the present one goes on; the desk reports when that is retired.
    if (desk.module !== this.engine.sha256)
      await this.renew(redraw).catch((failure) => console.warn("renew", failure?.message));
    return true;
  }

  /** Loads the module in force and keeps the answers; all of it, or nothing and an error. @param {boolean} redraw */
  async renew(redraw) {
    const { desk, language } = this;
    const [engine, description] = await loadModule(desk.module, language);
    if (engine.blocked && !this.engine.blocked) throw new Error("the module did not come");
    const before = this.intake.report;
    Object.assign(this, { engine, description });
    this.intake.refit();
    if (this.intake.finished) return;
    const report = await this.intake.check();
    const fresh = before && report ? freshIssues(before.issues, report.issues) : [];
    for (const issue of fresh) this.intake.tried.add(stepOf(issue.path));
    this.dispatchEvent(new CustomEvent("module", { detail: { fresh, redraw } }));
  }

  /** Loads the documents in force. */
  async renewConsent() {
    this.consent = await loadConsent(this.locale);
  }

  /**
   * Changes the language and keeps the answers.
   *
   * @param {string} language
   * @returns {Promise<boolean>} false if it cannot be loaded, unless another one was asked for meanwhile
   */
  async speak(language) {
    const change = (this.changesAsked += 1);
    const locale = localeOf(language);
    const loaded = await Promise.all([
      Desk.load(locale),
      Description.load(this.engine.sha256, language),
      loadConsent(locale),
    ]).catch(() => null);
    if (change !== this.changesAsked) return true;
    if (!loaded) return false;
    const [desk, description, consent] = loaded;
    Object.assign(this, { language, desk, description, consent });
    setLanguage(locale);
    this.intake.keep();
    this.dispatchEvent(new Event("language"));
    return true;
  }
}

export const state = new State();

/** One of the page's own sentences, filled in. @param {string} key @param {Record<string, string | number>} [params] */
export function say(key, params) {
  return state.description.say(key, params);
}

/** The issues that were not there before. @param {form.Issue[]} before @param {form.Issue[]} after */
function freshIssues(before, after) {
  const known = new Set(before.map((issue) => `${issue.code} ${issue.path}`));
  return after.filter((issue) => stepOf(issue.path) !== "" && !known.has(`${issue.code} ${issue.path}`));
}

/** @param {string} sha256 @param {string} language */
function loadModule(sha256, language) {
  return Promise.all([Engine.load(sha256), Description.load(sha256, language)]);
}

/** The language in which the desk and the module answer a page in some language. @param {string} language */
export function localeOf(language) {
  return language === "easy" ? "ja" : language;
}

/** @param {string} locale */
function loadConsent(locale) {
  return fetchJson(`/v1/consent/${locale}`);
}
