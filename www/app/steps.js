/**
 * Which part of the form stands on which step: layout, and nothing else.
 *
 * `stepOf("/devices/0/os")` → "devices". What this list does not name comes on the step before the last.
 */

import { within } from "./json_pointer.js";

/** @typedef {{ name: string, places: string[] }} Step */

/** @type {Step[]} */
const LAYOUT = [
  { name: "now", places: ["/incident/ongoing"] },
  { name: "contact", places: ["/contact"] },
  { name: "incident", places: ["/incident"] },
  { name: "service", places: ["/incident/purpose", "/incident/priorities", "/incident/requests", "/service"] },
  { name: "devices", places: ["/devices", "/network", "/logs", "/situation"] },
];

/** Every place with its step, the longest first. */
const PLACES = LAYOUT.flatMap((step) => step.places.map((place) => ({ step: step.name, place }))).sort(
  (one, other) => other.place.length - one.place.length,
);

/** The step for what is not named: all of it can be left out. */
const LAST = "devices";

/** The first question stands alone: its advice cannot wait. */
export const FIRST = "now";

/** The step on which the answers are checked and sent. */
export const REVIEW = "review";

/** The section that is filled in from the agreement. */
export const CONSENT = "/consent";

/** Filled in from the agreement, or asked for later by the desk: never as inputs. */
const NOT_ASKED = [CONSENT, "/other"];

/** A field that may take its answer from another with one press: nothing is asked twice. */
export const SAME_AS = /** @type {Record<string, string>} */ ({ "/contact/responsible": "/contact/person" });

/** All steps in order. @returns {string[]} */
export function stepNames() {
  return [...LAYOUT.map((step) => step.name), REVIEW];
}

/**
 * The step that asks for a path, or "" where none does.
 *
 * @param {string} path
 */
export function stepOf(path) {
  if (path === "" || NOT_ASKED.some((place) => within(path, place))) return "";
  return PLACES.find(({ place }) => within(path, place))?.step ?? LAST;
}

/**
 * The nodes of a step, in order: a place is a section, or a single field that the section then leaves out.
 *
 * @param {string} name
 * @param {import("./description.js").Description} description
 * @returns {form.Field[]}
 */
export function nodesOf(name, description) {
  const places = LAYOUT.find((step) => step.name === name)?.places ?? [];
  const unnamed = description.sections
    .map((section) => section.path)
    .filter((path) => stepOf(path) === name && !places.includes(path));
  return [...places, ...unnamed]
    .map((place) => description.trail(place).at(-1))
    .filter((node) => node !== undefined)
    .map((node) => lacking(node, name));
}

/** A section without the fields that stand on another step. @param {form.Field} node @param {string} step */
function lacking(node, step) {
  if (node.kind !== "section") return node;
  return { ...node, fields: node.fields?.filter((field) => stepOf(field.path) === step) };
}
