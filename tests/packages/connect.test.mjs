/**
 * `connect` with a real desk: down, behind a proxy that truncates, with a changed module, with a wrong pin.
 *
 * The older module is that of tests/fixtures/modules, which takes 午前12時 for a time of day.
 */

import assert from "node:assert/strict";
import { once } from "node:events";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { fileURLToPath } from "node:url";
import { connect, load } from "../../wasm/packages/check/index.js";
import { fileCache } from "../../wasm/packages/check/node.js";
import { openProxy } from "../browser/proxy.mjs";
import { exampleDraft, moduleBytes, startDesk } from "./desk.mjs";

const FIXTURES = fileURLToPath(new URL("../fixtures", import.meta.url));
const OLDER = `sha256:${readFileSync(join(FIXTURES, "older.txt"), "utf8").trim()}`;
const { digest: CURRENT } = await load(moduleBytes());
const draft = exampleDraft();

let desk, modules, proxy, folder, connection;
before(async () => {
  // A copy: the desk puts its own module beside the older one.
  modules = mkdtempSync(join(tmpdir(), "kakekomi-modules-"));
  cpSync(join(FIXTURES, "modules"), modules, { recursive: true });
  desk = await startDesk(["--modules", modules]);
});
beforeEach(async () => {
  proxy = await openProxy(desk.base);
  folder = mkdtempSync(join(tmpdir(), "kakekomi-cache-"));
});
afterEach(async () => {
  connection?.close();
  await proxy.stop();
  rmSync(folder, { recursive: true, force: true });
});
after(async () => {
  await desk?.stop();
  rmSync(modules, { recursive: true, force: true });
});

/** Connects through the proxy; asks the desk before every check. */
async function open(options = {}) {
  connection = await connect({ desk: proxy.base, maxAge: 0, ...options });
  return connection;
}

/** Lets the desk name another module as the one in force. */
function nameModule(digest) {
  proxy.change = (path, answer) => {
    if (path === "/v1/desk") answer.body = Buffer.from(answer.body.toString("utf8").replace(CURRENT, digest));
  };
}

/** Changes the file of the module on its way. @param {(answer: any) => void} change */
function changeFile(change) {
  proxy.change = (path, answer) => {
    if (path.endsWith(".wasm")) change(answer);
  };
}

test("the report is the desk's own, and its context replays it", async () => {
  await open({ pin: [OLDER, CURRENT] });
  assert.equal(connection.digest, CURRENT);
  const report = await connection.check(draft);
  assert.equal(report.accepted, true, JSON.stringify(report.issues));
  assert.equal(report.ruleset, connection.ruleset);
  const module = await load(moduleBytes());
  assert.deepEqual(module.check(draft, report.context), report);
  assert.equal((await connection.check(draft, { locale: "en" })).context.locale, "en");
  assert.ok(Math.abs(report.context.now - Date.now()) < 60_000);
});

test("a context is used for maxAge, and its time goes on", async () => {
  await open({ maxAge: 60_000 });
  const first = await connection.check(draft);
  await new Promise((resolve) => setTimeout(resolve, 30));
  const second = await connection.check(draft);
  assert.ok(second.context.now >= first.context.now + 29, `${second.context.now - first.context.now} ms`);
  assert.equal(proxy.passed.filter((line) => line.includes("/v1/desk")).length, 1);
  await connection.refresh();
  assert.equal(proxy.passed.filter((line) => line.includes("/v1/desk")).length, 2);
  assert.equal(proxy.passed.filter((line) => line.includes(".wasm")).length, 1, "the module is fetched once");
});

test("checks at once share one request", async () => {
  await open();
  await Promise.all(Array.from({ length: 20 }, () => connection.check(draft)));
  assert.equal(proxy.passed.filter((line) => line.includes("/v1/desk")).length, 2);
});

test("while the desk is down, checks go on, and the problem is named", async () => {
  await open();
  proxy.shut();
  const report = await connection.check(draft);
  assert.equal(report.accepted, true);
  assert.equal(connection.problem.code, "desk.unreachable");
  await assert.rejects(connection.refresh(), { code: "desk.unreachable" });
  proxy.open();
  await connection.refresh();
  assert.equal(connection.problem, null);
});

test("a start while the desk is down needs a cache", async () => {
  proxy.shut();
  await assert.rejects(open(), { code: "desk.unreachable", message: /cannot be reached/ });
  await assert.rejects(open({ cache: fileCache(folder) }), { code: "desk.unreachable" });
  proxy.open();
  await open({ cache: fileCache(folder) });
  const { now } = connection.context;
  proxy.shut();
  await open({ cache: fileCache(folder), pin: CURRENT });
  assert.equal(connection.problem.code, "desk.unreachable");
  assert.ok(connection.context.now >= now);
  assert.equal((await connection.check(draft)).accepted, true);
  await assert.rejects(
    open({ cache: fileCache(folder), pin: OLDER }),
    { code: "desk.unreachable" },
    "the pin holds for the cache too",
  );
  const saved = await fileCache(folder).read();
  const timeless = { read: async () => ({ ...saved, savedAt: undefined }), write: async () => {} };
  await assert.rejects(open({ cache: timeless }), { code: "desk.unreachable" }, "a cache without its time is not used");
  const file = join(folder, "kakekomi.wasm");
  writeFileSync(file, readFileSync(file).subarray(0, 50_000));
  await assert.rejects(open({ cache: fileCache(folder) }), { code: "desk.unreachable" }, "a damaged cache is not used");
});

