/**
 * The validators that `compare.mjs` compares: each `start` gives a function from a draft's bytes to a verdict.
 *
 * `node contenders.mjs ajv FOLDER` prints the time from the first import to the first verdict.
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const DECODER = new TextDecoder();

/** @param {string} folder with schema.json @returns {any} */
const schemaIn = (folder) => JSON.parse(readFileSync(join(folder, "schema.json"), "utf8"));
/** @param {Uint8Array} draft */
const parse = (draft) => JSON.parse(DECODER.decode(draft));

/** @param {string} folder @param {object} [options] */
async function startModule(folder, options) {
  const { load } = await import("../../wasm/packages/check/index.js");
  const module = await load(readFileSync(join(folder, "kakekomi.wasm")));
  const context = readFileSync(join(folder, "context.json"), "utf8");
  return {
    module,
    context,
    check: (/** @type {Uint8Array} */ draft) => module.check(draft, context, options).accepted,
  };
}

/** @type {{ name: string, start: (folder: string) => Promise<(draft: Uint8Array) => boolean> }[]} */
export const CONTENDERS = [
  { name: "@kakekomi/check", start: async (folder) => (await startModule(folder)).check },
  {
    name: "@kakekomi/check, checkBytes",
    async start(folder) {
      const { module, context } = await startModule(folder);
      return (draft) => module.checkBytes(draft, context).length > 0;
    },
  },
  {
    name: "@kakekomi/check, { fresh: true }",
    start: async (folder) => (await startModule(folder, { fresh: true })).check,
  },
  {
    name: "ajv",
    async start(folder) {
      const { default: Ajv } = await import("ajv/dist/2020.js");
      const ajv = new Ajv.default({ strict: true, strictTypes: false, strictRequired: false, allErrors: true });
      const validate = ajv.compile(schemaIn(folder));
      return (draft) => validate(parse(draft));
    },
  },
  {
    name: "zod",
    async start(folder) {
      const { zodSchema } = await import("./schema_builders.mjs");
      const schema = await zodSchema(schemaIn(folder));
      return (draft) => schema.safeParse(parse(draft)).success;
    },
  },
  {
    name: "valibot",
    async start(folder) {
      const { valibotSchema } = await import("./schema_builders.mjs");
      const { safeParse, schema } = await valibotSchema(schemaIn(folder));
      return (draft) => safeParse(schema, parse(draft)).success;
    },
  },
];

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , name, folder] = process.argv;
  const draft = readFileSync(join(folder, "draft.json"));
  const { start } = CONTENDERS.find((one) => one.name === name) ?? CONTENDERS[0];
  const [from, processorFrom] = [performance.now(), process.cpuUsage()];
  const check = await start(folder);
  const accepted = check(draft);
  const { user, system } = process.cpuUsage(processorFrom);
  console.log(JSON.stringify({ wall: performance.now() - from, processor: (user + system) / 1000, accepted }));
}
