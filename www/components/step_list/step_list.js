/**
 * The steps with the present one and the number of required answers that each still lacks, by the report's issues:
 * on a phone numbers in a row, beside the form on a wide screen.
 */

import { button, element, setWords } from "../../app/dom.js";
import { at } from "../../app/json_pointer.js";
import { say, state } from "../../app/state.js";
import { nodesOf, stepNames, stepOf } from "../../app/steps.js";

/** @param {{ current: string, goTo: (step: string) => void }} props */
export function createStepList({ current, goTo }) {
  const names = stepNames();
  const rows = names.map((name, index) => {
    const open = element("span.step-list__open");
    const mark = element("span.step-list__mark", { "aria-hidden": "true" });
    const step = button("step-list__step", "", () => goTo(name), {
      "aria-current": name === current ? "step" : null,
      "data-step": name,
    });
    step.append(mark, element("span.step-list__words", say(`step_${name}`), " ", open));
    return { name, number: String(index + 1), mark, open, item: element("li", step) };
  });
  const nav = element(
    "nav.step-list",
    { "aria-label": say("steps_label") },
    element("p.step-list__position", say("step_of", { number: names.indexOf(current) + 1, total: names.length })),
    element("ol", ...rows.map((row) => row.item)),
  );

  function update() {
    const { report, tried } = state.intake;
    for (const { name, number, mark, open, item } of rows) {
      const issues = (report?.issues ?? []).filter((issue) => stepOf(issue.path) === name);
      const missing = issues.filter((issue) => issue.code.split(".")[0] === "required").length;
      const done =
        name !== current && report !== null && tried.has(name) && !issues.length && hasAnswer(name, report.values);
      item.classList.toggle("step-list__item--done", done);
      mark.textContent = done ? "✓" : number;
      setWords(open, missing > 0 ? say("step_left", { open: missing }) : done ? say("step_done") : "");
    }
  }
  return { element: nav, update };
}

/** True if a step holds an answer. @param {string} name @param {any} values */
function hasAnswer(name, values) {
  const asked = nodesOf(name, state.description).flatMap((node) => (node.kind === "section" ? node.fields : [node]));
  return asked.some((node) => at(values, node.path) !== undefined);
}
