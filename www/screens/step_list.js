/**
 * The steps and where the person is: on a phone numbers in a row, beside the form on a wide screen.
 */

import { button, element } from "../element.js";
import { stepNames } from "../steps.js";

/**
 * @param {import("../page.js").Page} page
 * @param {string} current
 * @param {(step: string) => void} go
 */
export function stepList(page, current, go) {
  const names = stepNames();
  const rows = names.map((name, index) => {
    const here = name === current;
    const words = page.say(`step_${name}`);
    const mark = element("span", { class: "number", "aria-hidden": "true" }, String(index + 1));
    const made = button("", () => go(name), { class: "step", "aria-current": here ? "step" : null, "data-step": name });
    made.append(mark, element("span", { class: "words" }, words));
    return element("li", {}, made);
  });
  return element("nav", { class: "steps", "aria-label": page.say("steps_label") },
    element("p", { class: "place" }, page.say("step_of", { number: names.indexOf(current) + 1, total: names.length })),
    element("ol", {}, ...rows));
}
