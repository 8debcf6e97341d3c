/**
 * Another module came into force while the form was open: what it asks that the one before did not, with ways there.
 */

import { button, element } from "./element.js";
import { goTo } from "./screens/form.js";
import { stepOf } from "./steps.js";

/** @typedef {import("./types.js").Issue} Issue */

/**
 * The issues that were not there before.
 *
 * @param {Issue[]} before @param {Issue[]} after
 */
export function freshIssues(before, after) {
  const known = new Set(before.map((issue) => `${issue.code} ${issue.path}`));
  return after.filter((issue) => stepOf(issue.path) !== "" && !known.has(`${issue.code} ${issue.path}`));
}

/** @param {import("./page.js").Page} page @param {Issue[]} fresh @returns {HTMLElement} */
export function renewedNotice(page, fresh) {
  const ways = fresh.map((issue) => element("li", {},
    button(page.description.titleOf(issue.path), () => { page.notice = null; goTo(page, stepOf(issue.path), issue.path); }, { class: "quiet", "data-path": issue.path }),
    " ", issue.message));
  return element("div", { class: "notice", id: "renewed" }, element("p", {}, page.say("module_renewed")),
    ways.length ? element("p", {}, page.say("module_renewed_issues")) : null, ways.length ? element("ul", {}, ...ways) : null);
}
