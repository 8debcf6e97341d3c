/**
 * The return page: number and code, the state in words, the desk's questions, an addition, the withdrawal, and the end.
 */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before, test } from "node:test";
import { answerOnce, field, option, received, unknown } from "./applicant.mjs";
import { BINARY, launch } from "./desk.mjs";
import { startDeskThatIs } from "./opening.mjs";
import { caseWithCode, deskEvent, openReturn, QUESTIONS, signIn, stateShown } from "./visit.mjs";

let desk, browser;
before(async () => {
  [desk, browser] = await Promise.all([startDeskThatIs("open"), launch()]);
});
after(async () => {
  await browser?.close();
  await desk?.stop();
});

const ANSWERS = "**/v1/answers?**";
const ADDITIONS = "**/v1/amendments?**";

/** A case with the questions, opened. */
async function askedCase(how) {
  const given = await caseWithCode(browser, desk);
  deskEvent(desk, given.number, "question.asked", { questions: QUESTIONS });
  const opened = await openReturn(browser, desk.base, how);
  await signIn(opened.page, given);
  return { ...opened, given };
}

/** Answers the two required questions. */
async function answerRequired(page) {
  await field(page, "/other/q1").fill("経理のフォルダも開けません。");
  await option(page, "/other/q2", "offline").check();
}

/** The kinds of events of a case. */
function kindsOf(number) {
  const printed = execFileSync(BINARY, ["cases", "timeline", number, "--json", "--data", desk.data], {
    encoding: "utf8",
  });
  return JSON.parse(printed).map(({ kind }) => kind);
}

/** The keys of the requests to an address. @returns {string[]} */
function keysSent(page, path) {
  const keys = [];
  page.on("request", (request) => {
    if (new URL(request.url()).pathname === path) keys.push(request.headers()["idempotency-key"]);
  });
  return keys;
}

test("slips are found before anything is sent, and forgiving reading opens the case", async () => {
  const { number, code } = await caseWithCode(browser, desk);
  const { page, context, errors } = await openReturn(browser, desk.base);
  const sent = [];
  page.on("request", (request) => request.method() === "POST" && sent.push(request.url()));
  assert.equal(await page.locator(".message--issue").count(), 0, "nothing is wrong before the first try");
  await page.locator("#return-open").click();
  await page.locator("#summary:focus").waitFor();
  assert.equal(await page.locator("#summary li").count(), 2);
  const swapped = code.replace(/^(.)(.)/, "$2$1");
  await page.locator("#field-number").fill(number.slice(0, -1));
  await page
    .locator("#field-code")
    .fill(swapped === code ? code.replace(/.$/, (last) => String((Number(last) + 1) % 10)) : swapped);
  assert.match(await page.locator("#field-number-error").innerText(), /12桁.*いまは11桁/);
  assert.match(await page.locator("#field-code-error").innerText(), /打ち間違い/);
  assert.deepEqual(sent, []);
  await page.locator("#summary li a").first().click();
  assert.equal(await page.evaluate(() => document.activeElement.id), "field-number");
  const wide = (text) => text.replace(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit)));
  await signIn(page, { number: wide(number).replaceAll("-", "ー"), code: wide(code.replaceAll(" ", "-")) });
  assert.equal(await stateShown(page), "受付");
  assert.equal(await page.evaluate(() => document.activeElement.tagName), "H1");
  assert.ok((await page.locator(".return-case__number").innerText()).includes(number));
  assert.deepEqual(await context.cookies(), []);
  const stored = await page.evaluate(() => JSON.stringify([{ ...sessionStorage }, { ...localStorage }]));
  assert.ok(!stored.includes(code.replaceAll(" ", "").slice(0, 8)), "the code is never stored");
  assert.deepEqual(errors, []);
  await context.close();
});

