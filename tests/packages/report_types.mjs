/**
 * TypeScript's types of draft, context and report, made from the schemas that the program prints.
 *
 *     {"type": "object", "properties": {"accepted": {"type": "boolean"}}, "required": ["accepted"]}  →  { accepted: boolean }
 *
 * `node tests/packages/report_types.mjs` writes wasm/packages/check/report.d.ts; `check.test.mjs` compares it. `KAKEKOMI_BIN` names the program.
 */

import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { format } from "prettier";
import { BINARY } from "./desk.mjs";

export const FILE = fileURLToPath(new URL("../../wasm/packages/check/report.d.ts", import.meta.url));

/** The names in the file of the schemas that others refer to. @type {Record<string, string>} */
const NAMES = { Context: "Context", answeredMoment: "AnsweredMoment", moment: "Moment", unknown: "Unknown" };

/** The parts of a report that have a name of their own. */
const ITEMS = { Issue: "issues", Advisory: "advisories", Guidance: "guidance", Progress: "progress" };

/** A member of a union that any string makes superfluous. */
const LITERAL = /^"/;

/** The file's text. */
export async function reportTypes() {
  const { schemas } = printed("openapi").components;
  const sections = printed("describe").sections.map(({ name }) => name);
  const { properties } = schemas.Report;
  const codes = properties.issues.items.properties.code.enum;
  const parts = [
    `/** Draft, context and report, made from \`kakekomi openapi\` and \`kakekomi describe\` by tests/packages/report_types.mjs. */`,
    `/** A stable code; a module newer than this file may have others. docs/codes.md describes each. */
     export type Code = ${union(codes.map((code) => JSON.stringify(code)))} | (string & {});`,
    `/** A section of the form. */
     export type Section = ${union(sections.map((key) => JSON.stringify(key)))} | (string & {});`,
    ...Object.entries(NAMES).map(([schema, name]) => declaration(name, schemas[schema])),
    ...Object.entries(ITEMS).map(([name, member]) => declaration(name, properties[member].items)),
    `/** The normalised answers: a draft that gives the same values, and lacks what could not be read. */
     export type Values = PartialAnswers<Draft>;
     type PartialAnswers<T> = T extends readonly (infer Item)[] ? PartialAnswers<Item>[] : T extends object ? { [Key in keyof T]?: PartialAnswers<T[Key]> } : T;`,
    declaration("Report", report(schemas.Report)),
    declaration("Draft", schemas.Draft),
  ];
  return format(parts.join("\n\n"), { parser: "typescript", printWidth: 120, objectWrap: "collapse" });
}

/** @param {string} command */
function printed(command) {
  return JSON.parse(execFileSync(BINARY, [command], { encoding: "utf8" }));
}

/** The report's schema, whose lists have items of named types. */
function report({ properties, ...rest }) {
  const named = { ...properties, values: { name: "Values" } };
  for (const [name, member] of Object.entries(ITEMS)) named[member] = { ...properties[member], items: { name } };
  return { ...rest, properties: named };
}

function declaration(name, schema) {
  const type = typeOf(schema);
  const description = comment(schema);
  return schema.properties
    ? `${description}export interface ${name} ${type}`
    : `${description}export type ${name} = ${type};`;
}

/** Title and description; those that quote the Japanese source are left out. */
function comment({ title, description }) {
  const words = [title, description].filter((text) => text && /^[ -~]*$/.test(text)).join(". ");
  return words ? `/** ${words} */\n` : "";
}

/** The type of a schema. @returns {string} */
function typeOf(schema) {
  if (schema === false) return "never";
  if (schema.name) return schema.name;
  if (schema.$ref) return NAMES[schema.$ref.split("/").at(-1)];
  if ("const" in schema) return JSON.stringify(schema.const);
  if (schema.enum) return union(schema.enum.map((one) => JSON.stringify(one)));
  if (schema.properties || schema.type === "object") return objectOf(schema);
  if (schema.type === "array") return `(${typeOf(schema.items)})[]`;
  if (schema.type === "integer") return "number";
  if (schema.type === "boolean") return "boolean";
  if (schema.anyOf) return union(schema.anyOf.map(typeOf));
  if (schema.pattern?.endsWith("]*$") && !schema.maxLength) return '""'; // nothing but blanks: not answered
  if (schema.type === "string" || schema.pattern) return "string";
  throw new Error(`no type for ${JSON.stringify(schema)}`);
}

function objectOf({ properties = {}, required = [], additionalProperties }) {
  const members = Object.entries(properties).map(([key, schema]) => member(key, schema, required.includes(key)));
  const types = Object.values(properties).map(typeOf);
  if (additionalProperties)
    members.push(`[name: string]: ${union([typeOf(additionalProperties), ...types, "undefined"])}`);
  return `{\n${members.join(";\n")} }`;
}

function member(key, schema, isRequired) {
  const type = key === "code" ? "Code" : key === "section" ? "Section" : typeOf(schema);
  return `${comment(schema)}${JSON.stringify(key)}${isRequired ? "" : "?"}: ${type}${isRequired ? "" : " | undefined"}`;
}

/** @param {string[]} types */
function union(types) {
  const all = [...new Set(types.flatMap((type) => (LITERAL.test(type) ? type.split(" | ") : [type])))];
  return all.filter((type) => !(all.includes("string") && LITERAL.test(type))).join(" | ");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(FILE, await reportTypes());
