/**
 * The operators' desk in a real Chromium: from the set-up link to a closed case with a question that was asked and answered.
 */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "./desk.mjs";
import { Operator, setUpAndSignIn, startWithOperators } from "./operators.mjs";
import { caseWithCode, openReturn, signIn, stateShown } from "./visit.mjs";

let desk, browser;
before(async () => {
  [desk, browser] = await Promise.all([startWithOperators(), launch()]);
});
after(async () => {
  await browser?.close();
  await desk?.stop();
});

/** The most actions from the set-up link to the closed case. */
const ACTIONS_MAX = 25;

test("a case is closed with an answered question in at most 25 actions, one primary action a page", async () => {
  const { number, code } = await caseWithCode(browser, desk);
  const context = await browser.newContext({ locale: "ja-JP", viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  const errors = [];
  page.on("pageerror", (error) => errors.push(error.message));
  const operator = new Operator(page);
  const onePrimary = async () => assert.ok((await page.locator("button.main:visible, a.main:visible").count()) <= 1);

  await setUpAndSignIn(operator, desk.link, "lead");
  await onePrimary();
  await operator.follow(number);
  await onePrimary();
  await operator.press("対応を始める");
  await onePrimary();
  await operator.unfold("質問を送る");
  const ask = page.locator("#action-ask");
  await operator.fill("質問", "脅迫文の最初の一行を書いてください。", ask.locator("fieldset").first());
  await operator.press("質問を送信");
  assert.match(await page.locator("main").innerText(), /回答待ち/);

  const visit = await openReturn(browser, desk.base, { width: 360, height: 740 });
  await signIn(visit.page, { number, code });
  operator.actions += 3;
  assert.equal(await stateShown(visit.page), "回答待ち");
  await visit.page.getByRole("textbox", { name: /脅迫文の最初の一行/ }).fill("All your files are <b>encrypted</b>");
  await visit.page.getByRole("button", { name: "回答を送る" }).click();
  operator.actions += 2;
  await visit.page.getByText("回答を受け付けました。").first().waitFor();
  assert.equal(await stateShown(visit.page), "対応中");
  await visit.context.close();

  await page.reload();
  operator.actions += 1;
  assert.match(await page.locator("main").innerText(), /All your files are <b>encrypted<\/b>/);
  await operator.unfold("終了する");
  await operator.choose("結果", "助言した", page.locator("#action-close"));
  await operator.press("終了を記録");
  assert.match(await page.locator("main").innerText(), /終了/);
  assert.equal(desk.cases().find((one) => one.number === number).status, "closed");
  assert.ok(operator.actions <= ACTIONS_MAX, `${operator.actions} actions`);
  assert.deepEqual(errors, []);
  await context.close();
});
