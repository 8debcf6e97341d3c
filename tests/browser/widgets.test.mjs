/**
 * Single parts of the form: entries of a list, files hashed on the device, the order of priorities, saved files.
 */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { launch, startDesk } from "./desk.mjs";
import { agree, field, open, openSavePanel, option, receiptNumber, toReview, unknown } from "./applicant.mjs";

let desk, browser;
before(async () => {
  [desk, browser] = await Promise.all([startDesk(), launch()]);
});
after(async () => {
  await browser?.close();
  await desk?.stop();
});

async function at(step) {
  const { page, context } = await open(browser, desk.base);
  await agree(page);
  await page.locator(`[data-step="${step}"]`).click();
  await page.locator(`[data-step="${step}"][aria-current="step"]`).waitFor();
  return { page, context };
}

test("an entry is removed without a question and brought back at its position", async () => {
  const { page, context } = await at("devices");
  for (const [index, os] of ["Windows 11", "macOS"].entries()) {
    await page.locator(".list__add").first().click();
    await field(page, `/devices/${index}/os`).fill(os);
  }
  await page.locator(".list__entry .list__remove").first().click();
  assert.equal(await page.locator(".list__entry").count(), 1);
  assert.equal(await field(page, "/devices/0/os").inputValue(), "macOS");
  await page.locator(".list__undo button").click();
  assert.equal(await field(page, "/devices/0/os").inputValue(), "Windows 11");
  assert.equal(await field(page, "/devices/1/os").inputValue(), "macOS");
  await context.close();
});

test("a log is hashed on the device, in pieces, and is not sent", async () => {
  const { page, context } = await at("devices");
  await page.locator(".list__add").last().click();
  const log = Buffer.alloc(3_000_001, "kakekomi log line\\n");
  const requests = [];
  page.on("request", (request) => requests.push(request.method()));
  await page.locator("#field-logs-0-name-file").setInputFiles({ name: "fw.log", mimeType: "text/plain", buffer: log });
  await page.waitForFunction(() => document.querySelector("#field-logs-0-sha256").value.length === 64);
  assert.equal(await field(page, "/logs/0/sha256").inputValue(), createHash("sha256").update(log).digest("hex"));
  assert.equal(await field(page, "/logs/0/name").inputValue(), "fw.log");
  assert.equal(await field(page, "/logs/0/size").inputValue(), String(log.length));
  assert.deepEqual(requests, [], "nothing left the page");
  await context.close();
});

test("priorities are numbered in the order of presses", async () => {
  const { page, context } = await at("service");
  const ticks = page.locator('[data-path="/incident/priorities"] .tick');
  for (const index of [3, 0, 5]) await ticks.nth(index).click();
  await ticks.nth(0).click();
  assert.match(await ticks.nth(3).innerText(), /1番目/);
  assert.match(await ticks.nth(5).innerText(), /2番目/);
  assert.doesNotMatch(await ticks.nth(0).innerText(), /番目/);
  await context.close();
});

for (const length of [300_000, 600_000]) {
  test(`a text of ${length} characters is named on its step and before sending`, async () => {
    const { page, context } = await at("service");
    await field(page, "/incident/purpose").fill("a".repeat(length));
    await page.locator("#next").click();
    const named = page.locator('#summary a[data-path="/incident/purpose"]', { hasText: "内容が長く" });
    await named.waitFor();
    assert.equal(await page.locator('[data-step="service"][aria-current="step"]').count(), 1, "the step does not pass");
    await page.locator('[data-step="review"]').click();
    await page.locator("#send").click();
    await named.waitFor();
    await context.close();
  });
}

test("分からない keeps what was typed, and typing takes it back", async () => {
  const { page, context } = await at("service");
  await field(page, "/incident/purpose").fill("原因を知りたい");
  await unknown(page, "/incident/purpose").check();
  assert.equal(await field(page, "/incident/purpose").inputValue(), "原因を知りたい");
  await page.locator('[data-step="review"]').click();
  assert.match(await page.locator('.answer-list__row[data-path="/incident/purpose"]').innerText(), /分からない/);
  await page.locator('.answer-list__row[data-path="/incident/purpose"] button').click();
  await field(page, "/incident/purpose").press("End");
  await field(page, "/incident/purpose").pressSequentially("。");
  assert.equal(await unknown(page, "/incident/purpose").isChecked(), false);
  await context.close();
});

test("和暦 is understood, the 西暦 is echoed and the typed year kept", async () => {
  const { page, context } = await at("incident");
  await field(page, "/incident/discovered_at-year").fill("令和8");
  await field(page, "/incident/discovered_at-month").fill("１１");
  await page.locator('[data-path="/incident/discovered_at"] .moment__about input').check();
  await page.locator('[data-path="/incident/discovered_at"] .moment__echo', { hasText: "2026年11月" }).waitFor();
  assert.equal(await field(page, "/incident/discovered_at-year").inputValue(), "令和8");
  await context.close();
});

