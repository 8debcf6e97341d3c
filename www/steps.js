/**
 * Which part of the form stands on which step: layout, and nothing else.
 *
 * `stepOf("/devices/0/os")` → "devices". A section that this list does not name comes on the step before the last.
 */

import { within } from "./pointer.js";

/** @typedef {{ name: string, places: string[] }} Step */

/** @type {Step[]} */
const LAYOUT = [
  { name: "contact", places: ["/incident/ongoing", "/contact"] },
  { name: "incident", places: ["/incident"] },
  { name: "devices", places: ["/devices"] },
  { name: "network", places: ["/network", "/logs"] },
  { name: "service", places: ["/service", "/situation"] },
];

/** The step on which the answers are checked and sent. */
export const REVIEW = "review";

/** Filled in from the agreement, or asked for later by the desk: never as inputs. */
const NOT_ASKED = ["/consent", "/other"];

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
  const named = LAYOUT.flatMap((step) => step.places.map((place) => ({ step: step.name, place })))
    .filter(({ place }) => within(path, place))
    .sort((one, other) => other.place.length - one.place.length);
  return named[0]?.step ?? "service";
}

/** The sections that stand on a step, by their keys in the draft. @param {string} name */
export function sectionsOf(name) {
  const places = LAYOUT.find((step) => step.name === name)?.places ?? [];
  return places.map((place) => place.slice(1)).filter((place) => !place.includes("/"));
}

/**
 * The nodes of a step, in order: a place is a section, or a single field that the section then leaves out.
 *
 * @param {string} name
 * @param {import("./description.js").Description} description
 * @returns {import("./types.js").Field[]}
 */
export function nodesOf(name, description) {
  const places = LAYOUT.find((step) => step.name === name)?.places ?? [];
  const unnamed = description.sections.map((section) => section.path)
    .filter((path) => stepOf(path) === name && !places.includes(path));
  return [...places, ...unnamed]
    .map((place) => description.trail(place).at(-1))
    .filter((node) => node !== undefined)
    .map((node) => lacking(node, name));
}

/** A section without the fields that stand on another step. @param {import("./types.js").Field} node @param {string} step */
function lacking(node, step) {
  if (node.kind !== "section") return node;
  return { ...node, fields: node.fields?.filter((field) => stepOf(field.path) === step) };
}
