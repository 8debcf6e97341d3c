/**
 * The page in a frame of a partner's page: it reports to the page around that it runs, its height, its steps and the reception number,
 * and takes language, colours and radius from it.
 *
 * The frame's address names the page around. The desk decides who is a partner: its response names who may frame it, and a message goes
 * to that one origin or nowhere.
 */

import { parseTrustedMessage, HEIGHT_MAX, PROTOCOL } from "./protocol.js";
import { applyDefaults, applyColorScheme, applyTheme } from "./theme_apply.js";

export class ParentBridge {
  /** @param {string} origin of the page around @param {HTMLElement} home the page's element */
  constructor(origin, home) {
    this.origin = origin;
    this.home = home;
    /** @type {import("../app/start.js").RunningPage | null} */
    this.page = null;
    /** The language that was asked for since the frame began. @type {string | null} */
    this.wanted = null;
    /** The language of the address or the last message; a choice that the person made here since goes before it. @type {unknown} */
    this.lang = new URLSearchParams(location.search).get("lang");
  }

  /** The page around this one, or null. @param {HTMLElement} home */
  static find(home) {
    const origin = new URLSearchParams(location.search).get("from") ?? "";
    return window.parent !== window && isOrigin(origin) ? new ParentBridge(origin, home) : null;
  }

  begin() {
    addEventListener("message", (event) => this.onMessage(event));
    this.tell("hello");
    new ResizeObserver(() => this.measure()).observe(this.home);
  }

  /** Takes the page that has started, or null; another language may have been asked for meanwhile. @param {import("../app/start.js").RunningPage | null} page */
  arrived(page) {
    this.page = page;
    if (this.wanted) void page?.speak(this.wanted);
  }

  /** @param {string} type @param {string | number} [value] */
  tell(type, value) {
    // A frame that is not as tall yet could not be followed down, and one shown with an earlier height would make the page jump.
    if (type === "look" || type === "ready") this.measure();
    window.parent.postMessage({ kakekomi: PROTOCOL, type, value }, this.origin);
  }

  measure() {
    this.tell("height", Math.min(HEIGHT_MAX, Math.ceil(this.home.getBoundingClientRect().height)));
  }

  /** @param {MessageEvent} event */
  onMessage(event) {
    const message = parseTrustedMessage(event, this.origin, window.parent);
    if (message?.type !== "set") return;
    applyTheme(document.documentElement, message.theme);
    applyColorScheme(document.documentElement, message.scheme);
    const { lang } = message;
    const before = this.lang;
    this.lang = lang;
    if (before === null || before === lang || (lang !== "ja" && lang !== "en")) return;
    this.wanted = lang;
    void this.page?.speak(lang);
  }
}

/** Gives the page the partner's colours of the desk's profile. @param {import("../app/start.js").RunningPage | null} page */
export function applyPartnerTheme(page) {
  applyDefaults(document.documentElement, page?.theme);
}

/** @param {string} text */
function isOrigin(text) {
  return /^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text;
}
