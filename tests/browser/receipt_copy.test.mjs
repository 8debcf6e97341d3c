/**
 * The receipt's copy: one HTML file for any device without a network, and the data for machines.
 */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { agree, download, open, receiptNumber, received, step } from "./applicant.mjs";
import { BINARY, launch, startDesk } from "./desk.mjs";

/** What a hostile person might type, and what a copy that forgot to escape it would do. */
const MARKUP = `</style></title><script>document.title="ran"</script><img src=x onerror="document.title='ran'"><b id=evil>&lt;"'`;

/** The digest of a document that is no longer in force. */
const PAST = "0".repeat(64);

let desk, browser;
before(async () => {
  [desk, browser] = await Promise.all([startDesk(), launch()]);
});
after(async () => {
  await browser?.close();
  await desk?.stop();
});

/** Lets the kept receipt name a document that is no longer in force. @param {any} page */
async function agreedToPast(page) {
  await page.evaluate((past) => {
    const kept = JSON.parse(sessionStorage.getItem("kakekomi.receipt"));
    kept.receipt.consent.document.sha256 = past;
    sessionStorage.setItem("kakekomi.receipt", JSON.stringify(kept));
  }, PAST);
  await page.reload();
}

/** An accepted draft with markup in every text, by the form description. */
async function markedDraft() {
  const { module } = await (await fetch(`${desk.base}/v1/desk`)).json();
  const { sections } = await (await fetch(`${desk.base}/module/${module.split(":")[1]}/describe.ja.json`)).json();
  const draft = JSON.parse(execFileSync(BINARY, ["example"], { encoding: "utf8" }));
  const marked = (nodes, value) =>
    Object.fromEntries(
      nodes.flatMap(({ name, kind, fields, item }) => {
        const given = value?.[name];
        if (["line", "text"].includes(kind)) return [[name, MARKUP]];
        if (kind === "list") return [[name, (given?.length ? given : []).map((entry) => marked(item.fields, entry))]];
        if (fields && given && !given.unknown) return [[name, { ...given, ...marked(fields, given) }]];
        return given === undefined ? [] : [[name, given]];
      }),
    );
  return marked(
    sections.filter(({ name }) => !["consent", "other"].includes(name)),
    draft,
  );
}

/** A saved copy in a browser of its own, without a network. */
async function openedCopy(file) {
  const context = await browser.newContext({ viewport: { width: 360, height: 740 }, offline: true });
  const page = await context.newPage();
  const seen = { requests: [], errors: [] };
  page.on("request", (request) => seen.requests.push(request.url()));
  page.on("console", (message) => seen.errors.push(message.text()));
  page.on("pageerror", (error) => seen.errors.push(error.message));
  // The name in the browser's own folder of downloads has no ending.
  const path = `${file.path}.html`;
  copyFileSync(file.path, path);
  await page.goto(pathToFileURL(path).href);
  return { page, context, seen };
}

test("the copy is one file that loads and runs nothing, with the answers as text and the documents in full", async () => {
  const { page, context, errors } = await open(browser, desk.base);
  await agree(page);
  const draft = await markedDraft();
  const buffer = Buffer.from(JSON.stringify(draft));
  await page.locator("#open-file").setInputFiles({ name: "draft.json", mimeType: "application/json", buffer });
  await page.locator("#kept-note button").waitFor({ state: "attached" });
  await step(page, "review");
  await page.locator("#send").click();
  const number = await receiptNumber(page);
  const file = await download(page, "#save-receipt");
  assert.equal(file.name, `kakekomi-${number}.html`);

  const copy = await openedCopy(file);
  assert.deepEqual(copy.seen.errors, []);
  assert.equal(copy.seen.requests.length, 1, "the file alone");
  assert.match(await copy.page.title(), new RegExp(`^お申し込みの控え ${number}`));
  assert.equal(await copy.page.locator("#evil, script, img, iframe, link, [onerror], button, input").count(), 0);
  const words = await copy.page.locator("body").innerText();
  const typed = JSON.stringify(draft).split(JSON.stringify(MARKUP)).length - 1;
  assert.ok(typed > 10, String(typed));
  assert.equal(words.split(MARKUP).length - 1, typed, "every answer, as it was typed");
  const { phone, name } = await (await fetch(`${desk.base}/v1/desk`)).json();
  for (const kept of [number, phone, name, "現在のものです"]) assert.ok(words.includes(kept), kept);
  const { document, policy } = await (await fetch(`${desk.base}/v1/consent/ja`)).json();
  for (const { html, version, sha256 } of [document, policy]) {
    assert.ok(words.includes(sha256) && words.includes(version));
    const letters = (text) => text.replace(/\s/g, "");
    const full = await copy.page.evaluate(
      (html) => new DOMParser().parseFromString(html, "text/html").body.textContent,
      html,
    );
    assert.ok(letters(await copy.page.locator("body").textContent()).includes(letters(full)), "in full");
  }
  assert.equal(await copy.page.evaluate(() => document.documentElement.scrollWidth - innerWidth), 0, "at 360 pixels");
  assert.deepEqual(errors, []);
  await copy.context.close();
  await context.close();
});

