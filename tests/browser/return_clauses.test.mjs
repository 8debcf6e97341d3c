/**
 * The return page under the clauses: the consent to the hand-over to the forensics company (1②), its withdrawal, and confidential
 * information of the desk (2①②).
 */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before, describe, test } from "node:test";
import { answerOnce } from "./applicant.mjs";
import { BINARY, launch } from "./desk.mjs";
import { ENGINES, launchEngine } from "./engines.mjs";
import { startDeskThatIs } from "./opening.mjs";
import { caseByHttp, deskEvent, openReturn, signIn } from "./visit.mjs";

let desk;
before(async () => {
  desk = await startDeskThatIs("open");
});
after(() => desk?.stop());

/** The wish for an introduction, without the consent of clause 1②. */
const WISHED = { service: { forensics: { transfer_consent: false } } };
const CONSENTED = { service: { forensics: { transfer_consent: true } } };
const NAME = "#field-other-name";
const ROLE = "#field-other-role";

/** A case with a wish, opened. @param {any} t @param {any} browser @param {any} [more] of the draft */
async function opened(t, browser, more, how, events = []) {
  const given = await caseByHttp(desk.base, more);
  for (const [kind, body] of events) deskEvent(desk, given.number, kind, body);
  const found = await openReturn(browser, desk.base, how);
  t.after(() => found.context.close());
  await signIn(found.page, given);
  return { ...found, given };
}

/** The events of a case. */
function eventsOf(number) {
  const printed = execFileSync(BINARY, ["cases", "timeline", number, "--json", "--data", desk.data], {
    encoding: "utf8",
  });
  return JSON.parse(printed);
}

const kindsOf = (number) => eventsOf(number).map(({ kind }) => kind);
const fits = (page) => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth);

for (const engine of ENGINES) {
  describe(engine, { timeout: 300_000 }, () => {
    let browser;
    before(async () => {
      browser = await launchEngine(engine);
    });
    after(() => browser?.close());

    test("the consent is given, withdrawn in two steps, and given again", async (t) => {
      const { page, given, errors } = await opened(t, browser, WISHED, { width: 360, height: 740 });
      assert.ok(await fits(page));
      await page.locator("#send-intent").click();
      await page.locator(`${NAME}:focus`).waitFor();
      assert.match(await page.locator(`${NAME}-error`).innerText(), /氏名を入力してください/);
      await page.locator(NAME).fill("佐藤 一郎");
      await page.locator(ROLE).fill("情報システム部長");
      await page.locator("#send-intent").click();
      await page.locator("#return-done:focus").waitFor();
      assert.match(await page.locator("#referral-since").innerText(), /同意いただいています/);
      assert.match(await page.locator("#referral-state").innerText(), /まだ何もお渡ししていません/);
      assert.equal(await page.locator("#send-intent").count(), 0);

      await page.locator("#withdraw-intent").click();
      await page.locator("#withdraw-intent-confirm:focus").waitFor();
      assert.match(
        await page.locator("#withdraw-intent-confirm").innerText(),
        /破棄します。すでに受け取った情報は、取り戻せません/,
      );
      assert.ok(await fits(page));
      await page.locator("#withdraw-intent-not").click();
      await page.locator("#withdraw-intent:focus").waitFor();
      await page.locator("#withdraw-intent").click();
      await page.locator("#withdraw-intent-now").click();
      await page.locator("#return-done:focus").waitFor();
      assert.match(await page.locator("#referral-state").innerText(), /取り消されています/);
      await page.locator(".return-referral summary").click();
      assert.equal(await page.locator(NAME).inputValue(), "", "a consent that arrived is not kept");
      await page.locator(NAME).fill("佐藤 一郎");
      await page.locator(ROLE).fill("情報システム部長");
      await page.locator("#send-intent").click();
      await page.locator("#referral-since").waitFor();
      const kinds = ["intent.given", "intent.withdrawn", "intent.given"];
      assert.deepEqual(
        kindsOf(given.number).filter((kind) => /referral|intent/.test(kind)),
        kinds,
      );
      assert.deepEqual(errors, []);
    });

    test("information of the desk is opened by a button, marked as confidential, and stays text", async (t) => {
      const text = "通信元：203.0.113.5\n<img src=x onerror='document.title=1' id=evil>";
      const { page, given } = await opened(t, browser, {}, { width: 360, height: 740 }, [
        ["disclosure.shared", { text }],
        ["disclosure.shared", { text: "前のお知らせ", expires_at: Date.now() - 1000 }],
      ]);
      const listed = await page.locator("#disclosures").innerText();
      assert.ok(!listed.includes("203.0.113.5") && !listed.includes("前のお知らせ"), listed);
      assert.match(listed, /同意書 2①②/);
      assert.match(listed, /機密[\s\S]*未開封[\s\S]*まで表示できます[\s\S]*機密[\s\S]*期限（.*）を過ぎました/);
      assert.ok(!kindsOf(given.number).includes("disclosure.opened"));
      await page.locator("#disclosures button").click();
      await page.locator(".return-disclosures__text:focus").waitFor();
      assert.equal(await page.locator(".return-disclosures__text").innerText(), text);
      assert.equal(await page.locator("#evil").count(), 0);
      assert.ok(await fits(page));
      assert.equal(kindsOf(given.number).filter((kind) => kind === "disclosure.opened").length, 1);
      await page.locator("#refresh").click();
      await page.locator("#return-done:focus").waitFor();
      assert.equal(await page.locator(".return-disclosures__text").innerText(), text, "it stays open in this visit");
      await page.locator("#end-visit").click();
      await page.locator("#return-notice").waitFor();
      assert.ok(!(await page.evaluate(() => JSON.stringify(sessionStorage))).includes("203.0.113.5"));
      await signIn(page, given);
      assert.equal(await page.locator(".return-disclosures__text").count(), 0);
      assert.doesNotMatch(await page.locator("#disclosures").innerText(), /未開封/);
    });
  });
}

