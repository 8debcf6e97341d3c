/**
 * The error summary on top of a screen: takes the focus, and each line leads to its field in the field's own words.
 */

import { element, pageLink, plain } from "../../app/dom.js";
import { scrollAndFocus } from "../../app/environment.js";
import { say, state } from "../../app/state.js";

/** @param {{ goToField: (path: string) => void, canReach: (path: string) => boolean }} props the action of a line; true if the path has an input */
export function createErrorSummary({ goToField, canReach }) {
  const list = element("ul");
  const box = element(
    "div.alert.error-summary",
    { id: "summary", tabindex: "-1", role: "group", "aria-labelledby": "summary-title", hidden: true },
    element("h2", { id: "summary-title" }, say("summary_title")),
    list,
  );
  let drawn = "[]";

  /** @param {form.Issue} issue */
  function line(issue) {
    const { path, message } = issue;
    const words = [
      element("span.error-summary__field", issueHead(issue)),
      element("span.error-summary__message", message),
    ];
    if (!canReach(path)) return element("span", { "data-path": path }, ...words);
    return pageLink({ href: "#main", "data-path": path }, () => goToField(path), ...words);
  }
  return {
    element: box,
    /** @param {form.Issue[]} issues */
    update(issues) {
      const now = JSON.stringify(issues.map(({ path, message }) => [path, message, canReach(path)]));
      if (now === drawn) return;
      drawn = now;
      box.hidden = issues.length === 0;
      list.replaceChildren(...issues.map((issue) => element("li", line(issue))));
    },
    focus: () => scrollAndFocus(box),
  };
}

/**
 * The head of an issue away from its field, 「電話番号：」: the part of the field's title that the sentence does not name itself.
 *
 * @param {{ path: string, message: string }} issue
 */
export function issueHead({ path, message }) {
  const [entry, field] = state.description.titlesOf(path);
  const title = [entry, !isNamed(field, message) && field].filter(Boolean).join(" ");
  return title && say("summary_head", { title });
}

/** True if a sentence has every word of a title, in full or half width: 「発見契機(発見方法)」, 「発見契機（発見方法）に…」. @param {string} title @param {string} sentence */
function isNamed(title, sentence) {
  const [words, all] = [title, sentence].map((one) => plain(one).normalize("NFKC").toLowerCase());
  return words.split(/[^\p{L}\p{N}]+/u).every((word) => all.includes(word));
}
