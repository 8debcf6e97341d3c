/** Fastify with ajv over the form's published JSON Schema: `node server.mjs BINARY` prints its port and serves /v1/check.
 *
 * Its response has the verdict of the schema and every error that ajv finds. It does less than the desk: no rule that a schema cannot
 * express, no normalised values, no sentences, no advice, no record of its context. */

import { execFileSync } from "node:child_process";
import Ajv2020 from "ajv/dist/2020.js";
import Fastify from "fastify";

const schema = JSON.parse(execFileSync(process.argv[2], ["schema"], { encoding: "utf8" }));
const ajv = new Ajv2020.default({ strict: true, strictTypes: false, strictRequired: false, allErrors: true });
const app = Fastify({ bodyLimit: 262144 });
app.setValidatorCompiler(({ schema }) => ajv.compile(schema));
app.post("/v1/check", { schema: { body: schema }, attachValidation: true }, async (request) => {
  const issues = request.validationError?.validation ?? [];
  return { accepted: issues.length === 0, issues, values: request.body };
});
const address = await app.listen({ host: "127.0.0.1", port: 0 });
console.log(new URL(address).port);