describe("one engine", () => {
  let browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser?.close());

  for (const [locale, purpose] of [
    ["ja", "フォレンジックサービスの提供"],
    ["en", "Providing incident response/forensics services"],
  ]) {
    test(`all of Annex 1.2, the recipient, the purposes and the document are shown before the consent (${locale})`, async (t) => {
      const { page } = await opened(t, browser, WISHED, { locale });
      const served = await (await fetch(`${desk.base}/v1/desk?locale=${locale}`)).json();
      const { document } = await (await fetch(`${desk.base}/v1/consent/${locale}`)).json();
      const shown = await page.locator("#referral").innerText();
      assert.ok(shown.includes(served.forensics_company) && shown.includes(purpose), shown);
      const items = { ja: ["実施責任者", "優先順位", "アンチウィルスソフト名", "ネットワーク構成", "ログ", "その他"] };
      for (const item of items[locale] ?? ["Annex 1", "Logs", "The network"]) assert.ok(shown.includes(item), item);
      const link = page.locator("#intent-document a");
      assert.ok((await link.innerText()).includes(document.version));
      assert.equal(await link.getAttribute("href"), `/documents/${locale}/${document.sha256}`);
      assert.equal(await page.locator("#referral input:checked").count(), 0, "nothing is ticked beforehand");
    });
  }

  test("a consent with the application is shown with its date, and without a wish there is no section", async (t) => {
    const { page } = await opened(t, browser, CONSENTED);
    assert.match(await page.locator("#referral-since").innerText(), /^20\d\d年.*に、.*同意いただいています/);
    assert.equal(await page.locator("#send-intent").count(), 0);
    const plain = await opened(t, browser, { service: {} });
    assert.equal(await plain.page.locator("#referral").count(), 0);
  });

  test("a consent to an earlier document is not taken, and the new one is linked", async (t) => {
    const { page, given } = await opened(t, browser, WISHED);
    await page.locator(NAME).fill("佐藤 一郎");
    await page.locator(ROLE).fill("情報システム部長");
    await answerOnce(page, "**/v1/intents?**", 409, "consent.stale");
    await page.locator("#send-intent").click();
    await page.locator("#return-done:focus", { hasText: "新しい同意書をお読み" }).waitFor();
    assert.equal(await page.locator(NAME).inputValue(), "佐藤 一郎");
    await page.locator("#send-intent").click();
    await page.locator("#referral-since").waitFor();
    assert.equal(kindsOf(given.number).filter((kind) => kind === "intent.given").length, 1);
  });

  test("a lost response is sent again with its key, and name and role survive a reload", async (t) => {
    const { page, given } = await opened(t, browser, WISHED);
    await page.locator(NAME).fill("佐藤 一郎");
    await page.locator(ROLE).fill("あ".repeat(250));
    assert.equal((await page.locator(ROLE).inputValue()).length, 200);
    const keys = [];
    page.on("request", (request) => {
      if (request.url().includes("/v1/intents")) keys.push(request.headers()["idempotency-key"]);
    });
    const lose = async (route) => {
      await route.fetch();
      await route.abort();
    };
    await page.route("**/v1/intents?**", lose, { times: 1 });
    await page.locator("#send-intent").click();
    await page.locator("#intent-failure:focus").waitFor();
    await page.reload();
    await signIn(page, given);
    assert.match(await page.locator("#referral-since").innerText(), /同意いただいています/, "it arrived");
    assert.equal(keys.length, 1);
    assert.equal(kindsOf(given.number).filter((kind) => kind === "intent.given").length, 1);
  });

  test("a closed case asks for no consent, and a valid one can still be withdrawn", async (t) => {
    const closed = ["case.closed", { outcome: "introduced" }];
    const wished = await opened(t, browser, WISHED, {}, [closed]);
    assert.equal(await wished.page.locator("#referral").count(), 0);
    const consented = await opened(t, browser, CONSENTED, {}, [closed]);
    await consented.page.locator("#withdraw-intent").click();
    await consented.page.locator("#withdraw-intent-now").click();
    await consented.page.locator("#return-done:focus").waitFor();
    assert.equal(kindsOf(consented.given.number).filter((kind) => kind === "intent.withdrawn").length, 1);
  });

  test("an expired disclosure says so, and on paper there is nothing to press", async (t) => {
    const text = "通信元：203.0.113.5";
    const { page } = await opened(t, browser, WISHED, {}, [["disclosure.shared", { text }]]);
    await answerOnce(page, "**/v1/disclosures/**", 410, "disclosure.expired");
    await page.locator("#disclosures button").click();
    await page.locator("#disclosures .alert:focus").waitFor();
    await page.locator("#disclosures button").last().click();
    await page.locator(".return-disclosures__text:focus").waitFor();
    await page.emulateMedia({ media: "print" });
    assert.equal(await page.locator(".return-disclosures__text").isVisible(), true);
    for (const hidden of ["#send-intent", NAME]) assert.equal(await page.locator(hidden).isVisible(), false, hidden);
  });
});
