/**
 * The steps with the present one and the number of required answers that each still lacks, by the report's issues: beside the form on
 * a wide screen, on a phone one line that opens, 「手順 2 / 6　ご連絡先（必須4・約1分）」.
 */

import { button, element, setWords } from "../../app/dom.js";
import { at } from "../../app/json_pointer.js";
import { say, state } from "../../app/state.js";
import { nodesOf, stepNames, stepOf } from "../../app/steps.js";

/**
 * Seconds for an answer on a phone: a text of several sentences, and anything shorter. They are estimates, a sentence or two being typed
 * at about one letter a second, so only whole minutes are shown.
 */
const SECONDS = { text: 60, other: 15 };

/** @param {{ current: string, goTo: (step: string) => void }} props */
export function createStepList({ current, goTo }) {
  const names = stepNames();
  const rows = names.map((name, index) => {
    const left = element("span.step-list__open");
    const mark = element("span.step-list__mark", { "aria-hidden": "true" });
    const step = button("step-list__step", "", () => goTo(name), {
      "aria-current": name === current ? "step" : null,
      "data-step": name,
    });
    step.append(mark, element("span.step-list__words", say(`step_${name}`), " ", left));
    return { name, number: String(index + 1), mark, left, item: element("li", step) };
  });
  const position = button("quiet.step-list__position", "", () => unfold(nav.classList.toggle("step-list--open")));
  const nav = element(
    "nav.step-list",
    { "aria-label": say("steps_label") },
    position,
    element("ol", ...rows.map((row) => row.item)),
  );
  const unfold = (/** @type {boolean} */ open) => position.setAttribute("aria-expanded", String(open));
  unfold(false);

  function update() {
    const { report, tried, missing: open } = state.intake;
    const place = { number: names.indexOf(current) + 1, total: names.length, title: say(`step_${current}`) };
    const here = open.filter((path) => stepOf(path) === current);
    setWords(position, say("step_of", place) + (here.length ? say("step_effort", effortOf(here)) : ""));
    for (const { name, number, mark, left, item } of rows) {
      const issues = (report?.issues ?? []).filter((issue) => stepOf(issue.path) === name);
      const missing = open.filter((path) => stepOf(path) === name).length;
      const done =
        name !== current && report !== null && tried.has(name) && !issues.length && hasAnswer(name, report.values);
      item.classList.toggle("step-list__item--done", done);
      mark.textContent = done ? "✓" : number;
      setWords(left, missing > 0 ? say("step_left", { open: missing }) : done ? say("step_done") : "");
    }
  }
  return { element: nav, update };
}

/** True if a step holds an answer. @param {string} name @param {any} values */
function hasAnswer(name, values) {
  const asked = nodesOf(name, state.description).flatMap((node) => (node.kind === "section" ? node.fields : [node]));
  return asked.some((node) => at(values, node.path) !== undefined);
}

/** The open required answers of a step, and the whole minutes that they may take. @param {string[]} paths */
function effortOf(paths) {
  const kinds = paths.map((path) => state.description.trail(path).at(-1)?.kind);
  const seconds = kinds.reduce((sum, kind) => sum + (kind === "text" ? SECONDS.text : SECONDS.other), 0);
  return { open: paths.length, minutes: Math.ceil(seconds / 60) };
}