test("a wrong code and a wrong number get one sentence, and many attempts the time to wait for", async () => {
  const { number } = await caseWithCode(browser, desk);
  const other = await caseWithCode(browser, desk);
  const { page, context } = await openReturn(browser, desk.base);
  await page.locator("#field-number").fill(number);
  await page.locator("#field-code").fill(other.code);
  await page.locator("#return-open").click();
  await page.locator("#return-failure:focus").waitFor();
  const { phone } = await (await fetch(`${desk.base}/v1/desk`)).json();
  assert.match(await page.locator("#return-failure").innerText(), /受付が見つかりません/);
  assert.ok((await page.locator("#return-failure").innerText()).includes(phone));
  await page.route(
    "**/v1/return?**",
    (route) =>
      route.fulfill({
        status: 429,
        headers: { "retry-after": "120" },
        contentType: "application/problem+json",
        body: JSON.stringify({ code: "http.rate" }),
      }),
    { times: 1 },
  );
  await page.locator("#return-open").click();
  await page.locator("#return-failure", { hasText: /\d+:\d\dを過ぎてから/ }).waitFor();
  await context.close();
});

test("the offer of files names the return page on the receipt, and this page on the return page", async () => {
  const offer = (page) => page.locator("#files .ways").locator("xpath=preceding-sibling::p").innerText();
  for (const [locale, elsewhere, here] of [
    ["ja", /「状況の確認・追加のご連絡」のページで送る/, /もう一度このページを開いて送る/],
    ["en", /on the page where you follow your request/, /open this page again/],
  ]) {
    const receipt = await received(browser, desk.base, { locale });
    assert.match(await offer(receipt.page), elsewhere);
    const code = await receipt.page.locator("#return-code").innerText();
    await receipt.context.close();
    const { page, context } = await openReturn(browser, desk.base, { locale });
    await signIn(page, { number: receipt.number, code });
    assert.match(await offer(page), here);
    assert.doesNotMatch(await offer(page), elsewhere);
    await context.close();
  }
});

for (const locale of ["ja", "en"]) {
  test(`a question of each kind is judged while the person types, and answered (${locale}, 360 pixels)`, async () => {
    const { page, context, errors, given } = await askedCase({ locale, width: 360, height: 740 });
    assert.equal(await stateShown(page), locale === "ja" ? "回答待ち" : "Waiting for your answer");
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), 0);
    const titles = await page.locator(".return-questions .field__title").allInnerTexts();
    assert.deepEqual(
      titles,
      QUESTIONS.map(({ title }) => title[locale] ?? title.ja),
    );
    await page.locator("#send-answers").click();
    await page.locator("#summary:focus").waitFor();
    assert.equal(await page.locator("#summary li").count(), 2, "the required ones");
    await answerRequired(page);
    await field(page, "/other/q3-year").fill("２０２６");
    await field(page, "/other/q3-month").fill("11");
    await field(page, "/other/q3-day").fill("20");
    await page.locator(".moment__echo", { hasText: locale === "ja" ? "2026年11月20日" : "2026" }).waitFor();
    await page.locator("#field-other-q4-unknown").check();
    await page.locator("#summary").waitFor({ state: "hidden" });
    await page.locator("#send-answers").click();
    await page.locator("#return-done:focus").waitFor();
    assert.equal(await page.locator("#questions").count(), 0);
    assert.equal(await stateShown(page), locale === "ja" ? "対応中" : "In progress");
    assert.equal(kindsOf(given.number).filter((kind) => kind === "answer.received").length, 1);
    assert.deepEqual(errors, []);
    await context.close();
  });
}

test("answers typed so far survive a reload in this tab, by their number alone", async () => {
  const { page, context, given } = await askedCase();
  await answerRequired(page);
  await unknown(page, "/other/q3").check();
  await page.locator("#field-other-text").fill("追加の連絡");
  await page.reload();
  assert.equal(await page.locator("#field-number").inputValue(), given.number);
  assert.equal(await page.locator("#field-code").inputValue(), "");
  await signIn(page, given);
  assert.equal(await field(page, "/other/q1").inputValue(), "経理のフォルダも開けません。");
  assert.equal(await option(page, "/other/q2", "offline").isChecked(), true);
  assert.equal(await unknown(page, "/other/q3").isChecked(), true);
  assert.equal(await page.locator("#field-other-text").inputValue(), "追加の連絡");
  await page.locator('.page-header__languages [lang="en"]').click();
  await page.locator('html[lang="en"]').waitFor();
  assert.equal(await field(page, "/other/q1").inputValue(), "経理のフォルダも開けません。");
  await page.reload();
  await signIn(page, await caseWithCode(browser, desk));
  assert.equal(await page.locator("#field-other-text").inputValue(), "", "another case does not show them");
  await context.close();
});

