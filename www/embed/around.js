/**
 * The page in a frame of a partner's page: it tells the page around it that it runs, its height, its steps and the
 * reception number, and takes language, colours and radius from it.
 *
 * The page around is named in the frame's address. That it is a partner's is not decided here: the desk's answer says
 * who may frame it, and a message goes to that one origin or nowhere.
 */

import { believed, HEIGHT_MAX, PROTOCOL } from "./protocol.js";
import { fill, shade, wear } from "./worn.js";

export class Around {
  /** @param {string} origin of the page around @param {HTMLElement} home the page's element */
  constructor(origin, home) {
    this.origin = origin;
    this.home = home;
    /** @type {import("../page.js").Page | null} */
    this.page = null;
    /** The language that was asked for since the frame began. @type {string | null} */
    this.wanted = null;
    /** What the page around said last; what a person chose here since goes before it. @type {unknown} */
    this.lang = null;
  }

  /** The page around this one, or null. @param {HTMLElement} home */
  static find(home) {
    const origin = new URLSearchParams(location.search).get("from") ?? "";
    return window.parent !== window && isOrigin(origin) ? new Around(origin, home) : null;
  }

  begin() {
    addEventListener("message", (event) => this.hear(event));
    this.tell("hello");
    new ResizeObserver(() => this.measure()).observe(this.home);
  }

  /** The page stands, or could not; another language may have been asked for meanwhile. @param {import("../page.js").Page | null} page */
  arrived(page) {
    this.page = page;
    if (this.wanted) void page?.speak(this.wanted);
  }

  /** @param {string} type @param {string | number} [value] */
  tell(type, value) {
    // A frame that is not as tall yet could not be followed down.
    if (type === "look") this.measure();
    window.parent.postMessage({ kakekomi: PROTOCOL, type, value }, this.origin);
    // A frame that nobody looks at may be measured late: it is measured once when it is ready.
    if (type === "ready") this.measure();
  }

  measure() {
    this.tell("height", Math.min(HEIGHT_MAX, Math.ceil(this.home.getBoundingClientRect().height)));
  }

  /** @param {MessageEvent} event */
  hear(event) {
    const message = believed(event, this.origin, window.parent);
    if (message?.type !== "set") return;
    wear(document.documentElement, message.theme);
    shade(document.documentElement, message.scheme);
    const { lang } = message;
    const before = this.lang;
    this.lang = lang;
    if (before === null || before === lang || (lang !== "ja" && lang !== "en")) return;
    this.wanted = lang;
    void this.page?.speak(lang);
  }
}

/** The page in the colours that the desk's profile says of the partner. @param {import("../page.js").Page | null} page */
export function dress(page) {
  fill(document.documentElement, page?.desk.served.partner?.theme);
}

/** @param {string} text */
function isOrigin(text) {
  return /^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text;
}
