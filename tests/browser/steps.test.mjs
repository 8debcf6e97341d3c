/**
 * The steps on a phone: their one line, the length of a step, and the parts that are folded until they are wanted.
 */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, startDesk } from "./desk.mjs";
import { startDeskThatIs } from "./opening.mjs";
import { agree, begin, field, fillContact, next, open, option, step, unfold, unknown } from "./applicant.mjs";
import { choose } from "./files.mjs";

let desk, browser;
before(async () => {
  [desk, browser] = await Promise.all([startDesk(), launch()]);
});
after(async () => {
  await browser?.close();
  await desk?.stop();
});

const PHONE = { width: 360, height: 740 };

test("on a phone one line names the step, its open required answers and the time, and opens the list of steps", async () => {
  const { page, context } = await open(browser, desk.base, PHONE);
  const line = page.locator(".step-list__position");
  await begin(page);
  assert.match(await line.innerText(), /^手順 1 \/ 6　いまの状況$/);
  await next(page, "contact");
  await line.filter({ hasText: "手順 2 / 6　ご連絡先（必須4・約1分）" }).waitFor();
  assert.equal(await page.locator(".step-list__step").first().isVisible(), false, "no row of nameless dots");
  const { height } = await page.locator(".step-list").boundingBox();
  assert.ok(height <= 60, `one line: ${height}`);
  await field(page, "/contact/company").fill("株式会社れい");
  await line.filter({ hasText: "（必須3・約1分）" }).waitFor();
  await step(page, "incident");
  await line.filter({ hasText: "（必須3・約2分）" }).waitFor();
  await line.click();
  assert.equal(await line.getAttribute("aria-expanded"), "true");
  assert.match(await page.locator('[data-step="contact"]').innerText(), /ご連絡先\s+必須 あと3件/);
  await page.setViewportSize({ width: 740, height: 360 });
  await line.click();
  assert.ok((await page.locator(".step-list").boundingBox()).height <= 60, "in landscape, too");
  await page.setViewportSize({ width: 1280, height: 900 });
  assert.equal(await line.isVisible(), false);
  assert.equal(await page.locator('[data-step="contact"]').isVisible(), true, "the list itself, beside the form");
  await context.close();
});

for (const [state, locale] of [
  ["open", "ja"],
  ["open", "en"],
  ["closed", "ja"],
  ["closed", "en"],
]) {
  test(`what happened is asked on at most 2500 pixels of a phone, the summary first (${state}, ${locale})`, async (t) => {
    const desk = await startDeskThatIs(state);
    t.after(() => desk.stop());
    const { page, context } = await open(browser, desk.base, { ...PHONE, locale });
    await agree(page);
    await fillContact(page);
    await next(page, "incident");
    await page.locator("#quick").waitFor();
    const paths = await page
      .locator(".section > .record__fields > .field")
      .evaluateAll((all) => all.map((one) => one.dataset.path));
    assert.deepEqual(paths.slice(0, 3), ["/incident/summary", "/incident/discovered_at", "/incident/kind"]);
    assert.equal(await field(page, "/incident/target").isVisible(), false);
    const height = await page.evaluate(() => document.documentElement.scrollHeight);
    t.diagnostic(`${height} pixels`);
    assert.ok(height <= 2_500, `${height} pixels`);
    await context.close();
  });
}

test("folded fields open by their line, and are open if one of them is answered or has an issue", async () => {
  const { page, context } = await open(browser, desk.base, PHONE);
  await agree(page);
  await step(page, "incident");
  const more = page.locator(".section > .record__fields > .fold");
  await more.locator("> summary").click();
  await field(page, "/incident/target").fill("経理部のパソコン2台");
  await step(page, "service");
  await step(page, "incident");
  assert.equal(await field(page, "/incident/target").isVisible(), true);
  await field(page, "/incident/target").fill("");
  await field(page, "/incident/occurred_at-year").fill("いつか");
  await more.evaluate((one) => (one.open = false));
  await page.locator("#next").click();
  await page.locator("#summary:focus").waitFor();
  await page.locator('[data-path="/incident/occurred_at"].field--wrong').waitFor();
  assert.equal(await more.evaluate((one) => one.open), true);
  await context.close();
});