test("a visit that ended asks for the code again and keeps what was typed", async () => {
  const { page, context, given } = await askedCase();
  await answerRequired(page);
  await answerOnce(page, ANSWERS, 401, "return.expired");
  await page.locator("#send-answers").click();
  await page.locator("#return-notice", { hasText: "30分" }).waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.id), "field-code");
  assert.equal(await page.locator("#field-number").inputValue(), given.number);
  await signIn(page, given);
  assert.equal(await field(page, "/other/q1").inputValue(), "経理のフォルダも開けません。");
  await page.locator("#send-answers").click();
  await page.locator("#return-done:focus").waitFor();
  await context.close();
});

test("a lost response to answers and to an addition is sent again with its key, and arrives once", async () => {
  const { page, context, given } = await askedCase();
  for (const [address, path, button, kind] of [
    [ANSWERS, "/v1/answers", "#send-answers", "answer.received"],
    [ADDITIONS, "/v1/amendments", "#send-addition", "amendment.received"],
  ]) {
    const keys = keysSent(page, path);
    if (kind === "answer.received") await answerRequired(page);
    else await page.locator("#field-other-text").fill("経理の2台も止めました。");
    const lose = async (route) => {
      await route.fetch();
      await route.abort();
    };
    await page.route(address, lose, { times: 1 });
    await page.locator(button).click();
    await page.locator(".alert:focus").waitFor();
    await page.locator(button).click();
    await page.locator("#return-done:focus").waitFor();
    assert.equal(keys.length, 2);
    assert.equal(keys[0], keys[1]);
    assert.equal(kindsOf(given.number).filter((one) => one === kind).length, 1, kind);
  }
  await context.close();
});

test("an outdated module says to reload, and the desk's own report is shown at its fields", async () => {
  const { page, context } = await askedCase();
  await answerRequired(page);
  await answerOnce(page, ANSWERS, 409, "module.outdated");
  await page.locator("#send-answers").click();
  await page.locator("#return-reload").waitFor();
  const report = {
    accepted: false,
    issues: [{ path: "/other/q3", code: "required", params: {}, message: "日時を入力してください。" }],
    advisories: [],
    hidden: [],
    values: {},
  };
  await page.route(
    ANSWERS,
    (route) =>
      route.fulfill({
        status: 422,
        contentType: "application/problem+json",
        body: JSON.stringify({ code: "draft.issues", report }),
      }),
    { times: 1 },
  );
  await page.locator("#send-answers").click();
  await page.locator("#summary:focus", { hasText: "日時を入力してください。" }).waitFor();
  assert.match(await page.locator("#field-other-q3-error").innerText(), /日時を入力/);
  await context.close();
});

test("without WebAssembly the desk judges the answers in the case's context", async () => {
  const given = await caseWithCode(browser, desk);
  deskEvent(desk, given.number, "question.asked", { questions: QUESTIONS });
  const { page, context } = await openReturn(browser, desk.base);
  await page.route("**/module/*.wasm", (route) => route.abort());
  await page.reload();
  await signIn(page, given);
  await page.locator("#send-answers").click();
  await page.locator("#summary:focus").waitFor();
  assert.equal(await page.locator("#summary li").count(), 2);
  await answerRequired(page);
  await page.locator("#send-answers").click();
  await page.locator("#return-done:focus").waitFor();
  await context.close();
});

test("a vendor's page is a link below the words of its outcome", async () => {
  const given = await caseWithCode(browser, desk);
  const link = "https://vendor.example/support?a=%3Cb%3E";
  deskEvent(desk, given.number, "case.closed", { outcome: "referred_to_vendor", link });
  const { page, context } = await openReturn(browser, desk.base);
  await signIn(page, given);
  const shown = page.locator("#vendor-link a");
  assert.equal(await shown.getAttribute("href"), link);
  assert.equal(await shown.innerText(), link);
  await context.close();
});

