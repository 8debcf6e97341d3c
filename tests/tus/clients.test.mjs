/**
 * Uploads by other people's clients, through nginx and over connections that break, to hosts that change and are killed: the
 * bytes arrive whole, and nothing begins from zero again.
 *
 * TUS_MIB, TUS_CUTS, TUS_KILLS and KAKEKOMI_SEED choose a longer run (scripts/test-long.sh).
 */

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { closeSync, createReadStream, openSync, readdirSync, writeSync } from "node:fs";
import { basename, join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Upload } from "tus-js-client";
import { makeReturnCode, returnCodeDigest } from "../../www/app/return_code.js";
import { startCutter } from "./cutter.mjs";
import { BINARY, startDesk } from "./hosts.mjs";

const MIB = 1 << 20;
const BYTES = Number(process.env.TUS_MIB ?? 40) * MIB + 77;
const CUTS = Number(process.env.TUS_CUTS ?? 6);
const KILLS = Number(process.env.TUS_KILLS ?? 2);
const SEED = Number(process.env.KAKEKOMI_SEED ?? 20261130);
const PYTHON = join(
  process.env.KAKEKOMI_TOOLS ?? fileURLToPath(new URL("../../target/test-tools", import.meta.url)),
  "bin/python",
);

let desk, file, sha256;
before(async () => {
  desk = await startDesk();
  file = join(desk.folder, "証拠 security.evtx");
  sha256 = writeNoise(file, BYTES);
});
after(() => desk?.stop());

/** Writes random bytes in pieces; returns their SHA-256. */
function writeNoise(path, bytes) {
  const [hash, written] = [createHash("sha256"), openSync(path, "w")];
  for (let left = bytes; left > 0; left -= MIB) {
    const piece = randomBytes(Math.min(left, MIB));
    hash.update(piece);
    writeSync(written, piece);
  }
  closeSync(written);
  return hash.digest("hex");
}

/** Submits a case; returns its number, its code and a token. */
async function submit() {
  const code = makeReturnCode();
  const headers = {
    "content-type": "application/json",
    "idempotency-key": randomBytes(16).toString("hex"),
    "kakekomi-return": await returnCodeDigest(code),
  };
  const post = (path, body, more) =>
    fetch(desk.base + path, { method: "POST", headers: { ...headers, ...more }, body });
  const receipt = await post("/v1/submissions", execFileSync(BINARY, ["example"]));
  assert.equal(receipt.status, 201, await receipt.clone().text());
  const { number } = await receipt.json();
  const visit = await post("/v1/return", JSON.stringify({ number, code }));
  assert.equal(visit.status, 200, await visit.clone().text());
  return { number, code, token: (await visit.json()).token };
}

const bearer = (token) => ({ authorization: `Bearer ${token}` });
const metadata = () => ({ what: "log", filename: basename(file), filetype: "application/octet-stream", sha256 });

/** Kills hosts while an upload runs: the first after a share of the bytes, and so on. */
async function killHosts(cutter, isRunning) {
  for (let kills = 1; kills <= KILLS; kills += 1) {
    const place = (kills * BYTES) / (KILLS + 1);
    while (cutter.passed < place && isRunning()) await sleep(5);
    if (!isRunning()) return assert.fail(`the upload ended before kill ${kills}`);
    await desk.killOneHost();
  }
}

/** Checks that the only file of a case has arrived whole, and that no request sent again what was stored. */
async function assertArrived(number, token) {
  const state = await (await fetch(`${desk.base}/v1/return`, { headers: bearer(token) })).json();
  const [arrived] = state.files;
  assert.equal(arrived.state, "arrived", JSON.stringify(arrived));
  assert.deepEqual([arrived.length, arrived.sha256], [BYTES, sha256]);
  const sent = desk.patches().filter(({ path }) => path.endsWith(arrived.id));
  const stored = sent.filter(({ status }) => status === 204).map(({ offset }) => offset);
  assert.deepEqual(
    stored,
    stored.toSorted((one, other) => one - other),
    "a client went back",
  );
  const begun = sent.filter(({ offset }) => offset === 0).length;
  // Before a first part was stored, a client may begin at zero again.
  assert.ok(begun < 3, `${begun} requests began at zero: ${JSON.stringify(sent)}`);
  assert.deepEqual(desk.bodies(), [], "nginx kept a body");
  return sent.length;
}

test("tus-js-client sends a file over broken connections to killed hosts", async (context) => {
  const { number, token } = await submit();
  const cutter = await startCutter(desk.port, { bytes: BYTES, cuts: CUTS, seed: SEED });
  context.after(() => cutter.stop());
  let isRunning = true;
  const upload = (uploadUrl, stopAfter = Infinity) =>
    new Promise((resolve, reject) => {
      const started = new Upload(createReadStream(file), {
        endpoint: `${cutter.base}/v1/files`,
        uploadUrl,
        uploadSize: BYTES,
        headers: bearer(token),
        metadata: metadata(),
        retryDelays: Array.from({ length: 100 }, () => 100),
        onError: reject,
        onSuccess: () => resolve(started.url),
        onProgress: (sent) => {
          if (sent < stopAfter) return;
          stopAfter = Infinity;
          started.abort().then(() => resolve(started.url), reject);
        },
      });
      started.start();
    });
  // Another process goes on where the first one was.
  const whole = upload(undefined, BYTES / 4).then((url) => upload(url));
  await Promise.all([whole.finally(() => (isRunning = false)), killHosts(cutter, () => isRunning)]);
  const requests = await assertArrived(number, token);
  context.diagnostic(`${BYTES} bytes, ${cutter.cuts} cuts, ${KILLS} kills, ${desk.hosts} hosts, ${requests} requests`);
});

test("tuspy sends a file over broken connections to killed hosts", async (context) => {
  const { number, code, token } = await submit();
  const cutter = await startCutter(desk.port, { bytes: BYTES, cuts: CUTS, seed: SEED + 1 });
  context.after(() => cutter.stop());
  const headers = { "Kakekomi-Case": number, "Kakekomi-Code": code };
  const chunk = Math.ceil(BYTES / 7);
  const script = fileURLToPath(new URL("upload.py", import.meta.url));
  const given = [
    script,
    `${cutter.base}/v1/files`,
    file,
    JSON.stringify(headers),
    JSON.stringify(metadata()),
    `${chunk}`,
  ];
  const python = spawn(PYTHON, given, { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(python, "exit");
  const isRunning = () => python.exitCode === null;
  const [[exit]] = await Promise.all([ended, killHosts(cutter, isRunning)]);
  assert.equal(exit, 0);
  const requests = await assertArrived(number, token);
  context.diagnostic(`${BYTES} bytes, ${cutter.cuts} cuts, ${KILLS} kills, ${desk.hosts} hosts, ${requests} requests`);
});

test("nothing of a name or a file is in a log or in the storage", () => {
  const names = readdirSync(desk.folder, { recursive: true });
  assert.ok(names.some((name) => name.endsWith(".age")));
  const strange = names.filter((name) => name.includes("security") && !name.startsWith(basename(file)));
  assert.deepEqual(strange, []);
});