test("the copy after a reload is the same, and in another language has the documents that were agreed to", async () => {
  const { page, context, number } = await received(browser, desk.base);
  const bare = ({ text }) => text.replace(/<p class="hint">電話番号は.*?<\/p>/, "");
  const before = bare(await download(page, "#save-receipt"));
  await page.reload();
  assert.equal(await receiptNumber(page), number);
  assert.equal(bare(await download(page, "#save-receipt")), before);
  await page.locator('.page-header__languages [lang="en"]').click();
  await page.locator('html[lang="en"]').waitFor();
  const english = await download(page, "#save-receipt");
  assert.match(english.text, /^<!doctype html>\n<html lang="en">/);
  assert.match(english.text, /Copy of your request/);
  const { document } = await (await fetch(`${desk.base}/v1/consent/ja`)).json();
  assert.ok(english.text.includes(document.sha256));
  const copy = await openedCopy(english);
  assert.ok((await copy.page.locator('article [lang="ja"]').first().innerText()).length > 1000, "the Japanese text");
  assert.deepEqual(copy.seen.errors, []);
  await copy.context.close();
  await context.close();
});

test("the copy has a document that is in force no more, or says that it lacks it", async () => {
  const { page, context } = await received(browser, desk.base);
  await agreedToPast(page);
  await receiptNumber(page);
  assert.match((await download(page, "#save-receipt")).text, /この文書の本文は入れられませんでした/);
  const note = page.locator(".receipt__file");
  assert.match(await note.innerText(), /控えを全部は保存できませんでした/, "and so does the page");
  const body = "<h1>以前の同意書</h1><script>document.title='ran'</script><p>第1条</p>";
  await page.route(`**/v1/consent/ja/${PAST}`, (route) => route.fulfill({ contentType: "text/html", body }));
  const { text } = await download(page, "#save-receipt");
  assert.match(await note.innerText(), /^控えは、スマートフォンでも/);
  assert.match(text, /<h1>以前の同意書<\/h1><p>第1条<\/p>/);
  assert.ok(text.includes(PAST) && !text.includes("<script"));
  await context.close();
});

test("the button that saves the copy is busy until the documents are there, and one press makes one file", async () => {
  const { page, context } = await received(browser, desk.base);
  await agreedToPast(page);
  const held = [];
  await page.route(`**/v1/consent/ja/${PAST}`, (route) => void held.push(route));
  const button = page.locator("#save-receipt");
  const files = [];
  page.on("download", (file) => files.push(file));
  await button.click();
  await page.locator('#save-receipt[aria-busy="true"]:focus').waitFor();
  await button.click();
  while (!held.length) await page.waitForTimeout(20);
  await Promise.all([page.waitForEvent("download"), held[0].abort()]);
  await page.locator("#save-receipt:not([aria-busy])").waitFor();
  assert.deepEqual([held.length, files.length], [1, 1]);
  await context.close();
});

test("the data for machines are the second file, which can be opened again", async () => {
  const { page, context, number } = await received(browser, desk.base);
  const { name, text } = await download(page, "#save-data");
  assert.equal(name, `kakekomi-${number}.json`);
  assert.match(await page.locator("#save-data").innerText(), /機械で読める形式/);
  const { receipt, draft } = JSON.parse(text);
  assert.deepEqual([receipt.number, draft.contact.company], [number, "株式会社れい"]);
  await context.close();
});