test("an addition is limited, arrives, and reopens a closed case whose words promise nothing", async () => {
  const given = await caseWithCode(browser, desk);
  deskEvent(desk, given.number, "case.closed", { outcome: "advised" });
  const { page, context } = await openReturn(browser, desk.base);
  await signIn(page, given);
  assert.equal(await stateShown(page), "終了");
  const words = await page.locator(".return-case__state").innerText();
  assert.match(words, /助言（参考情報）をお伝えして/);
  assert.doesNotMatch(words, /解決|安全|復旧/);
  assert.equal(await page.locator("#withdraw").count(), 0);
  await page.locator("#send-addition").click();
  await page.locator("#field-other-text:focus").waitFor();
  assert.match(await page.locator("#field-other-text-error").innerText(), /ください/);
  await page.locator("#field-other-text").fill("あ".repeat(4001));
  await page.locator("#field-other-text-error", { hasText: "4000" }).waitFor();
  await page.locator("#field-other-text").fill("パスワードは Abc123! です");
  await page.locator("#addition .message--advisory").waitFor();
  await page.locator("#field-other-text").fill("また暗号化が始まりました。");
  await page.locator("#send-addition").click();
  await page.locator("#return-done:focus").waitFor();
  assert.equal(await stateShown(page), "対応中");
  assert.equal(await page.locator("#field-other-text").inputValue(), "");
  await context.close();
});

test("the application is withdrawn in two steps, and the first can be taken back", async () => {
  const given = await caseWithCode(browser, desk);
  const { page, context } = await openReturn(browser, desk.base);
  await signIn(page, given);
  await page.locator(".return-withdrawal summary").click();
  await page.locator("#withdraw").click();
  await page.locator("#withdraw-confirm:focus").waitFor();
  await page.locator("#withdraw-not").click();
  assert.equal(await page.evaluate(() => document.activeElement.id), "withdraw");
  assert.ok(!kindsOf(given.number).includes("case.withdrawn"));
  await page.locator("#withdraw").click();
  await page.locator("#withdraw-now").click();
  await page.locator("#return-done:focus").waitFor();
  assert.equal(await stateShown(page), "終了");
  assert.match(await page.locator("#case-words").innerText(), /取り下げ/);
  assert.ok(kindsOf(given.number).includes("case.withdrawn"));
  await context.close();
});

test("the end of the visit forgets everything, here and at the desk", async () => {
  const { page, context } = await askedCase();
  let token = "";
  page.on("request", (request) => {
    token ||= request.headers().authorization ?? "";
  });
  await answerRequired(page);
  await page.locator("#refresh").click();
  await page.locator("#return-done:focus").waitFor();
  await page.locator("#end-visit").click();
  await page.locator("#return-notice").waitFor();
  assert.equal(await page.locator("#field-number").inputValue(), "");
  assert.deepEqual(await page.evaluate(() => Object.keys(sessionStorage)), []);
  const response = await fetch(`${desk.base}/v1/return`, { headers: { authorization: token } });
  assert.equal(response.status, 401);
  await context.close();
});

test("a first visit to the form loads nothing of the return page", async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const loaded = [];
  page.on("request", (request) => loaded.push(new URL(request.url()).pathname));
  await page.goto(`${desk.base}/`);
  await page.locator("button#agree").waitFor();
  assert.ok(loaded.some((path) => path.endsWith("/script.js")));
  assert.ok(!loaded.some((path) => path.includes("return")), loaded.join(" "));
  await context.close();
});

test("on paper the case is there, and nothing to press", async () => {
  const { page, context } = await askedCase();
  await page.emulateMedia({ media: "print" });
  assert.equal(await page.locator("#case-state").isVisible(), true);
  for (const hidden of ["#refresh", "#send-answers", ".return-addition", ".return-withdrawal", "#end-visit"])
    assert.equal(await page.locator(hidden).isVisible(), false, hidden);
  await context.close();
});
