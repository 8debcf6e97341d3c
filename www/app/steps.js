/**
 * The layout: the part of the form that is on each step.
 *
 * `stepOf("/devices/0/os")` → "devices". Paths that this list does not name come on the step before the last.
 */

import { within } from "./json_pointer.js";

/** The fields of each step: paths of sections, or of single fields, which their section then leaves out. @type {Record<string, string[]>} */
const LAYOUT = {
  now: ["/incident/ongoing"],
  contact: ["/contact"],
  incident: ["/incident"],
  service: ["/incident/purpose", "/incident/priorities", "/incident/requests", "/service"],
  devices: ["/devices", "/network", "/logs", "/situation"],
};

/** Every path of the layout with its step, the longest first. */
const STEP_OF_PATH = Object.entries(LAYOUT)
  .flatMap(([step, paths]) => paths.map((path) => ({ step, path })))
  .sort((one, other) => other.path.length - one.path.length);

/** The step for other paths: all of it can be left out. */
const LAST = "devices";

/** The first question is alone: its advice cannot wait. */
export const FIRST = "now";

/** The step on which the answers are checked and sent. */
export const REVIEW = "review";

/** The section that is filled in from the agreement. */
export const CONSENT = "/consent";

/** Sections without inputs: filled in from the agreement, or asked for later by the desk. */
const NOT_ASKED = [CONSENT, "/other"];

/** The fields that a step asks for first; the others follow in the order of the description. */
const FIRST_FIELDS = ["/incident/summary", "/incident/discovered_at", "/incident/kind"];

/** Fields that can wait: a line at the end of their section or entry opens them. */
const FOLDED = [
  "/incident/third_party_harm",
  "/incident/occurred_at",
  "/incident/target",
  "/incident/operation",
  "/logs/*/clock_error_seconds",
  "/logs/*/size",
  "/logs/*/sha256",
];

/** The number of options that are shown at once, of a choice with many; a line opens the others. */
export const OPTIONS_SHOWN = /** @type {Record<string, number>} */ ({
  "/incident/kind": 5,
  "/incident/discovery_trigger/by": 5,
});

/** The field beside which a file of the applicant's is chosen, to fill in this one, its size and its digest. */
export const FILE_NAME = "/logs/*/name";

/** A field that may take its answer from another with one press: nothing is asked twice. */
export const SAME_AS = /** @type {Record<string, string>} */ ({ "/contact/responsible": "/contact/person" });

/** All steps in order. @returns {string[]} */
export function stepNames() {
  return [...Object.keys(LAYOUT), REVIEW];
}

/** The step that asks for a path, or "" if none does. @param {string} path */
export function stepOf(path) {
  if (path === "" || NOT_ASKED.some((section) => within(path, section))) return "";
  return STEP_OF_PATH.find((above) => within(path, above.path))?.step ?? LAST;
}

/**
 * The nodes of a step, in order.
 *
 * @param {string} name @param {import("./description.js").Description} description
 */
export function nodesOf(name, description) {
  const paths = LAYOUT[name] ?? [];
  const unnamed = description.sections
    .map((section) => section.path)
    .filter((path) => stepOf(path) === name && !paths.includes(path));
  return [...paths, ...unnamed]
    .map((path) => description.trail(path).at(-1))
    .filter((node) => node !== undefined)
    .map((node) => lacking(node, name));
}

/** True if a field can wait. @param {form.Field} node */
export function isFolded(node) {
  return FOLDED.includes(node.path);
}

/** A section in the order of the layout, without the fields of another step. @param {form.Field} node @param {string} step */
function lacking(node, step) {
  if (node.kind !== "section") return node;
  const fields = node.fields.filter((field) => stepOf(field.path) === step);
  const first = FIRST_FIELDS.flatMap((path) => fields.filter((field) => field.path === path));
  return { ...node, fields: [...new Set([...first, ...fields])] };
}
