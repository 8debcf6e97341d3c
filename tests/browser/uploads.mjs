/**
 * What the tests of uploads share: files of known contents, the state at the desk, and the steps of a person.
 *
 * `await openFiles(t, browser, desk.base)` → the return page of a new case, with the part for files open
 */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { choose, seededBytes } from "./files.mjs";
import { caseByHttp, openReturn, signIn } from "./visit.mjs";

/** Several pieces of 8 MiB. */
export const LARGE = { name: "サーバー.evtx", size: 30_000_000, seed: 7 };
export const SMALL = { name: "fw.log", text: "of the firewall" };
export const FILES = "**/v1/files?**";

export const digestOf = ({ text, size, seed }) =>
  createHash("sha256")
    .update(text ?? seededBytes(size, seed))
    .digest("hex");

/** The headers of a request without the page. */
export const headersOf = ({ number, code }) => ({
  "Tus-Resumable": "1.0.0",
  "Kakekomi-Case": number,
  "Kakekomi-Code": code.replaceAll(" ", ""),
});

/** The files of a case at the desk. */
export async function filesOf(base, given) {
  return (await (await fetch(`${base}/v1/files`, { headers: headersOf(given) })).json()).files;
}

/** Begins an upload without a digest, as another client, and sends its first bytes. */
export async function beginElsewhere(base, given, { length, text }) {
  const headers = headersOf(given);
  const metadata = `what ${btoa("log")},filename ${btoa("fw.log")}`;
  const declaration = { ...headers, "Upload-Length": String(length), "Upload-Metadata": metadata };
  const declared = await fetch(`${base}/v1/files`, { method: "POST", headers: declaration });
  assert.equal(declared.status, 201);
  const piece = { ...headers, "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream" };
  const at = new URL(declared.headers.get("location"), base);
  const sent = await fetch(at, { method: "PATCH", headers: piece, body: text });
  assert.equal(sent.status, 204);
}

/** What the desk has of a file that arrived, or not. */
export const has = ({ state, length, sha256, what }) => ({ state, length, sha256, what });
export const arrived = (file, what = "log") => ({
  state: "arrived",
  length: file.size ?? file.text.length,
  sha256: digestOf(file),
  what,
});

export const row = (page, state) => page.locator(`.case-files__row[data-state="${state}"]`);
export const words = (page, state) =>
  page.locator(`.case-files__row[data-state="${state}"] .case-files__state`).innerText();
export const chooseAgain = (state) => `.case-files__row[data-state="${state}"] input[type="file"]`;
/** The button of a file, by its place. */
export const act = (page, state, place = 1) =>
  page.locator(`.case-files__row[data-state="${state}"] .case-files__ways > :nth-child(${place})`).first().click();

/** Opens a case on the return page, and in it the files. */
export async function openFiles(t, browser, base, how) {
  const given = await caseByHttp(base);
  const opened = await openReturn(browser, how?.through ?? base, how);
  t.after(() => opened.context.close());
  await signIn(opened.page, given);
  await opened.page.locator("#open-files").click();
  await opened.page.locator("#choose-files").waitFor({ state: "attached" });
  return { ...opened, given };
}

/** Reloads the page, as a person who leaves although the browser warns, and opens the case again. */
export async function comeBack(page, given) {
  await page.evaluate(() => addEventListener("beforeunload", (event) => event.stopImmediatePropagation(), true));
  await page.reload();
  await page.locator("#return-open").waitFor();
  await signIn(page, given);
  await row(page, "unfinished").waitFor();
}

/** Chooses a file and sends it. */
export async function send(page, file) {
  await choose(page, "#choose-files", file);
  await row(page, "ready").waitFor();
  await page.locator("#send-files").click();
}
