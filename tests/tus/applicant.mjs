/**
 * An applicant with a file to send, and what the desk has of it.
 *
 *     const sha256 = writeNoise(path, 12 << 20);
 *     const visit = await submit(desk);                       // { number, code, token }
 *     await assertArrived(desk, visit, { bytes, sha256 });    // the number of requests that it took
 */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { closeSync, openSync, writeSync } from "node:fs";
import { basename } from "node:path";
import { makeReturnCode, returnCodeDigest } from "../../www/app/return_code.js";
import { BINARY } from "./hosts.mjs";

export const MIB = 1 << 20;

/** Writes random bytes in pieces; returns their SHA-256. */
export function writeNoise(path, bytes) {
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
export async function submit(desk) {
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

export const bearer = (token) => ({ authorization: `Bearer ${token}` });

export const metadata = (file, sha256) => ({
  what: "log",
  filename: basename(file),
  filetype: "application/octet-stream",
  sha256,
});

/** Checks that the only file of a case has arrived whole, and that no request sent again what was stored. */
export async function assertArrived(desk, { token }, { bytes, sha256 }) {
  const headers = { ...bearer(token), "tus-resumable": "1.0.0" };
  const { files } = await (await fetch(`${desk.base}/v1/files`, { headers })).json();
  assert.equal(files.length, 1, JSON.stringify(files));
  const [arrived] = files;
  assert.equal(arrived.state, "arrived", JSON.stringify(arrived));
  assert.deepEqual([arrived.length, arrived.sha256], [bytes, sha256]);
  const sent = desk.patches().filter(({ path }) => path.endsWith(arrived.id));
  const stored = sent.filter(({ status }) => status === 204).map(({ offset }) => offset);
  assert.deepEqual(
    stored,
    stored.toSorted((one, other) => one - other),
    "a client went back",
  );
  // Before a first part was stored, a client begins at zero again after each cut.
  const later = sent.slice(sent.findIndex(({ offset }) => offset > 0)).filter(({ offset }) => offset === 0);
  assert.deepEqual(later, [], `a request began at zero again: ${JSON.stringify(sent)}`);
  assert.deepEqual(desk.bodies(), [], "nginx kept a body");
  return sent.length;
}
