/**
 * Checks 6 and 7: an input method at work, through the browser's own interface for it. Nothing is checked, put in another
 * form or submitted while it composes; the Enter that ends a composition sends nothing.
 */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, startDesk } from "./desk.mjs";
import { agree, field, open } from "./applicant.mjs";

let desk, browser;
before(async () => {
  [desk, browser] = await Promise.all([startDesk(), launch()]);
});
after(async () => {
  await browser?.close();
  await desk?.stop();
});

/** Longer than the pause after which typing is checked. */
const PAUSE = 900;

/** A page that asks the server for every check, so that each check is seen; with an input method in hand. */
async function composing() {
  const { page, context } = await open(browser, desk.base);
  const checks = [];
  await page.route("**/module/*.wasm", (route) => route.abort());
  page.on("request", (request) => {
    if (request.url().includes("/v1/check")) checks.push(request.postData());
  });
  await page.reload();
  await page.locator(".page-header .notice").waitFor();
  const protocol = await context.newCDPSession(page);
  return {
    page,
    context,
    checks,
    compose: (text) =>
      protocol.send("Input.imeSetComposition", { text, selectionStart: text.length, selectionEnd: text.length }),
    commit: (text) => protocol.send("Input.insertText", { text }),
    /** As a browser reports a key that the input method takes for itself. */
    enter: async () => {
      for (const type of ["rawKeyDown", "keyUp"])
        await protocol.send("Input.dispatchKeyEvent", {
          type,
          key: "Process",
          code: "Enter",
          windowsVirtualKeyCode: 229,
          nativeVirtualKeyCode: 229,
        });
    },
  };
}

test("checks 6, 7: nothing is checked while composing, and its end is checked once", async () => {
  const { page, context, checks, compose, commit } = await composing();
  await agree(page);
  await page.locator("#next").click();
  await page.locator("#summary:focus").waitFor();
  await field(page, "/contact/company").focus();
  const known = checks.length;
  for (const text of ["か", "かぶ", "かぶしき", "株式"]) {
    await compose(text);
    assert.equal(await field(page, "/contact/company").inputValue(), text, "nothing is put in another form");
  }
  await page.waitForTimeout(PAUSE);
  assert.equal(checks.length, known, "nothing was checked");
  assert.equal(await page.locator("#field-contact-company-error .message--issue").count(), 1);
  await commit("株式会社れい");
  await page.locator("#field-contact-company-error .message--issue").waitFor({ state: "detached" });
  await page.waitForTimeout(PAUSE);
  assert.equal(checks.length, known + 1);
  assert.match(checks.at(-1), /株式会社れい/);
  assert.equal(await field(page, "/contact/company").inputValue(), "株式会社れい");
  await context.close();
});

test("checks 6, 7: the Enter that ends a composition stays on the step, the next one goes on", async () => {
  const { page, context, checks, compose, commit, enter } = await composing();
  await agree(page);
  await field(page, "/contact/company").focus();
  await compose("れい");
  const known = checks.length;
  await enter();
  await page.waitForTimeout(PAUSE);
  assert.equal(checks.length, known, "nothing was asked");
  assert.equal(await page.locator("#summary").isVisible(), false);
  await commit("れい");
  assert.equal(await page.locator('[data-step="contact"][aria-current="step"]').count(), 1);
  await field(page, "/contact/company").press("Enter");
  await page.locator("#summary:focus").waitFor();
  assert.equal(await field(page, "/contact/company").inputValue(), "れい");
  await context.close();
});

test("check 6: digits, times and long texts are composed alike, and a committed text clears 分からない", async () => {
  const { page, context, compose, commit } = await composing();
  await agree(page);
  await page.locator('[data-step="incident"]').click();
  await page.locator('[data-step="incident"][aria-current="step"]').waitFor();
  for (const [id, composed, committed] of [
    ["/incident/summary", "きょうはく", "脅迫文"],
    ["/incident/discovered_at-year", "れいわ８", "令和８"],
    ["/incident/discovered_at-time", "くじはん", "９時半"],
  ]) {
    await field(page, id).focus();
    await compose(composed);
    assert.equal(await field(page, id).inputValue(), composed);
    await commit(committed);
    assert.equal(await field(page, id).inputValue(), committed);
  }
  await page.locator('[data-path="/incident/discovered_at"] .moment__echo', { hasText: "2026" }).waitFor();
  assert.equal(await field(page, "/incident/discovered_at-year").inputValue(), "令和８", "what was typed is kept");
  await context.close();
});
