/**
 * The operators' desk: from the set-up link to a closed case with a question that was asked and answered, in every engine; the rest in Chromium.
 */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before, describe, test } from "node:test";
import axe from "axe-core";
import decodeQR from "qr/decode.js";
import { BINARY, launch } from "./desk.mjs";
import { ENGINES, launchEngine } from "./engines.mjs";
import { startWithNotices } from "./notices.mjs";
import { Operator, setUpAndSignIn, startWithOperators } from "./operators.mjs";
import { caseWithCode, openReturn, signIn, stateShown, toReturn } from "./visit.mjs";

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

/**
 * From the set-up link to the closed case, by visible names alone; `visit` leads to the page of the applicant, which `done` ends.
 *
 * @param {any} desk @param {any} page @param {{ number: string, code: string }} given @param {() => Promise<{ page: any, done: () => Promise<void> }>} visit
 */
async function closeWithAnswer(desk, page, { number, code }, visit) {
  const operator = new Operator(page);
  const onePrimary = async () => assert.ok((await page.locator("button.main, a.button.main").count()) <= 1);

  await setUpAndSignIn(operator, desk.link, "lead");
  await onePrimary();
  await operator.follow(number);
  await operator.read("対応を始める");
  await onePrimary();
  await operator.press("対応を始める");
  await operator.read("対応を始めました");
  await onePrimary();
  await operator.unfold("質問を送る");
  const ask = page.locator("#action-ask");
  await operator.fill("質問", "脅迫文の最初の一行を書いてください。", ask.locator("fieldset").first());
  await operator.press("質問を送信");
  await operator.read("状態は「回答待ち」です");

  const applicant = await visit();
  await signIn(applicant.page, { number, code });
  operator.actions += 3;
  assert.equal(await stateShown(applicant.page), "回答待ち");
  const answer = applicant.page.getByRole("textbox", { name: /脅迫文の最初の一行/ });
  await answer.fill("All your files are <b>encrypted</b>");
  await applicant.page.getByRole("button", { name: "回答を送る" }).click();
  operator.actions += 2;
  await applicant.page.getByText("回答を受け付けました。").first().waitFor();
  assert.equal(await stateShown(applicant.page), "対応中");
  assert.equal(await applicant.page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false);
  await applicant.done();

  await page.goto(`${desk.desk}/cases/${number}`);
  operator.actions += 1;
  await operator.read("All your files are <b>encrypted</b>");
  await operator.unfold("終了する");
  await operator.choose("結果", "助言した", page.locator("#action-close"));
  await operator.press("終了を記録");
  await operator.read("終了を記録しました");
  assert.equal(desk.cases().find((one) => one.number === number).status, "closed");
  assert.ok(operator.actions <= ACTIONS_MAX, `${operator.actions} actions`);
}

for (const engine of ENGINES)
  describe(engine, { timeout: 300_000 }, () => {
    for (const javaScriptEnabled of engine === "chromium" ? [true, false] : [true])
      test(`a case is closed with an answered question in at most 25 actions (${javaScriptEnabled ? "with" : "without"} script)`, async (t) => {
        const browser = await launchEngine(engine);
        t.after(() => browser.close());
        const desk = await freshDesk(t);
        const given = await caseWithCode(browser, desk);
        const wide = { width: 1280, height: 800 };
        const context = await browser.newContext({ locale: "ja-JP", viewport: wide, javaScriptEnabled });
        const page = await context.newPage();
        const errors = [];
        page.on("pageerror", (error) => errors.push(error.message));
        await closeWithAnswer(desk, page, given, () => visitAsApplicant(engine, browser, page, desk, wide));
        assert.deepEqual(errors, []);
        await context.close();
      });
  });

/** The return page on a phone. WebKit's driver knows one context at a time, so there the operator's own tab goes there and back. */
async function visitAsApplicant(engine, browser, page, desk, wide) {
  const phone = { width: 360, height: 740 };
  if (engine !== "webkit") {
    const visit = await openReturn(browser, desk.base, phone);
    return { page: visit.page, done: () => visit.context.close() };
  }
  await page.setViewportSize(phone);
  await toReturn(page, desk.base);
  return { page, done: () => page.setViewportSize(wide) };
}

