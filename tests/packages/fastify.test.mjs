/**
 * `@kakekomi/check` in a fresh Fastify server: installed from the packed file, type-checked, and asked over HTTP.
 */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { after, before, test } from "node:test";
import Fastify from "fastify";
import { connect, load } from "../../wasm/packages/check/index.js";
import kakekomi from "../../wasm/packages/check/fastify.js";
import { exampleDraft, moduleBytes, printed, startDesk, terminate } from "./desk.mjs";
import { packedUrls } from "./packed.mjs";
import { freshProject } from "./project.mjs";

let desk, project, server, base;
before(async () => {
  desk = await startDesk();
  project = await freshProject("fastify");
  await project.install((await packedUrls(desk)).check);
  await project.run("npm", "run", "build");
  server = spawn("node", [join(project.folder, "dist/server.js")], {
    env: { ...process.env, DESK: desk.base },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = await once(server.stdout, "data");
  base = String(line).trim();
});
after(async () => {
  if (server) await terminate(server, "Fastify");
  await desk?.stop();
  project?.remove();
});

const draft = exampleDraft();
const send = (path, body, headers = { "content-type": "application/json" }) =>
  fetch(base + path, { method: "POST", headers, body });

test("an accepted draft reaches the route with its bytes and its report", async () => {
  const answer = await send("/apply", draft);
  const got = await answer.json();
  assert.equal(answer.status, 200, JSON.stringify(got));
  assert.equal(got.bytes, draft.length);
  assert.match(got.phone, /^\+81332119999/);
  assert.equal(got.company, JSON.parse(draft.toString("utf8")).contact.company);
  assert.match(got.module, /^sha256:[0-9a-f]{64}$/);
});

test("a draft with issues is 422 with the desk's very report, and no JSON is 400", async () => {
  const incomplete = printed("example", "--incomplete");
  const answer = await send("/apply", incomplete);
  assert.equal(answer.status, 422);
  const text = await answer.text();
  const { context } = JSON.parse(text);
  assert.equal(text, (await load(moduleBytes())).checkText(incomplete, context));
  const broken = await send("/apply", "{");
  assert.deepEqual([broken.status, (await broken.json()).issues[0].code], [400, "text.not_json"]);
});

test("the very bytes are judged: a duplicate key and 1.0 are issues", async () => {
  const duplicate = draft.toString("utf8").replace('"contact"', '"contact":{},"contact"');
  const codes = async (body) => (await (await send("/apply", body)).json()).issues.map(({ code }) => code);
  assert.ok((await codes(duplicate)).includes("key.duplicate"));
  assert.ok((await codes(draft.toString("utf8").replace(/"agreed_at": ?\d+/, "$&.0"))).includes("number.form"));
});

test("another type, a compressed or a longer body is refused as at the desk", async () => {
  assert.equal((await send("/apply", draft, { "content-type": "text/plain" })).status, 415);
  const compressed = { "content-type": "application/json", "content-encoding": "gzip" };
  assert.equal((await send("/apply", draft, compressed)).status, 415);
  assert.equal((await send("/apply", " ".repeat(256 * 1024 + 1))).status, 413);
});

test("other routes of the server are as before", async () => {
  assert.deepEqual(await (await send("/echo", '{"a":1}')).json(), { a: 1 });
});

test("a connection that was passed judges, and where it cannot the answer is 503", async () => {
  const connection = await connect({ desk: desk.base });
  const app = Fastify();
  await app.register(kakekomi, { connection });
  app.post("/apply", { preParsing: app.checkDraft }, async () => "");
  const ask = () =>
    app.inject({ method: "POST", url: "/apply", headers: { "content-type": "application/json" }, payload: draft });
  assert.equal((await ask()).statusCode, 200);
  connection.close();
  const answer = await ask();
  assert.deepEqual([answer.statusCode, answer.json().code], [503, "connection.closed"]);
  await app.close();
});
