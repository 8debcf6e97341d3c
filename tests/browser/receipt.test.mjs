/**
 * What a person keeps: the number, the copy as one HTML file, the receipt on the device, and paper.
 */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { agree, fillContact, open, receiptNumber, step, toReview } from "./applicant.mjs";
import { BINARY, launch, startDesk } from "./desk.mjs";

/** What a hostile person might type, and what a copy that forgot to escape it would do. */
const MARKUP = `</style></title><script>document.title="ran"</script><img src=x onerror="document.title='ran'"><b id=evil>&lt;"'`;
const NUMBER = /^\d{4}-\d{4}-\d{4}$/;

let desk, browser;
before(async () => {
  [desk, browser] = await Promise.all([startDesk(), launch()]);
});
after(async () => {
  await browser?.close();
  await desk?.stop();
});

/** To the receipt. @returns {Promise<any>} */
async function received(how) {
  const opened = await open(browser, desk.base, how);
  await toReview(opened.page);
  await opened.page.locator("#send").click();
  return { ...opened, number: await receiptNumber(opened.page) };
}

async function download(page, button) {
  const [file] = await Promise.all([page.waitForEvent("download"), page.locator(button).click()]);
  const path = await file.path();
  return { name: file.suggestedFilename(), path, text: readFileSync(path, "utf8") };
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
  const { page, context, number } = await received();
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
  const { page, context } = await received();
  const past = "0".repeat(64);
  await page.evaluate((past) => {
    const kept = JSON.parse(sessionStorage.getItem("kakekomi.receipt"));
    kept.receipt.consent.document.sha256 = past;
    sessionStorage.setItem("kakekomi.receipt", JSON.stringify(kept));
  }, past);
  await page.reload();
  await receiptNumber(page);
  assert.match((await download(page, "#save-receipt")).text, /この文書の本文は入れられませんでした/);
  const note = page.locator(".receipt__file");
  assert.match(await note.innerText(), /控えを全部は保存できませんでした/, "and so does the page");
  const body = "<h1>以前の同意書</h1><script>document.title='ran'</script><p>第1条</p>";
  await page.route(`**/v1/consent/ja/${past}`, (route) => route.fulfill({ contentType: "text/html", body }));
  const { text } = await download(page, "#save-receipt");
  assert.match(await note.innerText(), /^控えは、スマートフォンでも/);
  assert.match(text, /<h1>以前の同意書<\/h1><p>第1条<\/p>/);
  assert.ok(text.includes(past) && !text.includes("<script"));
  await context.close();
});

test("the button that saves the copy is busy until the documents are there, and one press makes one file", async () => {
  const { page, context } = await received();
  const past = "0".repeat(64);
  await page.evaluate((past) => {
    const kept = JSON.parse(sessionStorage.getItem("kakekomi.receipt"));
    kept.receipt.consent.document.sha256 = past;
    sessionStorage.setItem("kakekomi.receipt", JSON.stringify(kept));
  }, past);
  await page.reload();
  const held = [];
  await page.route(`**/v1/consent/ja/${past}`, (route) => void held.push(route));
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
  const { page, context, number } = await received();
  const { name, text } = await download(page, "#save-data");
  assert.equal(name, `kakekomi-${number}.json`);
  assert.match(await page.locator("#save-data").innerText(), /機械で読める形式/);
  const { receipt, draft } = JSON.parse(text);
  assert.deepEqual([receipt.number, draft.contact.company], [number, "株式会社れい"]);
  await context.close();
});

for (const [width, height] of [
  [1280, 720],
  [360, 740],
]) {
  test(`number, its buttons and the warning are seen without scrolling at ${width} × ${height}`, async () => {
    const { page, context, number } = await received({ width, height });
    assert.match(number, NUMBER);
    for (const id of ["reception-number", "copy-number", "receipt-keep"]) {
      const box = await page.locator(`#${id}`).boundingBox();
      assert.ok(box.y > 0 && box.y + box.height <= height, `${id}: ${box.y + box.height}`);
    }
    assert.equal(await page.locator(".receipt__number .notice #receipt-keep").count(), 1);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), 0);
    await context.close();
  });
}