test("a wanted service asks for its consents, an unwanted one for nothing", async () => {
  const { page, context } = await at("service");
  assert.equal(await field(page, "/service/remote/price_notice-0").isVisible(), false);
  await field(page, "/service/remote-wanted").check();
  await field(page, "/service/remote/price_notice-0").waitFor();
  assert.equal(await field(page, "/service/remote/price_notice-0").isChecked(), false, "nothing is ticked beforehand");
  await field(page, "/service/forensics-wanted").check();
  await option(page, "/service/forensics/transfer_consent", "false").check();
  await page.locator('[data-path="/service/forensics/transfer_consent"] .message--advisory').waitFor();
  await context.close();
});

test("a saved file can be opened and sent in another tab", async () => {
  const first = await open(browser, desk.base);
  await toReview(first.page);
  await openSavePanel(first.page);
  const [download] = await Promise.all([first.page.waitForEvent("download"), first.page.locator("#save-file").click()]);
  const saved = readFileSync(await download.path());
  assert.equal(JSON.parse(saved).contact.phone, "０３-３２１１-９９９９");
  await first.context.close();

  const { page, context } = await open(browser, desk.base);
  await agree(page);
  await page
    .locator("#open-file")
    .setInputFiles({ name: "kakekomi.json", mimeType: "application/json", buffer: saved });
  await page.waitForFunction(() => document.querySelector("#field-contact-company").value !== "");
  await page.locator('[data-step="review"]').click();
  await page.locator("#send").click();
  await receiptNumber(page);
  await context.close();
});

test("分からない is one of the answers of a choice, and of the question that a record asks", async () => {
  const { page, context } = await at("incident");
  await option(page, "/incident/kind", "malware").check();
  await unknown(page, "/incident/kind").check();
  assert.equal(await option(page, "/incident/kind", "malware").isChecked(), false);
  assert.equal(await field(page, "/incident/discovery_trigger/note").isVisible(), false, "there is nothing to add yet");
  await option(page, "/incident/discovery_trigger/by", "employee").check();
  await unknown(page, "/incident/discovery_trigger").check();
  await field(page, "/incident/discovery_trigger/note").fill("朝に気づいた");
  assert.equal(await unknown(page, "/incident/discovery_trigger").isChecked(), false, "an answer takes it back");
  await unknown(page, "/incident/discovery_trigger").check();
  await openSavePanel(page);
  const [download] = await Promise.all([page.waitForEvent("download"), page.locator("#save-file").click()]);
  const { incident } = JSON.parse(readFileSync(await download.path()));
  assert.deepEqual([incident.kind, incident.discovery_trigger], [{ unknown: true }, { unknown: true }]);
  await context.close();
});

test("an entry closes to a line with its first answers, and a line of the summary opens it", async () => {
  const { page, context } = await at("devices");
  await page.locator(".list__add").first().click();
  await field(page, "/devices/0/os").fill("Windows 11");
  await page.locator(".list__entry .second").click();
  assert.equal(await field(page, "/devices/0/os").isVisible(), false);
  await page.locator(".list__gist", { hasText: "Windows 11" }).waitFor();
  await page.locator("#next").click();
  await page.locator("#summary:focus").waitFor();
  await page.locator(".list__gist--wrong").waitFor();
  await page.locator('#summary [data-path="/devices/0/identified"]').click();
  await page.locator("#field-devices-0-identified-0:focus").waitFor();
  assert.equal(await field(page, "/devices/0/os").isVisible(), true);
  await context.close();
});

test("now, today and the calendar fill the parts; later typing stays as typed", async () => {
  const { page, context } = await at("incident");
  const parts = () =>
    Promise.all(["year", "month", "day"].map((part) => field(page, `/incident/discovered_at-${part}`).inputValue()));
  const shortcut = (index) =>
    page.locator('[data-path="/incident/discovered_at"] .moment__shortcuts button').nth(index);
  const time = () => field(page, "/incident/discovered_at-time").inputValue();
  await shortcut(1).click();
  assert.equal(await time(), "", "today has no time");
  const now = new Date(Date.now() + 9 * 3_600_000);
  assert.deepEqual((await parts()).map(Number), [now.getUTCFullYear(), now.getUTCMonth() + 1, now.getUTCDate()]);
  await shortcut(0).click();
  const since = Date.now() + 9 * 3_600_000 - Date.parse(`${now.toISOString().slice(0, 10)}T${await time()}Z`);
  assert.ok(since >= 0 && since < 120_000, `the desk's own time, to the minute: ${since}`);
  await page.locator('[data-path="/incident/discovered_at"] .moment__echo', { hasText: /\d\d:\d\d/ }).waitFor();
  await field(page, "/incident/discovered_at-time").fill("");
  await page.locator('[data-path="/incident/discovered_at"] .moment__picker input').fill("2026-11-20");
  assert.deepEqual(await parts(), ["2026", "11", "20"]);
  await page.locator('[data-path="/incident/discovered_at"] .moment__echo', { hasText: "2026年11月20日" }).waitFor();
  await field(page, "/incident/discovered_at-month").fill("２");
  await page.locator('[data-path="/incident/discovered_at"] .moment__echo', { hasText: "2026年02月20日" }).waitFor();
  assert.deepEqual(await parts(), ["2026", "２", "20"]);
  await context.close();
});
