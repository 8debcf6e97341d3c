/**
 * The error summary on top of a screen: takes the focus, and each line leads to its field in the field's own words.
 */

import { element } from "./element.js";
import { lookAt } from "./place.js";

export class Summary {
  /** @param {import("./page.js").Page} page @param {(path: string) => void} lead what a line does when pressed */
  constructor(page, lead) {
    this.page = page;
    this.lead = lead;
    this.said = "[]";
    this.title = element("h2", { id: "summary-title" }, page.say("summary_title"));
    this.list = element("ul", {});
    this.element = element("div", { class: "summary", id: "summary", tabindex: "-1", role: "group", "aria-labelledby": "summary-title", hidden: true },
      this.title, this.list);
  }

  /** @param {import("./types.js").Issue[]} issues @param {(path: string) => boolean} reachable whether an input stands for the path */
  update(issues, reachable) {
    const now = JSON.stringify(issues.map((issue) => [issue.path, issue.message, reachable(issue.path)]));
    if (now === this.said) return;
    this.said = now;
    this.element.hidden = issues.length === 0;
    this.list.replaceChildren(...issues.map((issue) => element("li", {}, this.line(issue, reachable(issue.path)))));
  }

  /** @param {import("./types.js").Issue} issue @param {boolean} reachable */
  line(issue, reachable) {
    const named = this.page.description.titleOf(issue.path);
    // 「貴社名を入力してください。」 names its field itself.
    const title = issue.message.startsWith(named) ? "" : named;
    const words = [title && element("span", { class: "of" }, title), title && " ", element("span", { class: "words" }, issue.message)];
    if (!reachable) return element("span", { "data-path": issue.path }, ...words);
    const press = (/** @type {Event} */ event) => { event.preventDefault(); this.lead(issue.path); };
    return element("a", { href: "#main", "data-path": issue.path, on: { click: press } }, ...words);
  }

  focus() {
    lookAt(this.element);
  }
}
