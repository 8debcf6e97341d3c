/**
 * The form in the page itself, in a shadow root: opt-in, for pages whose scripts may read what is typed.
 *
 * The desk names the files and their digests; a file that does not match is not run.
 */

import { themeOf } from "./theme.js";
import { trusted } from "./trusted_types.js";

/** A file as the desk names it. @typedef {{ url: string, integrity: string }} Piece */

/** The number of copies of the form's script: each form in a page has its own. */
let copiesLoaded = 0;

export class Inline {
  /** @param {import("./kakekomi.js").KakekomiForm} element @param {ShadowRoot} shadow */
  constructor(element, shadow) {
    this.element = element;
    this.shadow = shadow;
    /** The form as its script returns it. @type {any} */
    this.page = null;
    this.stopped = false;
  }

  async start() {
    const { element, shadow } = this;
    try {
      const { script, style } = await (await got(`${element.desk}/embed/1/inline.json`)).json();
      const [{ mount }, sheet] = await Promise.all([this.script(script), this.sheet(style)]);
      if (this.stopped) return;
      shadow.adoptedStyleSheets = [...shadow.adoptedStyleSheets, sheet];
      const root = shadow.appendChild(document.createElement("div"));
      const { desk, partner, locale } = element;
      const preview = location.origin === desk;
      const { scheme } = themeOf(element);
      const tell = (/** @type {string} */ type, /** @type {unknown} */ value) =>
        this.stopped || element.heard(type, value);
      const html = (/** @type {string} */ text) => trusted("createHTML", text);
      const page = await mount(root, { desk, partner, preview, locale, scheme, tell, html });
      this.page = page;
      // The page may have asked for another language meanwhile.
      if (element.locale !== locale) page.speak(element.locale);
    } catch (failure) {
      console.warn("kakekomi-form", failure);
      if (!this.stopped) element.failed("unreachable");
    }
  }

  stop() {
    this.stopped = true;
    // The form that takes its place begins with the last typing.
    this.page?.keep();
  }

  /** @param {string} locale */
  speak(locale) {
    this.page?.speak(locale);
  }

  /** Runs a script after its digest was checked; an import alone would not check it. @param {Piece} piece */
  async script({ url, integrity }) {
    copiesLoaded += 1;
    const src = `${this.element.desk}${url}?${copiesLoaded}`;
    const script = document.createElement("script");
    Object.assign(script, {
      type: "module",
      crossOrigin: "anonymous",
      integrity,
      src: trusted("createScriptURL", src),
    });
    await new Promise((resolve, reject) => {
      script.addEventListener("load", resolve);
      script.addEventListener("error", reject);
      document.head.append(script);
    });
    script.remove();
    return import(src);
  }

  /** @param {Piece} piece */
  async sheet({ url, integrity }) {
    const sheet = new CSSStyleSheet();
    return sheet.replace(await (await got(this.element.desk + url, { integrity })).text());
  }
}

/** @param {string} url @param {RequestInit} [how] */
async function got(url, how) {
  const response = await fetch(url, { ...how, signal: AbortSignal.timeout(20_000) });
  if (!response.ok) throw new Error(`${response.status}`);
  return response;
}
