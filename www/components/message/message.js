/**
 * One marked message, an issue or an advisory: its mark is text, so that it is read aloud and printed too.
 */

import { announce, element, wordsOf } from "../../app/dom.js";
import { say, state } from "../../app/state.js";

/** The errors and the advice of a field or section. @param {string} id of its element */
export function createMessages(id) {
  const error = element("div.field__error", { id: `${id}-error` });
  const advice = element("div.field__advice", { id: `${id}-advice` });
  return {
    error,
    advice,
    /** @param {form.Issue[]} issues @param {form.Advisory[]} advisories */
    update(issues, advisories) {
      error.replaceChildren(...issues.map((issue) => createMessage("issue", say("error_prefix"), issue.message)));
      advice.replaceChildren(...advisories.map((advisory) => createAdvisoryMessage(advisory)));
    },
  };
}

/** @param {{ code?: string, message: string }} advisory @param {string} [field] the field's title, away from the field */
export function createAdvisoryMessage(advisory, field = "") {
  // A wish is no warning.
  const isWish = advisory.code === "contact.email_advised";
  const made = createMessage("advisory", say(isWish ? "advised_label" : "advisory_label"), advisory.message, field);
  made.classList.toggle("message--wish", isWish);
  return made;
}

/**
 * Reads new advice aloud: what comes once the person answers, not what a screen begins with, and each once while it stays.
 *
 * @param {() => string} [textOf] the present answers
 * @returns {(screen: HTMLElement) => void} to be called when a report is on the screen
 */
export function createAdviceReader(textOf = () => state.intake.text) {
  const begun = textOf();
  /** @type {string[]} */
  let before = [];
  return (screen) => {
    const shown = [...screen.querySelectorAll("#lead, .message--advisory")].map(wordsOf);
    const fresh = shown.filter((words) => !before.includes(words));
    before = shown;
    if (fresh.length && textOf() !== begun) announce(fresh.join(" "));
  };
}

/** @param {string} kind @param {string} mark @param {string} words @param {string} [field] */
function createMessage(kind, mark, words, field) {
  return element(
    `p.message--${kind}`,
    element("span.message__mark", mark),
    /[：\s]$/.test(mark) ? "" : " ",
    field && element("strong.message__field", field),
    field && " ",
    words,
  );
}