test("the number is copied, also where the clipboard is refused", async () => {
  const { page, context, number } = await received();
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  for (const refused of [false, true]) {
    await page.evaluate(async (refused) => {
      await navigator.clipboard.writeText("");
      document.querySelector("#status").textContent = "";
      const stop = () => Promise.reject(new DOMException("", "NotAllowedError"));
      if (refused) navigator.clipboard.writeText = stop;
    }, refused);
    await page.locator("#copy-number").click();
    await page.locator("#status", { hasText: "コピーしました" }).waitFor({ state: "attached" });
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), number, String(refused));
    assert.equal(await page.locator(".receipt__copied").innerText(), "コピーしました");
    assert.equal(await page.evaluate(() => document.activeElement.id), "copy-number");
  }
  await context.close();
});

test("the number is shared with the desk's name and phone and without any answer, where the device can share", async () => {
  const { page, context, number } = await received();
  const redrawn = async () => {
    await page.reload();
    await receiptNumber(page);
  };
  await page.addInitScript(() => delete Navigator.prototype.share);
  await redrawn();
  assert.equal(await page.locator("#share-number").count(), 0);
  await page.addInitScript(() => {
    Navigator.prototype.share = async (given) => {
      globalThis.given = given;
      if (globalThis.refusal) throw new DOMException("", globalThis.refusal);
    };
  });
  await redrawn();
  const { phone, name } = await (await fetch(`${desk.base}/v1/desk`)).json();
  await page.locator("#share-number").click();
  const { title, text } = await page.evaluate(() => globalThis.given);
  assert.equal(title, name);
  assert.match(text, new RegExp(`^受付番号：${number}\\n${name}\\n電話：${phone}（20\\d\\d年.*現在）$`));
  await page.evaluate(() => {
    globalThis.refusal = "AbortError";
  });
  await page.locator("#share-number").click();
  assert.equal(await page.locator(".receipt__copied").innerText(), "", "a person who closes the dialog wants nothing");
  await page.evaluate(() => {
    globalThis.refusal = "NotAllowedError";
  });
  await page.locator("#share-number").click();
  await page.locator(".receipt__copied", { hasText: "コピーしました" }).waitFor();
  await context.close();
});

test("the receipt ends with the tab, and stays on the device only if the person asks", async () => {
  const { page, context, number } = await received();
  assert.deepEqual(await page.evaluate(() => Object.keys(localStorage)), []);
  await page.locator("#keep-receipt").check();
  assert.match(await page.locator("#receipt-keep").innerText(), /20\d\d年.*もう一度開けます/);
  const phone = (await (await fetch(`${desk.base}/v1/desk`)).json()).phone;
  assert.ok(!(await page.evaluate(() => JSON.stringify({ ...localStorage }))).includes(phone));
  await page.locator('.page-header__languages [lang="en"]').click();
  await page.locator('html[lang="en"]').waitFor();
  assert.equal(await page.locator("#keep-receipt").isChecked(), true, "the wish outlives the language");
  await page.close();

  const again = await context.newPage();
  await again.goto(desk.base);
  assert.equal(await receiptNumber(again), number);
  await again.locator(".receipt .answer-list").waitFor();
  await again.locator("#keep-receipt").uncheck();
  assert.deepEqual(await again.evaluate(() => Object.keys(localStorage)), []);
  await again.locator("#keep-receipt").check();
  await again.evaluate(() => {
    const kept = JSON.parse(localStorage.getItem("kakekomi.receipt_on_device"));
    localStorage.setItem("kakekomi.receipt_on_device", JSON.stringify({ ...kept, until: 1 }));
  });
  await again.close();
  const late = await context.newPage();
  await late.goto(desk.base);
  await late.locator("button#agree").waitFor();
  assert.deepEqual(await late.evaluate(() => Object.keys(localStorage)), [], "what is past its day goes");
  await context.close();
});

test("a receipt on the device takes no tab in which somebody is filling in", async () => {
  const { page, context, number } = await received();
  const other = await context.newPage();
  await other.goto(desk.base);
  await agree(other);
  await fillContact(other);
  await page.locator("#keep-receipt").check();
  await other.reload();
  await other.locator("#field-contact-company").waitFor();
  assert.equal(await other.locator("#field-contact-company").inputValue(), "株式会社れい");
  await page.locator(".receipt__again button").click();
  await page.locator("button#agree").waitFor();
  assert.match(number, NUMBER);
  await context.close();
});

