/**
 * What appears while a person answers is read aloud: the advice after the first question, and advisories; what a screen begins with is not.
 */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { agree, begin, field, fillContact, next, open, option, step } from "./applicant.mjs";
import { launch, startDesk } from "./desk.mjs";

let desk, browser;
before(async () => {
  [desk, browser] = await Promise.all([startDesk(), launch()]);
});
after(() => Promise.all([browser?.close(), desk?.stop()]));

/** Notes everything that the live region says. */
const listen = (page) =>
  page.evaluate(() => {
    globalThis.said = [];
    new MutationObserver(() => globalThis.said.push(document.querySelector("#status").textContent)).observe(
      document.querySelector("#status"),
      { childList: true, characterData: true, subtree: true },
    );
  });
const said = (page) => page.evaluate(() => globalThis.said.filter(Boolean));

test("the advice after the first question is read aloud once", async () => {
  const { page, context } = await open(browser, desk.base);
  await begin(page);
  await listen(page);
  await option(page, "/incident/ongoing", "yes").check();
  await page.waitForFunction(() => globalThis.said.some(Boolean));
  const lead = await page.locator("#lead").textContent();
  assert.deepEqual(await said(page), [lead]);
  await step(page, "contact");
  await step(page, "now");
  await page.locator("#lead").waitFor();
  await page.waitForTimeout(1_000);
  assert.deepEqual(await said(page), [lead], "a screen that begins with it says nothing");
  await context.close();
});

test("a warning that appears while somebody types is read aloud once, at the pause", async () => {
  const { page, context } = await open(browser, desk.base);
  await agree(page);
  await fillContact(page);
  await next(page, "incident");
  await page.waitForTimeout(1_000);
  await listen(page);
  const summary = field(page, "/incident/summary");
  await summary.pressSequentially("パスワードは Tr0ub4dor&3", { delay: 30 });
  const warning = page.locator('[data-path="/incident/summary"] .message--advisory');
  await warning.waitFor();
  await summary.pressSequentially(" です。共有フォルダが開けません。", { delay: 30 });
  await page.waitForTimeout(1_500);
  assert.deepEqual(await said(page), [await warning.textContent()]);
  await context.close();
});
