/**
 * The draft's JSON Schema as a schema of zod and of valibot, as somebody would write it by hand.
 *
 *     {"type": "string", "maxLength": 200}  →  z.string().max(200)  or  pipe(string(), maxLength(200))
 *
 * Conditions that span members (`if`, `anyOf` beside `properties`, `contains`) are left out: these two do less than ajv.
 */

/** The parts of which both libraries' schemas are made.
 * @typedef {{ never: () => any, literal: (value: any) => any, oneOf: (values: any[]) => any, union: (schemas: any[]) => any, list: (item: any, max?: number) => any,
 *   object: (members: Record<string, any>) => any, optional: (schema: any) => any, integer: (min?: number, max?: number) => any, boolean: () => any,
 *   text: (max: number | undefined, patterns: RegExp[]) => any }} Builder */

/** @param {any} schema */
export async function zodSchema(schema) {
  const z = await import("zod");
  /** @type {Builder} */
  const builder = {
    never: () => z.never(),
    literal: (value) => z.literal(value),
    oneOf: (values) => z.enum(values),
    union: (schemas) => z.union(schemas),
    list: (item, max = Infinity) => z.array(item).max(max),
    object: (members) => z.strictObject(members),
    optional: (one) => one.optional(),
    integer: (min = -Infinity, max = Infinity) => z.int().min(min).max(max),
    boolean: () => z.boolean(),
    text: (max = Infinity, patterns) => patterns.reduce((text, pattern) => text.regex(pattern), z.string().max(max)),
  };
  return convert(schema, builder, schema.$defs);
}

/** @param {any} schema */
export async function valibotSchema(schema) {
  const v = await import("valibot");
  /** @type {Builder} */
  const builder = {
    never: () => v.never(),
    literal: (value) => v.literal(value),
    oneOf: (values) => v.picklist(values),
    union: (schemas) => v.union(schemas),
    list: (item, max = Infinity) => v.pipe(v.array(item), v.maxLength(max)),
    object: (members) => v.strictObject(members),
    optional: (one) => v.optional(one),
    integer: (min = -Infinity, max = Infinity) => v.pipe(v.number(), v.integer(), v.minValue(min), v.maxValue(max)),
    boolean: () => v.boolean(),
    text: (max = Infinity, patterns) =>
      v.pipe(v.string(), v.maxLength(max), ...patterns.map((pattern) => v.regex(pattern))),
  };
  return { safeParse: v.safeParse, schema: convert(schema, builder, schema.$defs) };
}

/** @param {any} schema @param {Builder} build @param {Record<string, any>} defs @returns {any} */
function convert(schema, build, defs) {
  const inner = (/** @type {any} */ one) => convert(one, build, defs);
  if (schema === false) return build.never();
  if (schema.$ref) return inner(defs[schema.$ref.split("/").at(-1)]);
  if ("const" in schema) return build.literal(schema.const);
  if (schema.enum) return build.oneOf(schema.enum);
  if (schema.properties) {
    const required = schema.required ?? [];
    const members = Object.entries(schema.properties).map(([key, one]) => [
      key,
      required.includes(key) ? inner(one) : build.optional(inner(one)),
    ]);
    return build.object(Object.fromEntries(members));
  }
  if (schema.anyOf) return build.union(schema.anyOf.map(inner));
  if (schema.type === "array") return build.list(inner(schema.items), schema.maxItems);
  if (schema.type === "integer") return build.integer(schema.minimum, schema.maximum);
  if (schema.type === "boolean") return build.boolean();
  const patterns = [schema, ...(schema.allOf ?? [])].flatMap(({ pattern }) => pattern ?? []);
  return build.text(
    schema.maxLength,
    patterns.map((pattern) => new RegExp(pattern, "u")),
  );
}