test("a kept receipt stays on the device while another matter is sent, until it or that one's is kept", async () => {
  const { page, context, number } = await received();
  await page.locator("#keep-receipt").check();
  await page.locator(".receipt__again button").click();
  await page.locator("button#agree").waitFor();
  await page.reload();
  await page.locator("button#agree").waitFor();
  assert.equal(await page.locator("#reception-number").count(), 0, "this tab is for the other matter");
  const onDevice = async () => {
    const other = await context.newPage();
    await other.goto(desk.base);
    const shown = await receiptNumber(other);
    await other.close();
    return shown;
  };
  assert.equal(await onDevice(), number);
  await toReview(page);
  await page.locator("#send").click();
  const second = await receiptNumber(page);
  assert.notEqual(second, number);
  assert.equal(await page.locator("#keep-receipt").isChecked(), false, "that of the first is kept, not this one");
  assert.equal(await onDevice(), number);
  const first = await context.newPage();
  await first.goto(desk.base);
  assert.equal(await receiptNumber(first), number);
  await page.locator("#keep-receipt").check();
  assert.equal(await onDevice(), second);
  await first.locator("#keep-receipt").click();
  assert.equal(await first.locator("#keep-receipt").isChecked(), false);
  assert.equal(await onDevice(), second, "the tab of the first has none of its own there to take away");
  await first.close();
  await page.locator("#keep-receipt").uncheck();
  assert.deepEqual(await page.evaluate(() => Object.keys(localStorage)), []);
  await context.close();
});

test("a new request begins at its first step, also after the browser's way back", async () => {
  const { page, context } = await received();
  await page.locator(".receipt__again button").click();
  await page.locator("button#agree").waitFor();
  await page.goBack();
  await page.waitForFunction(() => location.hash === "");
  await page.locator("button#agree").click();
  await page.locator('[data-step="now"][aria-current="step"]').waitFor({ state: "attached" });
  await context.close();
});

test("the later script is loaded by the review, and without it the number is shown and the rest can be tried again", async () => {
  const { page, context, errors } = await open(browser, desk.base);
  const asked = [];
  const LATER = /\/page\/[0-9a-f]+\/later\.js/;
  await page.route(LATER, (route) => {
    asked.push(route.request().url());
    return route.abort();
  });
  await toReview(page, () => assert.deepEqual(asked, [], "not at first"));
  assert.equal(asked.length, 1);
  await page.locator("#send").click();
  const number = await receiptNumber(page);
  assert.match(number, NUMBER);
  await page.locator("#receipt-incomplete", { hasText: "受け付けは済んでいます" }).waitFor();
  assert.ok((await page.locator(".receipt__next li").count()) > 0);
  // An upgraded desk has another script, which only its own document knows.
  const loaded = page.waitForEvent("load");
  await page.locator("#receipt-incomplete button").click();
  await loaded;
  await page.locator("#receipt-incomplete").waitFor();
  assert.equal(await receiptNumber(page), number);
  // Without a network the page stays.
  await page.route("**/v1/desk*", (route) => route.abort());
  await page.locator("#receipt-incomplete button").click();
  await page.locator("#receipt-incomplete button:focus").waitFor();
  assert.equal(await receiptNumber(page), number);
  await page.unrouteAll();
  await page.locator("#receipt-incomplete button").click();
  await page.locator(".receipt .answer-list").waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.tagName), "H1");
  assert.equal(await page.locator("#receipt-incomplete").count(), 0);
  assert.ok((await download(page, "#save-receipt")).text.includes(number));
  assert.deepEqual(errors, []);
  await context.close();
});

for (const locale of ["ja", "en"]) {
  test(`a receipt prints on two pages (${locale})`, async () => {
    const { page, context } = await received({ locale });
    await page.locator(".receipt .answer-list").waitFor();
    const paper = (await page.pdf({ format: "A4", preferCSSPageSize: true })).toString("latin1");
    const pages = paper.match(/\/Type\s*\/Page\b/g).length;
    assert.ok(pages <= 2, `${pages} pages`);
    await context.close();
  });
}
