/**
 * `<kakekomi-form>`: the desk's form on a partner's page.
 *
 *     <kakekomi-form partner="pk_…" lang="ja" name="kakekomi_receipt"><a href="https://desk.example.jp/?p=pk_…">…</a></kakekomi-form>
 *
 * The element's content is shown until the form is there, and stays if the form cannot be shown. Nothing is loaded before the element
 * comes near the view. By default the form is a frame of the desk's origin, whose answers no script of the page can read;
 * `mode="inline"` puts it into a shadow root of the page. `view="return"` is the page on which the applicant comes back to a case. Events bubble and carry codes and the reception number, never an answer:
 * `kakekomi-ready`, `-step`, `-error`, `-submitted`. In a form of the page the element's value is the reception number.
 */

import { Framed } from "./framed.js";
import { Inline } from "./inline.js";
import { isCode, isReceipt } from "./protocol.js";
import { ReturnLink } from "./return_link.js";
import { WORDS } from "./words.js";

/** The origin of this file: the desk, unless the attribute `desk` names another origin. */
const HOME = new URL(import.meta.url).origin;

/**
 * No rule of a page for all its elements applies to the element's box or inside it; the content in the form's place belongs to the
 * page, and looks as the page does.
 */
const STYLE = `:host{all:initial!important;display:block!important;color:inherit!important;font:inherit!important}
:where(:host>div){all:initial;display:block;direction:ltr}
:host([hidden]){display:none!important}
iframe{display:block;width:100%;border:0}
.waiting,slot:not([hidden])~div{position:absolute!important;visibility:hidden!important;height:0!important;overflow:hidden!important}
.room{display:block;min-height:calc(100vh + 400px)}
.words{font:16px/1.75 system-ui,sans-serif;margin:8px 0;color:inherit}
[hidden]{display:none!important}`;

export class KakekomiForm extends HTMLElement {
  static formAssociated = true;
  static observedAttributes = ["partner", "lang", "mode", "desk", "view"];

  constructor() {
    super();
    this.attachShadow({ mode: "open" });
    /** The form, the return page or a link to it, while the element is in a document. @type {Framed | Inline | ReturnLink | null} */
    this.shown = null;
    /** The reception number, once there is one. @type {string | null} */
    this.receipt = null;
    /** The first step of a form that is not shown yet. @type {unknown} */
    this.firstStep = null;
    this.internals = "attachInternals" in this ? this.attachInternals() : null;
    this.slotted = document.createElement("slot");
    this.words = Object.assign(document.createElement("p"), { className: "words" });
    this.words.setAttribute("role", "status");
  }

  get partner() {
    return this.getAttribute("partner") ?? "";
  }
  set partner(key) {
    this.write("partner", key);
  }

  get mode() {
    return this.getAttribute("mode") === "inline" ? "inline" : "frame";
  }
  set mode(mode) {
    this.write("mode", mode);
  }

  get view() {
    return this.getAttribute("view") === "return" ? "return" : "form";
  }
  set view(view) {
    this.write("view", view);
  }

  get name() {
    return this.getAttribute("name") ?? "";
  }
  set name(name) {
    this.write("name", name);
  }

  /** The desk's origin; a path behind it in the attribute is ignored. */
  get desk() {
    const named = this.getAttribute("desk") || HOME;
    return URL.canParse(named) ? new URL(named).origin : named;
  }
  set desk(origin) {
    this.write("desk", origin);
  }

  /** Writes an attribute; libraries remove one by null or undefined. @param {string} name @param {string | null | undefined} value */
  write(name, value) {
    if (value === null || value === undefined) this.removeAttribute(name);
    else this.setAttribute(name, value);
  }

  /** The form that the element belongs to. */
  get form() {
    return this.internals?.form ?? this.closest("form");
  }

  /** The language of the form: the element's, or that of the nearest ancestor with one. */
  get locale() {
    const lang = this.closest("[lang]")?.getAttribute("lang") ?? "";
    return /^en\b/i.test(lang) ? "en" : "ja";
  }

  connectedCallback() {
    for (const name of ["partner", "mode", "view", "name", "desk"]) this.adopt(name);
    if (!this.shown) this.begin();
  }

  /** With `moveBefore` the frame goes on. */
  connectedMoveCallback() {}

  /** Ends a frame, which is unloaded with its element. A form in the page itself goes on when the element is put back, answers kept. */
  disconnectedCallback() {
    if (!(this.shown instanceof Inline)) this.end();
  }

  /** @param {string} name @param {string | null} before @param {string | null} now */
  attributeChangedCallback(name, before, now) {
    if (!this.shown || before === now) return;
    if (name === "lang") return this.shown.speak(this.locale);
    this.end();
    this.begin();
  }

