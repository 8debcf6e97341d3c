/**
 * The link to the desk's return page, in the place of the page itself: what inline mode has for `view="return"`.
 */

import { WORDS } from "./words.js";

export class ReturnLink {
  /** @param {import("./kakekomi.js").KakekomiForm} element @param {ShadowRoot} shadow */
  constructor(element, shadow) {
    this.element = element;
    this.shadow = shadow;
    this.line = Object.assign(document.createElement("p"), { className: "words" });
    this.link = Object.assign(document.createElement("a"), { target: "_blank", rel: "noreferrer" });
    this.line.append(this.link);
  }

  start() {
    this.speak(this.element.locale);
    this.shadow.append(this.line);
    this.element.arrived();
  }

  stop() {
    this.line.remove();
  }

  /** @param {string} locale */
  speak(locale) {
    this.link.href = `${this.element.desk}/return?lang=${locale}`;
    this.link.textContent = WORDS[locale].return_link;
  }
}
