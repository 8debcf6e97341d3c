/**
 * An action in two steps: a button asks, and a second one in the question does it. The first step can be taken back.
 */

import { button, element } from "../../app/dom.js";
import { scrollAndFocus } from "../../app/environment.js";

/**
 * @param {string} id of the first button; the ids of the other parts begin with it
 * @param {{ ask: string, question: string, effect: string, now: string, not: string }} words
 * @param {() => Promise<void>} act @returns {HTMLElement[]}
 */
export function confirmedAction(id, words, act) {
  const ask = button("second", words.ask, () => confirm(true), { id });
  const question = element(
    "div.alert.return-withdrawal__confirm",
    { id: `${id}-confirm`, tabindex: "-1", role: "group", "aria-labelledby": `${id}-question`, hidden: true },
    element("h3", { id: `${id}-question` }, words.question),
    element("p", words.effect),
    element(
      "div.ways",
      button("main", words.now, act, { id: `${id}-now` }),
      button("second", words.not, () => confirm(false), { id: `${id}-not` }),
    ),
  );

  /** @param {boolean} asked */
  function confirm(asked) {
    question.hidden = !asked;
    ask.hidden = asked;
    if (asked) scrollAndFocus(question, "nearest");
    else ask.focus();
  }
  return [ask, question];
}