test("a changed module is fetched, verified and used with its context", async () => {
  nameModule(OLDER);
  await open();
  assert.equal(connection.digest, OLDER);
  const noon = Buffer.from(
    JSON.stringify({ incident: { discovered_at: { at: { year: "2026", month: "11", day: "20", time: "午前12時" } } } }),
  );
  const codes = async () => (await connection.check(noon)).issues.map(({ code }) => code);
  assert.ok(!(await codes()).includes("moment.time"));
  proxy.change = () => undefined;
  assert.ok((await codes()).includes("moment.time"));
  assert.equal(connection.digest, CURRENT);
});

test("a desk whose module is not pinned is refused, and later the pinned one goes on", async () => {
  await assert.rejects(open({ pin: OLDER }), { code: "module.pin", message: new RegExp(CURRENT) });
  assert.ok(!proxy.passed.some((line) => line.includes(".wasm")), "it is not even fetched");
  await assert.rejects(open({ pin: "sha256:12" }), { code: "options.invalid" });
  nameModule(OLDER);
  await open({ pin: [OLDER] });
  proxy.change = () => undefined;
  await assert.rejects(connection.refresh(), { code: "module.pin" });
  assert.equal(connection.digest, OLDER);
  assert.equal((await connection.check(draft)).context.locale, "ja");
});

test("a truncated file is an error, and the module before it goes on", async () => {
  const truncate = (answer) => {
    answer.body = answer.body.subarray(0, 100_000);
  };
  changeFile(truncate);
  await assert.rejects(open(), { code: "module.digest", message: /100000 bytes is cut off/ });
  changeFile((answer) => {
    answer.cut = 100_000;
  });
  await assert.rejects(open(), { code: "module.truncated", message: /broke off/ });
  nameModule(OLDER);
  await open();
  changeFile(truncate);
  assert.equal((await connection.check(draft)).accepted, true);
  assert.deepEqual([connection.digest, connection.problem.code], [OLDER, "module.digest"]);
});

test("an address that is no desk's says so", async () => {
  proxy.change = (path, answer) => Object.assign(answer, { body: Buffer.from("<!doctype html>") });
  await assert.rejects(open(), { code: "desk.invalid", message: /kakekomi desk/ });
  proxy.change = (path, answer) => Object.assign(answer, { status: 404 });
  await assert.rejects(open(), { code: "desk.invalid", message: /404/ });
  proxy.change = (path, answer) => Object.assign(answer, { status: 503 });
  await assert.rejects(open(), { code: "desk.unreachable", message: /503/ });
  const redirect = {
    fetch: (url, options) => (assert.equal(options.redirect, "manual"), new Response(null, { status: 302 })),
  };
  await assert.rejects(open(redirect), { code: "desk.invalid", message: /redirect/ });
  await assert.rejects(open({ desk: "desk.example.jp" }), { code: "options.invalid" });
});

test("a desk that never answers is given up after the timeout", async () => {
  const silent = createServer().listen(0, "127.0.0.1");
  await once(silent, "listening");
  const address = `http://127.0.0.1:${silent.address().port}`;
  await assert.rejects(open({ desk: address, timeout: 200 }), { code: "desk.unreachable" });
  silent.close();
});

test("a description that breaks off or never ends is refused, and an option that cannot be read is named", async () => {
  const body = (start) => ({ fetch: async () => new Response(new ReadableStream({ pull: start })) });
  await assert.rejects(open(body((stream) => stream.error(new Error("reset")))), {
    code: "desk.unreachable",
    message: /broke off/,
  });
  await assert.rejects(open(body((stream) => stream.enqueue(new Uint8Array(65_536).fill(32)))), {
    code: "desk.invalid",
    message: /more than 1048576 bytes/,
  });
  for (const option of [{ timeout: -1 }, { timeout: Infinity }, { maxAge: NaN }, { locale: "fr" }, { cache: folder }]) {
    const message = new RegExp(Object.keys(option)[0]);
    await assert.rejects(open(option), { code: "options.invalid", message });
  }
});

test("a file cache is whole when connections of one process share its folder", async () => {
  const all = Array.from({ length: 8 }, () => connect({ desk: proxy.base, cache: fileCache(folder) }));
  for (const one of await Promise.all(all)) one.close();
  assert.deepEqual(readdirSync(folder).sort(), ["desk.json", "kakekomi.wasm"]);
  proxy.shut();
  await open({ cache: fileCache(folder) });
  assert.equal(connection.digest, CURRENT);
});

test("a fetch of the caller's own makes the requests", async () => {
  const asked = [];
  await open({
    fetch: (url, options) => {
      asked.push(new URL(url).pathname);
      return fetch(url, options);
    },
  });
  assert.deepEqual(asked, ["/v1/desk", `/module/${CURRENT.replace("sha256:", "")}.wasm`]);
});

test("a closed connection refuses checks", async () => {
  await open();
  const running = connection.refresh();
  connection.close();
  await assert.rejects(running, { code: "connection.closed" });
  await assert.rejects(connection.refresh(), { code: "connection.closed" });
  await assert.rejects(connection.check(draft), { code: "connection.closed" });
});