test("the QR code of the set-up page holds what the authenticator needs", async (t) => {
  const desk = await freshDesk(t);
  for (const width of [360, 1280])
    for (const colorScheme of ["light", "dark"]) {
      const context = await browser.newContext({ locale: "ja-JP", viewport: { width, height: 800 }, colorScheme });
      const page = await context.newPage();
      await page.goto(desk.link);
      const secret = (await page.locator("code.number").first().innerText()).replaceAll(" ", "");
      const picture = await page.locator(".qr").screenshot();
      await page.goto("about:blank");
      assert.equal(
        decodeQR(await pixels(page, picture)),
        `otpauth://totp/kakekomi:lead?secret=${secret}&issuer=kakekomi`,
        `${width} ${colorScheme}`,
      );
      await context.close();
    }
});

/** The pixels of a picture. @param {import("playwright-core").Page} page @param {Buffer} png */
async function pixels(page, png) {
  const { width, height, data } = await page.evaluate(async (base64) => {
    const image = new Image();
    image.src = `data:image/png;base64,${base64}`;
    await image.decode();
    const context = new OffscreenCanvas(image.width, image.height).getContext("2d");
    context.drawImage(image, 0, 0);
    const { width, height, data } = context.getImageData(0, 0, image.width, image.height);
    return { width, height, data: [...data] };
  }, png.toString("base64"));
  return { width, height, data: Uint8ClampedArray.from(data) };
}

test("an applicant's hostile text runs nothing on the screen or on paper, and the title has none of it", async (t) => {
  const desk = await freshDesk(t);
  const hostile = "</title><script>hurt(1)</script><img src=x onerror=hurt(2)><svg/onload=hurt(3)>{number}%s' OR 1=1--";
  const draft = JSON.parse(String(execFileSync(BINARY, ["example"])));
  Object.assign(draft.contact, { company: hostile, person: hostile });
  draft.incident.summary = hostile;
  const headers = { "content-type": "application/json", "idempotency-key": "hostile" };
  const answer = await fetch(`${desk.base}/v1/submissions`, { method: "POST", headers, body: JSON.stringify(draft) });
  const { number } = await answer.json();
  // The form takes no character that turns the direction; a note does.
  execFileSync(BINARY, ["cases", "note", number, `\u202e${hostile}`, "--data", desk.data]);
  const context = await browser.newContext({ locale: "ja-JP" });
  await context.exposeFunction("hurt", (which) => assert.fail(`payload ${which} ran`));
  const page = await context.newPage();
  const problems = [];
  page.on("dialog", () => problems.push("a dialog"));
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
  await setUpAndSignIn(new Operator(page), desk.link, "lead");
  for (const media of /** @type {const} */ (["screen", "print"])) {
    await page.emulateMedia({ media });
    await page.goto(`${desk.desk}/cases/${number}`);
    assert.match(await page.locator("h1").innerText(), /<script>hurt\(1\)<\/script>/);
    assert.doesNotMatch(await page.title(), /hurt|\u202e/);
    assert.equal(await page.locator("main :is(script, img, svg)").count(), 0);
    const text = await page.locator("main").innerText();
    assert.ok(!text.includes("\u202e") && text.includes(`[U+202E]${hostile}`), media);
  }
  assert.deepEqual(problems, []);
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

test("no page of the desk has a barrier or scrolls sideways", { timeout: 300_000 }, async (t) => {
  const desk = await startWithNotices();
  t.after(() => desk.stop());
  const context = await browser.newContext({ locale: "ja-JP" });
  const page = await context.newPage();
  const found = [];
  const look = async (name) => {
    for (const width of [360, 1280])
      for (const colorScheme of ["light", "dark"]) {
        await page.setViewportSize({ width, height: 800 });
        await page.emulateMedia({ colorScheme });
        await page.addScriptTag({ content: axe.source }).catch(() => page.evaluate(axe.source));
        // The dark scheme changes colours and nothing else.
        const rules = colorScheme === "dark" ? { runOnly: ["color-contrast", "link-in-text-block"] } : {};
        const { violations } = await page.evaluate((rules) => globalThis.axe.run(rules), rules);
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
  const active = desk.cases().find((one) => one.status === "in_progress");
  const worked = desk.cases().find((one) => one.outcome === "remote_supported");
  for (const lang of ["ja", "en"])
    for (const path of [
      "/",
      `/cases/${waiting.number}`,
      `/cases/${closed.number}`,
      `/cases/${active.number}`,
      `/cases/${worked.number}/work-record`,
      `/cases/${active.number}/authorities/ransomware`,
      `/cases/${active.number}/authorities/ppc`,
      "/cases/new",
      "/organizations",
      "/audit",
      "/exports",
      "/delivery",
      "/delivery?done=test",
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
