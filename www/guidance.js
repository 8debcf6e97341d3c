/**
 * Advice for the first hours, marked 参考情報 (clause 4⑬), and notes that belong to no field.
 */

import { element } from "./element.js";
import { message } from "./fields/frame.js";

/**
 * @param {import("./page.js").Page} page
 * @param {import("./types.js").Guidance[]} guidance
 * @param {boolean} [folded] on a step where it was not asked for: one line that opens
 * @param {Node[]} [lead] what comes first
 * @returns {Node[]} nothing where there is none
 */
export function guidancePanel(page, guidance, folded = false, lead = []) {
  if (!guidance.length) return [];
  const title = page.say("guidance_title");
  const inside = [...lead, element("ul", {}, ...guidance.map((one) => element("li", { "data-code": one.code }, unmarked(page, one.message)))),
    element("p", { class: "hint" }, page.say("guidance_note"))];
  return [element("aside", { class: folded ? "guidance folded" : "guidance", "aria-label": title },
    ...(folded ? [element("details", {}, element("summary", {}, title), ...inside)] : [element("h2", {}, title), ...inside]))];
}

/** The panel's title says 参考情報 for all of it: each line need not say it again. @param {import("./page.js").Page} page @param {string} words */
function unmarked(page, words) {
  const mark = page.say("guidance_mark");
  return words.startsWith(mark) ? words.slice(mark.length) : words;
}

/**
 * @param {import("./page.js").Page} page
 * @param {import("./types.js").Advisory[]} advisories
 * @returns {Node[]}
 */
export function advisoryNotes(page, advisories) {
  return advisories.map((one) => {
    const title = page.description.titleOf(one.path ?? "");
    return message("advisory", page.say("advisory_label"), one.message, title);
  });
}
