/**
 * What a person keeps: the number, the receipt on the device, and paper. The copy is in receipt_copy.test.mjs.
 */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { agree, download, fillContact, open, receiptNumber, received, toReview } from "./applicant.mjs";
import { launch, startDesk } from "./desk.mjs";
import { startDeskThatIs } from "./opening.mjs";

const NUMBER = /^\d{4}-\d{4}-\d{4}$/;

let desk, browser;
before(async () => {
  [desk, browser] = await Promise.all([startDesk(), launch()]);
});
after(async () => {
  await browser?.close();
  await desk?.stop();
});
for (const [width, height] of [
  [1280, 720],
  [360, 740],
]) {
  test(`number, its buttons and the warning are seen without scrolling at ${width} × ${height}`, async () => {
    const { page, context, number } = await received(browser, desk.base, { width, height });
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
  const { page, context, number } = await received(browser, desk.base);
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
  const { page, context, number } = await received(browser, desk.base);
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
  const { page, context, number } = await received(browser, desk.base);
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
  const { page, context, number } = await received(browser, desk.base);
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
  const { page, context, number } = await received(browser, desk.base);
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
  const { page, context } = await received(browser, desk.base);
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
  const refused = page.waitForEvent("requestfailed", (request) => request.url().includes("/v1/desk"));
  await page.locator("#receipt-incomplete button").click();
  // The pressed button has the focus too; by then another has replaced it.
  await refused;
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

for (const state of ["open", "closed"]) {
  for (const locale of ["ja", "en"]) {
    test(`a receipt prints on two pages while the desk is ${state} (${locale})`, async (t) => {
      const desk = await startDeskThatIs(state);
      t.after(() => desk.stop());
      const { page, context } = await received(browser, desk.base, { locale });
      await page.locator(".receipt .answer-list").waitFor();
      const paper = (await page.pdf({ format: "A4", preferCSSPageSize: true })).toString("latin1");
      const pages = paper.match(/\/Type\s*\/Page\b/g).length;
      assert.ok(pages <= 2, `${pages} pages`);
      await context.close();
    });
  }
}