  /** Takes a property that was set before this file was loaded. @param {string} name */
  adopt(name) {
    if (!Object.hasOwn(this, name)) return;
    const value = Reflect.get(this, name);
    Reflect.deleteProperty(this, name);
    Reflect.set(this, name, value);
  }

  begin() {
    const shadow = /** @type {ShadowRoot} */ (this.shadowRoot);
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    shadow.adoptedStyleSheets = [sheet];
    shadow.replaceChildren(this.slotted, this.words);
    this.slotted.hidden = false;
    // What follows the form in the page is out of view before the form comes, and does not jump when it does: a view's height, and some
    // more for a person who scrolls on meanwhile; a second form below stays near enough to be loaded.
    this.slotted.className = "room";
    this.words.hidden = true;
    const shown = this.create(shadow);
    this.shown = shown;
    this.waiting = onApproachViewport(this, () => void shown.start());
  }

  /** Number and code are never typed into a page whose scripts can read them: inline mode links the desk's own page. @param {ShadowRoot} shadow */
  create(shadow) {
    if (this.mode === "frame") return new Framed(this, shadow);
    return this.view === "return" ? new ReturnLink(this, shadow) : new Inline(this, shadow);
  }

  end() {
    this.waiting?.disconnect();
    this.shown?.stop();
    this.shown = null;
  }

  /** Shows the form instead of the content in its place. */
  arrived() {
    this.slotted.hidden = true;
    this.words.hidden = true;
    this.tell("ready", { code: this.mode });
  }

  /** Keeps the content in the form's place, with words why the form cannot be shown. @param {string} code */
  failed(code) {
    this.slotted.hidden = false;
    this.slotted.className = "";
    this.words.textContent = WORDS[this.locale].unreachable;
    this.words.hidden = false;
    this.tell("error", { code });
    void this.explain();
  }

  /** Names the likely reason to the page's developer: a browser hides from the page that the desk does not know its origin. */
  async explain() {
    const { desk, partner } = this;
    if (self.origin === "null")
      return console.error(
        "kakekomi-form: the form cannot be shown: this page is sandboxed without allow-same-origin (docs/embed.md)",
      );
    // A file that every origin may read.
    const answers = await fetch(`${desk}/embed/1/inline.json`, { signal: AbortSignal.timeout(10_000) }).then(
      ({ ok }) => ok,
      () => false,
    );
    const origin = `${location.origin} is not among the origins of partner "${partner}" (docs/embed.md)`;
    console.error(
      `kakekomi-form: the form cannot be shown. ${desk} ${answers ? `answers: most likely ${origin}` : `cannot be reached, or ${origin}`}`,
    );
  }

  /** Takes a message of the form, and passes on a code or a reception number. @param {string} type @param {unknown} value */
  heard(type, value) {
    if (type === "ready") {
      this.arrived();
      this.heard("step", this.firstStep);
    }
    if (type === "failed") this.failed("start");
    // The form reports its first step while it starts: the page hears of it once the form is there.
    if (type === "step" && !this.slotted.hidden) this.firstStep = value;
    else if ((type === "step" || type === "error") && isCode(value)) this.tell(type, { code: value });
    if (type === "again" && isReceipt(value)) this.keep(value);
    if (type === "submitted" && isReceipt(value)) {
      this.keep(value);
      this.tell(type, { receipt: value });
    }
  }

  /** @param {string} receipt */
  keep(receipt) {
    this.receipt = receipt;
    if (this.internals?.setFormValue) return this.internals.setFormValue(receipt);
    // In a browser without form-associated elements a hidden field has the value.
    const field = this.querySelector("input[data-kakekomi]") ?? this.appendChild(document.createElement("input"));
    field.setAttribute("data-kakekomi", "");
    Object.assign(field, { type: "hidden", name: this.name, value: receipt });
  }

  /** @param {string} state that the browser kept */
  formStateRestoreCallback(state) {
    if (isReceipt(state)) this.keep(state);
  }

  /** @param {string} type @param {{ code: string } | { receipt: string }} detail */
  tell(type, detail) {
    this.dispatchEvent(new CustomEvent(`kakekomi-${type}`, { bubbles: true, composed: true, detail }));
  }
}

/**
 * Reports once that an element has come near the view: a page pays for the form then, and not before.
 *
 * @param {Element} element @param {() => void} arrive
 * @returns {IntersectionObserver} to be disconnected if nobody waits any more
 */
function onApproachViewport(element, arrive) {
  const observer = new IntersectionObserver(
    (entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      observer.disconnect();
      arrive();
    },
    { rootMargin: "600px 0px" },
  );
  observer.observe(element);
  return observer;
}

if (!customElements.get("kakekomi-form")) customElements.define("kakekomi-form", KakekomiForm);