test("of many options five are shown, a line opens the others, and a chosen one is never hidden", async () => {
  const { page, context } = await open(browser, desk.base, PHONE);
  await agree(page);
  await step(page, "incident");
  const shown = () =>
    page
      .locator('input[name="field-incident-discovery_trigger-by"]')
      .evaluateAll((all) => all.filter((one) => one.checkVisibility()).length);
  assert.equal(await shown(), 6, "and 「分からない」");
  await page.locator('[data-path="/incident/discovery_trigger/by"] .fold > summary').click();
  assert.equal(await shown(), 14);
  await option(page, "/incident/discovery_trigger/by", "media").check();
  await step(page, "service");
  await step(page, "incident");
  assert.equal(await option(page, "/incident/discovery_trigger/by", "media").isVisible(), true);
  await unknown(page, "/incident/discovery_trigger").check();
  assert.equal(await option(page, "/incident/discovery_trigger/by", "media").isChecked(), false);
  await context.close();
});

test("a log is filled in from its file; bytes, digest and clock wait behind a line", async () => {
  const { page, context } = await open(browser, desk.base, PHONE);
  await agree(page);
  await step(page, "devices");
  await page.locator(".list__add").last().click();
  for (const name of ["size", "sha256", "clock_error_seconds"])
    assert.equal(await field(page, `/logs/0/${name}`).isVisible(), false, name);
  await choose(page, "#field-logs-0-name-file", { name: "fw.log", text: "of a" });
  await page.waitForFunction(() => document.querySelector("#field-logs-0-sha256").value.length === 64);
  assert.equal(await field(page, "/logs/0/name").inputValue(), "fw.log");
  assert.equal(await field(page, "/logs/0/size").inputValue(), "4");
  await context.close();
});

test("the question is the title, the source's term follows it, and the review names the answer by the question", async () => {
  const { page, context } = await open(browser, desk.base);
  await agree(page);
  await step(page, "devices");
  const path = "/situation/remote_refused";
  const legend = page.locator(`[data-path="${path}"] > legend`);
  assert.equal(await legend.locator(".field__title").innerText(), "遠隔操作や操作のご案内を受けられますか");
  assert.equal(await legend.locator(".field__term").innerText(), "（遠隔操作・操作指示の拒否）");
  await option(page, path, "no").check();
  await step(page, "review");
  assert.match(
    await page.locator(`.answer-list__row[data-path="${path}"]`).innerText(),
    /^遠隔操作や操作のご案内を受けられますか\s+受けられる/,
  );
  await context.close();
});

test("keeping is one line that opens, and the first step only opens a file", async () => {
  const { page, context } = await open(browser, desk.base, PHONE);
  await begin(page);
  const controls = () =>
    page
      .locator(".save-panel :is(button, input, .fold > summary)")
      .evaluateAll((all) => all.filter((one) => one.checkVisibility()).map((one) => one.id || one.tagName));
  assert.deepEqual(await controls(), ["open-file"]);
  assert.equal(await page.locator(".save-panel .file-button").innerText(), "保存したファイルから続ける");
  await next(page, "contact");
  assert.deepEqual(await controls(), ["SUMMARY"]);
  await page.locator(".save-panel .fold > summary").click();
  assert.deepEqual(await controls(), ["SUMMARY", "keep-on-device", "save-file", "open-file", "clear"]);
  await context.close();
});

test("a wish for an e-mail address is no warning, and a number in full width is shown as it was understood", async () => {
  const { page, context } = await open(browser, desk.base);
  await agree(page);
  await fillContact(page);
  await page.locator("#next").click();
  await step(page, "review");
  const wish = page.locator('[data-advisory="contact.email_advised"] .message--advisory');
  assert.match(await wish.innerText(), /^おすすめ/);
  assert.equal(await wish.evaluate((one) => one.matches(".message--wish")), true);
  assert.match(
    await page.locator('.answer-list__row[data-path="/contact/phone"] dd').first().innerText(),
    /^０３-３２１１-９９９９\n.*0332119999/,
  );
  await context.close();
});
