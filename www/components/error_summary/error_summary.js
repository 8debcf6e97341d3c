/**
 * The error summary on top of a screen: takes the focus, and each line leads to its field in the field's own words.
 */

import { element, pageLink } from "../../app/dom.js";
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
  function line({ path, message }) {
    const named = state.description.titleOf(path);
    // 「貴社名を入力してください。」 names its field itself.
    const title = message.startsWith(named) ? "" : named;
    const words = [
      title && element("span.error-summary__field", title),
      title && " ",
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
