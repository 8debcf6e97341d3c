/**
 * The form, or the return page, in a frame of the desk's origin, as tall as its content.
 */

import { parseTrustedMessage, isHeight, PROTOCOL } from "./protocol.js";
import { themeOf } from "./theme.js";
import { WORDS } from "./words.js";

/**
 * The longest time until the frame reports that it runs; and that after its document was loaded (milliseconds). A browser does not
 * tell a page that the desk refuses it: the event, the words and the line in the console come within three seconds.
 */
const STARTING = 20_000;
const GRACE = 2_000;

/** A page may scroll smoothly, which the frame's new height would break off on its way. */
const AT_ONCE = /** @type {const} */ ({ behavior: "instant" });

export class Framed {
  /** @param {import("./kakekomi.js").KakekomiForm} element @param {ShadowRoot} shadow */
  constructor(element, shadow) {
    this.element = element;
    this.shadow = shadow;
    this.frame = document.createElement("iframe");
    this.timer = 0;
    /** True once the frame reported that it runs. */
    this.runs = false;
    this.stopping = new AbortController();
  }

  start() {
    addEventListener("message", (event) => this.onMessage(event), { signal: this.stopping.signal });
    const { frame } = this;
    const { partner, locale, desk, view } = this.element;
    const path = view === "return" ? "return" : "";
    const asked = new URLSearchParams({ p: partner, lang: locale, from: location.origin });
    if (location.origin === desk) asked.set("preview", "1");
    Object.assign(frame, { className: "waiting", title: this.title(locale), src: `${desk}/${path}?${asked}` });
    frame.addEventListener("load", () => this.expect(GRACE));
    this.expect(STARTING);
    this.shadow.append(frame);
  }

  stop() {
    this.stopping.abort();
    clearTimeout(this.timer);
    this.frame.remove();
  }

  /** Limits the time until the frame reports that it runs. @param {number} time */
  expect(time) {
    clearTimeout(this.timer);
    if (this.runs) return;
    this.timer = setTimeout(() => this.element.failed("unreachable"), time);
  }

  /** @param {MessageEvent} event */
  onMessage(event) {
    const { element, frame } = this;
    const message = parseTrustedMessage(event, element.desk, frame.contentWindow);
    if (!message) return;
    const { type, value } = message;
    if (type === "hello") {
      this.runs = true;
      clearTimeout(this.timer);
      this.set();
    } else if (type === "height") {
      if (isHeight(value)) frame.height = String(value);
    } else if (type === "look") {
      if (isHeight(value)) this.look(value);
    } else {
      if (type === "ready") {
        frame.className = "";
        // As tall as the room that the element kept free, until the frame reports its own height.
        frame.height ||= String(innerHeight + 400);
      }
      element.heard(type, value);
      // A new step begins at its top, which may be above the view; the first one comes before "ready", and nobody went to it.
      if (type === "step" && !frame.className && element.getBoundingClientRect().top < 0)
        element.scrollIntoView(AT_ONCE);
    }
  }

  /** Scrolls to a point of the frame to which the person is led, if it is not in view yet. @param {number} down */
  look(down) {
    const { frame } = this;
    const top = frame.getBoundingClientRect().top + down;
    if (top >= 0 && top < innerHeight / 2) return;
    frame.style.scrollMarginTop = `${-down}px`;
    frame.scrollIntoView(AT_ONCE);
    // If it stayed, the browser's own scrolling would miss its target.
    frame.style.scrollMarginTop = "";
  }

  /** Sends the page's language, colours and radius. */
  set() {
    const { element, frame } = this;
    const message = { kakekomi: PROTOCOL, type: "set", lang: element.locale, ...themeOf(element) };
    frame.contentWindow?.postMessage(message, element.desk);
  }

  /** @param {string} locale */
  speak(locale) {
    this.frame.title = this.title(locale);
    this.set();
  }

  /** The frame's name for a screen reader. @param {string} locale */
  title(locale) {
    const { title, return_title } = WORDS[locale];
    return this.element.view === "return" ? return_title : title;
  }
}
