/**
 * The steps, where the person is, and how many required answers each still asks for, as the report counts them:
 * on a phone numbers in a row, beside the form on a wide screen.
 */

import { button, element } from "../element.js";
import { sectionsOf, stepNames } from "../steps.js";

/**
 * @param {import("../page.js").Page} page
 * @param {string} current
 * @param {(step: string) => void} go
 * @returns {{ element: HTMLElement, update: (report: import("../types.js").Report | null) => void }}
 */
export function stepList(page, current, go) {
  const names = stepNames();
  const rows = names.map((name, index) => {
    const left = element("span", { class: "left" });
    const made = button("", () => go(name), { class: "step", "aria-current": name === current ? "step" : null, "data-step": name });
    made.append(element("span", { class: "number", "aria-hidden": "true" }, String(index + 1)),
      element("span", { class: "words" }, page.say(`step_${name}`), " ", left));
    return { name, left, item: element("li", {}, made) };
  });

  /** @param {import("../types.js").Report | null} report */
  function update(report) {
    for (const { name, left } of rows) {
      const open = (report?.progress ?? []).filter((row) => sectionsOf(name).includes(row.section))
        .reduce((sum, row) => sum + row.required - row.answered - row.unknown, 0);
      left.textContent = open > 0 ? page.say("step_left", { open }) : "";
    }
  }
  const nav = element("nav", { class: "steps", "aria-label": page.say("steps_label") },
    element("p", { class: "place" }, page.say("step_of", { number: names.indexOf(current) + 1, total: names.length })),
    element("ol", {}, ...rows.map((row) => row.item)));
  return { element: nav, update };
}
