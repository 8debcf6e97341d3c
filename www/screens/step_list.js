/**
 * The steps, where the person is, and how many required answers each still asks for, by the report's issues:
 * on a phone numbers in a row, beside the form on a wide screen.
 */

import { button, element } from "../element.js";
import { at } from "../pointer.js";
import { nodesOf, stepNames, stepOf } from "../steps.js";

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
    const mark = element("span", { class: "number", "aria-hidden": "true" });
    const made = button("", () => go(name), { class: "step", "aria-current": name === current ? "step" : null, "data-step": name });
    made.append(mark, element("span", { class: "words" }, page.say(`step_${name}`), " ", left));
    return { name, number: String(index + 1), mark, left, item: element("li", {}, made) };
  });

  /** Whether a step holds an answer. @param {string} name @param {any} values */
  function answered(name, values) {
    const asked = nodesOf(name, page.description).flatMap((node) => (node.kind === "section" ? (node.fields ?? []) : [node]));
    return asked.some((node) => at(values, node.path) !== undefined);
  }

  /** @param {import("../types.js").Report | null} report */
  function update(report) {
    for (const { name, number, mark, left, item } of rows) {
      const issues = (report?.issues ?? []).filter((issue) => stepOf(issue.path) === name);
      const open = issues.filter((issue) => issue.code.split(".")[0] === "required").length;
      const done = name !== current && report !== null && page.intake.tried.has(name) && !issues.length && answered(name, report.values);
      item.classList.toggle("done", done);
      mark.textContent = done ? "✓" : number;
      left.textContent = open > 0 ? page.say("step_left", { open }) : done ? page.say("step_done") : "";
    }
  }
  const nav = element("nav", { class: "steps", "aria-label": page.say("steps_label") },
    element("p", { class: "place" }, page.say("step_of", { number: names.indexOf(current) + 1, total: names.length })),
    element("ol", {}, ...rows.map((row) => row.item)));
  return { element: nav, update };
}
