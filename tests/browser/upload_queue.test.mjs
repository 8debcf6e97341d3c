/**
 * A file that is chosen again: it goes on only where it is the one that was begun, and is sent whole otherwise.
 */

import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, openAsBlob, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { UploadQueue } from "../../www/upload/upload_queue.js";
import { access, digestOf, openServer } from "./upload_server.mjs";

let folder, server, queue;
before(() => {
  folder = mkdtempSync(join(tmpdir(), "kakekomi-upload-"));
});
after(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(async () => {
  server = await openServer();
  queue = new UploadQueue(access, []);
});
afterEach(() => {
  queue.stop();
  server.stop();
});

const fileOf = (text, name = "fw.log") => new File([text], name);
const states = () => queue.transfers.map(({ state }) => state);

/** A file on disk, as a browser holds it: it cannot be read once it was written anew. */
async function onDisk(text) {
  const path = join(folder, "growing.log");
  writeFileSync(path, text);
  return { path, file: new File([await openAsBlob(path)], "growing.log") };
}

/** Waits for a state, at most five seconds. */
async function until(transfer, state) {
  const signal = AbortSignal.timeout(5_000);
  while (transfer.state !== state) await once(transfer, "change", { signal });
}

/** What the desk has: the state, the declared length and digest, and the bytes. */
const atDesk = () => server.files.map(({ state, length, sha256, bytes }) => [state, length, sha256, String(bytes)]);
const whole = (text, state = "arrived") => [state, text.length, digestOf(text), text];

/** An unfinished file of which another client declared no digest. */
function beginElsewhere(length, text) {
  const bytes = Buffer.from(text);
  server.files.push({ id: "other", what: "log", state: "receiving", length, offset: bytes.length, bytes });
}

test("a log that grew since it could not be read is sent whole, with its digest", async () => {
  const { path, file } = await onDisk("one");
  writeFileSync(path, "one, two");
  await queue.add([file], "log");
  assert.deepEqual(states(), ["unreadable"]);
  const [transfer] = queue.transfers;
  await queue.choose(transfer, fileOf("one, two, three"));
  queue.start();
  await until(transfer, "arrived");
  assert.deepEqual(atDesk(), [whole("one, two, three")]);
});

test("a file that cannot be read when it is chosen again is not sent", async () => {
  const { path, file } = await onDisk("one");
  writeFileSync(path, "one, two");
  await queue.add([file], "log");
  const [transfer] = queue.transfers;
  await queue.choose(transfer, file);
  assert.deepEqual(states(), ["unreadable"]);
  server.files.push({ id: "begun", what: "log", state: "declared", length: 3, offset: 0, sha256: digestOf("one") });
  await queue.read();
  await queue.choose(queue.transfers[1], file);
  assert.deepEqual(states(), ["unreadable", "unreadable"]);
  await queue.add([fileOf("one")], "log");
  assert.deepEqual(states(), ["unreadable", "ready"], "the row gets the bytes that it lacked");
});

for (const text of ["of another file", "short", "0123456789"]) {
  test(`nothing is mixed into an upload without a digest: ${text}`, async () => {
    beginElsewhere(10, "01234");
    await queue.read();
    const [transfer] = queue.transfers;
    await queue.choose(transfer, fileOf(text));
    assert.deepEqual([transfer.state, transfer.other?.size], ["unfinished", text.length]);
    queue.addOther(transfer);
    await until(queue.transfers[1], "ready");
    queue.start();
    await until(queue.transfers[1], "arrived");
    assert.deepEqual(atDesk(), [["receiving", 10, undefined, "01234"], whole(text)]);
  });
}

test("an upload without a digest and without bytes takes a file of its size alone", async () => {
  beginElsewhere(5, "");
  await queue.read();
  const [transfer] = queue.transfers;
  await queue.choose(transfer, fileOf("0123"));
  assert.deepEqual([transfer.state, transfer.other?.size], ["unfinished", 4]);
  await queue.choose(transfer, fileOf("01234"));
  queue.start();
  await until(transfer, "arrived");
  assert.deepEqual(atDesk(), [["arrived", 5, undefined, "01234"]]);
});

test("a desk that keeps nothing of a piece is asked again after waits that grow", async () => {
  server.keep = false;
  await queue.add([fileOf("slow")], "log");
  const [transfer] = queue.transfers;
  queue.start();
  await until(transfer, "waiting");
  await until(transfer, "sending");
  await until(transfer, "waiting");
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  const pieces = server.requests.filter(({ method }) => method === "PATCH");
  assert.equal(pieces.length, 2, "the second wait is longer");
  assert.ok(pieces[1].at - pieces[0].at >= 990);
  server.keep = true;
  queue.resume(transfer);
  await until(transfer, "arrived");
  assert.deepEqual(atDesk(), [whole("slow")]);
});

for (const state of ["mismatch", "destroyed"]) {
  test(`the right file is sent anew after "${state}", also when the list is read before`, async () => {
    const sha256 = digestOf("right");
    const there = { id: "ended", what: "log", state, length: 5, offset: 5, sha256, log: 0, bytes: "wrong" };
    server.files.push(there);
    await queue.read();
    const [transfer] = queue.transfers;
    await queue.add([fileOf("right")], "log");
    await queue.read();
    assert.deepEqual(states(), ["ready"]);
    queue.start();
    await until(transfer, "arrived");
    assert.deepEqual(atDesk(), [[state, 5, sha256, "wrong"], whole("right")]);
    assert.equal(server.files[1].log, 0, "the form's log keeps its entry");
    await queue.read();
    assert.deepEqual(states(), ["arrived", state], "and the list tells of both");
    await queue.add([fileOf("right")], "log");
    assert.equal(states().at(-1), "twice");
  });
}

/** A file whose declaration waits for its response. */
async function declaring() {
  let answer;
  server.declared = new Promise((resolve) => (answer = resolve));
  await queue.add([fileOf("text")], "log");
  queue.start();
  while (!server.files.length) await new Promise((next) => setTimeout(next, 5));
  return { transfer: queue.transfers[0], answer };
}

test("a file that is removed while it is declared leaves nothing at the desk", async () => {
  const { transfer, answer } = await declaring();
  const removed = queue.remove(transfer);
  assert.deepEqual(states(), []);
  answer();
  await removed;
  assert.deepEqual(atDesk(), [["expired", 4, digestOf("text"), ""]]);
});

test("a file that is paused while it is declared is declared once", async () => {
  const { transfer, answer } = await declaring();
  queue.pause(transfer);
  queue.resume(transfer);
  answer();
  await until(transfer, "arrived");
  assert.deepEqual(atDesk(), [whole("text")]);
});
