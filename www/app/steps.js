/**
 * The layout: the part of the form that is on each step.
 *
 * `stepOf("/devices/0/os")` → "devices". Paths that this list does not name come on the step before the last.
 */

import { within } from "./json_pointer.js";

/** The places of each step. @type {Record<string, string[]>} */
const LAYOUT = {
  now: ["/incident/ongoing"],
  contact: ["/contact"],
  incident: ["/incident"],
  service: ["/incident/purpose", "/incident/priorities", "/incident/requests", "/service"],
  devices: ["/devices", "/network", "/logs", "/situation"],
};

/** Every place with its step, the longest first. */
const PLACES = Object.entries(LAYOUT)
  .flatMap(([step, places]) => places.map((place) => ({ step, place })))
  .sort((one, other) => other.place.length - one.place.length);

/** The step for other places: all of it can be left out. */
const LAST = "devices";

/** The first question is alone: its advice cannot wait. */
export const FIRST = "now";

/** The step on which the answers are checked and sent. */
export const REVIEW = "review";

/** The section that is filled in from the agreement. */
export const CONSENT = "/consent";

/** Sections without inputs: filled in from the agreement, or asked for later by the desk. */
const NOT_ASKED = [CONSENT, "/other"];

/** A field that may take its answer from another with one press: nothing is asked twice. */
export const SAME_AS = /** @type {Record<string, string>} */ ({ "/contact/responsible": "/contact/person" });

/** All steps in order. @returns {string[]} */
export function stepNames() {
  return [...Object.keys(LAYOUT), REVIEW];
}

/** The step that asks for a path, or "" if none does. @param {string} path */
export function stepOf(path) {
  if (path === "" || NOT_ASKED.some((place) => within(path, place))) return "";
  return PLACES.find(({ place }) => within(path, place))?.step ?? LAST;
}

/**
 * The nodes of a step, in order: a place is a section, or a single field that the section then leaves out.
 *
 * @param {string} name @param {import("./description.js").Description} description
 */
export function nodesOf(name, description) {
  const places = LAYOUT[name] ?? [];
  const unnamed = description.sections
    .map((section) => section.path)
    .filter((path) => stepOf(path) === name && !places.includes(path));
  return [...places, ...unnamed]
    .map((place) => description.trail(place).at(-1))
    .filter((node) => node !== undefined)
    .map((node) => lacking(node, name));
}

/** A section without the fields of another step. @param {form.Field} node @param {string} step */
function lacking(node, step) {
  if (node.kind !== "section") return node;
  return { ...node, fields: node.fields.filter((field) => stepOf(field.path) === step) };
}
