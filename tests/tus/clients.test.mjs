/**
 * Uploads by other people's clients, through nginx and over connections that break, to hosts that change and are killed: the
 * bytes arrive whole, and nothing begins from zero again.
 *
 * TUS_MIB, TUS_CUTS, TUS_KILLS and KAKEKOMI_SEED choose a longer run (scripts/test-long.sh).
 */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createReadStream, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Upload } from "tus-js-client";
import { assertArrived, bearer, metadata, MIB, submit, writeNoise } from "./applicant.mjs";
import { startCutter } from "./cutter.mjs";
import { startDesk, withKills } from "./hosts.mjs";

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

test("tus-js-client sends a file over broken connections to killed hosts", async (context) => {
  const visit = await submit(desk);
  const cutter = await startCutter(desk.port, { bytes: BYTES, cuts: CUTS, seed: SEED });
  context.after(() => cutter.stop());
  const upload = (uploadUrl, stopAfter = Infinity) =>
    new Promise((resolve, reject) => {
      const started = new Upload(createReadStream(file), {
        endpoint: `${cutter.base}/v1/files`,
        uploadUrl,
        uploadSize: BYTES,
        headers: bearer(visit.token),
        metadata: metadata(file, sha256),
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
  await withKills(whole, desk, cutter, { bytes: BYTES, kills: KILLS });
  const requests = await assertArrived(desk, visit, { bytes: BYTES, sha256 });
  context.diagnostic(`${BYTES} bytes, ${cutter.cuts} cuts, ${KILLS} kills, ${desk.hosts} hosts, ${requests} requests`);
});

test("tuspy sends a file over broken connections to killed hosts", async (context) => {
  const visit = await submit(desk);
  const cutter = await startCutter(desk.port, { bytes: BYTES, cuts: CUTS, seed: SEED + 1 });
  context.after(() => cutter.stop());
  const headers = { "Kakekomi-Case": visit.number, "Kakekomi-Code": visit.code };
  const chunk = Math.ceil(BYTES / 7);
  const script = fileURLToPath(new URL("upload.py", import.meta.url));
  const given = [
    script,
    `${cutter.base}/v1/files`,
    file,
    JSON.stringify(headers),
    JSON.stringify(metadata(file, sha256)),
    `${chunk}`,
  ];
  const python = spawn(PYTHON, given, { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(python, "exit");
  const [exit] = await withKills(ended, desk, cutter, { bytes: BYTES, kills: KILLS });
  assert.equal(exit, 0);
  const requests = await assertArrived(desk, visit, { bytes: BYTES, sha256 });
  context.diagnostic(`${BYTES} bytes, ${cutter.cuts} cuts, ${KILLS} kills, ${desk.hosts} hosts, ${requests} requests`);
});

test("nothing of a name or a file is in a log or in the storage", () => {
  const names = readdirSync(desk.folder, { recursive: true });
  assert.ok(names.some((name) => name.endsWith(".age")));
  const strange = names.filter((name) => name.includes("security") && !name.startsWith(basename(file)));
  assert.deepEqual(strange, []);
});
