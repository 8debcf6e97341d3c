/**
 * The operators' desk in a real Chromium: from the set-up link to a closed case with a question that was asked and answered.
 */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before, test } from "node:test";
import axe from "axe-core";
import { BINARY, launch } from "./desk.mjs";
import { Operator, setUpAndSignIn, startWithOperators } from "./operators.mjs";
import { caseWithCode, openReturn, signIn, stateShown } from "./visit.mjs";

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

/** A desk of its own for a test, since a set-up link works once. */
async function freshDesk(t) {
  const desk = await startWithOperators();
  t.after(() => desk.stop());
  return desk;
}

/** The most actions from the set-up link to the closed case. */
const ACTIONS_MAX = 25;

for (const javaScriptEnabled of [true, false])
  test(`a case is closed with an answered question in at most 25 actions (${javaScriptEnabled ? "with" : "without"} script)`, async (t) => {
    const desk = await freshDesk(t);
    const { number, code } = await caseWithCode(browser, desk);
    const context = await browser.newContext({
      locale: "ja-JP",
      viewport: { width: 1280, height: 800 },
      javaScriptEnabled,
    });
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

test("a new case appears in an open queue within two seconds, and nothing that is being typed is lost", async (t) => {
  const desk = await freshDesk(t);
  const context = await browser.newContext({ locale: "ja-JP" });
  const page = await context.newPage();
  await setUpAndSignIn(new Operator(page), desk.link, "lead");
  await page.getByLabel(/で検索/).fill("株式会社");
  const draft = execFileSync(BINARY, ["example"]);
  const headers = { "content-type": "application/json", "idempotency-key": "live" };
  const answer = await fetch(`${desk.base}/v1/submissions`, { method: "POST", headers, body: draft });
  const { number } = await answer.json();
  await page.getByRole("link", { name: number }).waitFor({ timeout: 2000 });
  assert.equal(await page.getByLabel(/で検索/).inputValue(), "株式会社");
  await context.close();
});

test("no page of the desk has a barrier or scrolls sideways", { timeout: 200_000 }, async (t) => {
  const desk = await freshDesk(t);
  execFileSync(BINARY, ["demo", "--data", desk.data]);
  const context = await browser.newContext({ locale: "ja-JP" });
  const page = await context.newPage();
  const found = [];
  const look = async (name) => {
    for (const width of [360, 1280])
      for (const colorScheme of ["light", "dark"]) {
        await page.setViewportSize({ width, height: 800 });
        await page.emulateMedia({ colorScheme });
        await page.addScriptTag({ content: axe.source }).catch(() => page.evaluate(axe.source));
        const { violations } = await page.evaluate(() => globalThis.axe.run());
        for (const { id, nodes } of violations) found.push(`${name} ${width} ${colorScheme}: ${id} ${nodes[0].html}`);
        if (await page.evaluate(() => document.documentElement.scrollWidth > innerWidth))
          found.push(`${name} ${width}: it scrolls sideways`);
      }
  };
  await page.goto(desk.link);
  await look("set-up");
  await page.goto(`${desk.desk}/login`);
  await look("sign-in");
  await setUpAndSignIn(new Operator(page), desk.link, "lead");
  const waiting = desk.cases().find((one) => one.status === "waiting");
  const closed = desk.cases().find((one) => one.status === "closed");
  for (const lang of ["ja", "en"])
    for (const path of [
      "/",
      `/cases/${waiting.number}`,
      `/cases/${closed.number}`,
      "/cases/new",
      "/audit",
      "/sessions",
    ]) {
      await page.goto(`${desk.desk}${path}?lang=${lang}`);
      await look(`${path} ${lang}`);
    }
  await context.clearCookies();
  await setUpAndSignIn(new Operator(page), desk.adminLink, "admin");
  await page.goto(`${desk.desk}/accounts`);
  await look("accounts");
  assert.deepEqual(found, []);
  await context.close();
});
