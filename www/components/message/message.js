/**
 * One marked message, an issue or an advisory: its mark is text, so that it is read aloud and printed too.
 */

import { element } from "../../app/dom.js";
import { say } from "../../app/state.js";

/** @param {{ message: string }} issue */
export function createIssueMessage(issue) {
  return createMessage("issue", say("error_prefix"), issue.message);
}

/** @param {{ message: string }} advisory @param {string} [field] the field's title, away from the field */
export function createAdvisoryMessage(advisory, field = "") {
  return createMessage("advisory", say("advisory_label"), advisory.message, field);
}

/** @param {string} kind @param {string} mark @param {string} words @param {string} [field] */
function createMessage(kind, mark, words, field) {
  return element(
    "p",
    { class: `message--${kind}` },
    element("span.message__mark", mark),
    /[：\s]$/.test(mark) ? "" : " ",
    field && element("strong.message__field", field),
    field && " ",
    words,
  );
}
