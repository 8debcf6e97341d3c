/**
 * Evidence files on their way from the page to a real desk, through cuts, a reload and a pause; equal SHA-256 at the end.
 */

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { begin, field, option, receiptNumber, step, toReview } from "./applicant.mjs";
import { launch, startDesk } from "./desk.mjs";
import { ENGINES, launchEngine } from "./engines.mjs";
import { choose } from "./files.mjs";
import { openNetwork } from "./network.mjs";
import {
  act,
  arrived,
  chooseAgain,
  comeBack,
  digestOf,
  filesOf,
  has,
  LARGE,
  openFiles,
  row,
  send,
  SMALL,
  words,
} from "./uploads.mjs";
import { caseByHttp, openReturn, signIn } from "./visit.mjs";

let desk;
before(async () => {
  desk = await startDesk(["--evidence-min-free", "0"]);
});
after(() => desk?.stop());

for (const engine of ENGINES) {
  describe(engine, { timeout: 300_000 }, () => {
    let browser, network;
    before(async () => {
      [browser, network] = await Promise.all([launchEngine(engine), openNetwork(desk.base)]);
    });
    after(async () => {
      await browser?.close();
      await network?.stop();
    });

    test("a file arrives whole through two cuts and a reload between them", async (t) => {
      const { page, given, errors } = await openFiles(t, browser, desk.base, {
        through: network.base,
        width: 360,
        height: 740,
      });
      await choose(page, "#choose-files", LARGE);
      await row(page, "ready").waitFor();
      network.breakAfter(5_000_000);
      await page.locator("#send-files").click();
      await network.broken();
      await row(page, "waiting").waitFor();
      assert.match(await words(page, "waiting"), /途切れ|つながっていません/);
      network.open();
      network.breakAfter(12_000_000);
      await network.broken();
      network.open();
      await comeBack(page, given);
      assert.match(await words(page, "unfinished"), /^\d\d%まで届いています/);
      const [begun] = await filesOf(desk.base, given);
      assert.ok(begun.offset > 5_000_000 && begun.offset < LARGE.size, `${begun.offset}`);
      await choose(page, chooseAgain("unfinished"), LARGE);
      await row(page, "ready").waitFor();
      await page.locator("#send-files").click();
      await row(page, "arrived").waitFor();
      assert.deepEqual((await filesOf(desk.base, given)).map(has), [arrived(LARGE)]);
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false);
      assert.deepEqual(errors, []);
    });

    test("a paused file stays where it is, and goes on from there", async (t) => {
      const { page, given } = await openFiles(t, browser, desk.base, { through: network.base });
      network.rate = 8_000_000;
      t.after(() => (network.rate = Infinity));
      await send(page, LARGE);
      await page.waitForFunction(() => document.querySelector("progress").value > 0.2);
      await act(page, "sending");
      await row(page, "paused").waitFor();
      network.rate = Infinity;
      // The bytes that were under way arrive.
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      const [{ offset, state }] = await filesOf(desk.base, given);
      assert.ok(state === "receiving" && offset > 0 && offset < LARGE.size, `${state} ${offset}`);
      await act(page, "paused");
      await row(page, "arrived").waitFor();
      assert.deepEqual((await filesOf(desk.base, given)).map(has), [arrived(LARGE)]);
      assert.match(await page.locator("#files-all").innerText(), /すべて窓口に届きました/);
    });

    test("another file is told apart from the one that was begun, and can be sent beside it", async (t) => {
      const { page, given } = await openFiles(t, browser, desk.base, { through: network.base });
      await choose(page, "#choose-files", LARGE);
      await row(page, "ready").waitFor();
      network.breakAfter(9_000_000);
      await page.locator("#send-files").click();
      await network.broken();
      network.open();
      await comeBack(page, given);
      const other = { ...LARGE, name: "IMG_0001.jpeg", seed: 8, type: "image/jpeg" };
      await choose(page, chooseAgain("unfinished"), other);
      await page.locator(".case-files__other button").waitFor();
      assert.match(await page.locator(".case-files__other").innerText(), /IMG_0001.jpeg.*別のファイル.*iPhone/s);
      await page.locator(".case-files__other button").click();
      await row(page, "ready").waitFor();
      await page.locator("#send-files").click();
      await row(page, "arrived").waitFor();
      const files = await filesOf(desk.base, given);
      assert.deepEqual(has(files[1]), arrived(other));
      // The general choice knows the file as well.
      await choose(page, "#choose-files", LARGE);
      await row(page, "ready").waitFor();
      await page.locator("#send-files").click();
      await page.locator("#files-all:not(:empty)").waitFor();
      assert.deepEqual((await filesOf(desk.base, given)).map(has), [arrived(LARGE), arrived(other)]);
    });
  });
}

describe("chromium", { timeout: 300_000 }, () => {
  let browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser?.close());

  test("a log that was chosen in the form waits for the receipt, and belongs to its entry", async (t) => {
    const context = await browser.newContext({ locale: "ja-JP" });
    t.after(() => context.close());
    const page = await context.newPage();
    const loaded = [];
    page.on("request", (request) => loaded.push(new URL(request.url()).pathname));
    await page.goto(`${desk.base}/?lang=ja`);
    await page.locator("button#agree").waitFor();
    await toReview(page);
    await step(page, "devices");
    await page.locator(".list__add").last().click();
    await option(page, "/logs/0/kind", "firewall").check();
    await choose(page, "#field-logs-0-name-file", SMALL);
    await page.waitForFunction(
      (digest) => document.querySelector("#field-logs-0-sha256").value === digest,
      digestOf(SMALL),
    );
    assert.equal(await field(page, "/logs/0/name").inputValue(), SMALL.name);
    await step(page, "review");
    assert.ok(!loaded.some((path) => path.startsWith("/v1/files")), "nothing of it is sent before");
    await page.locator("#send").click();
    const number = await receiptNumber(page);
    const code = await page.locator("#return-code").innerText();
    await row(page, "ready").waitFor();
    assert.match(await row(page, "ready").innerText(), /fw\.log.*まだ送られていません/s);
    await page.locator("#send-files").click();
    await row(page, "arrived").waitFor();
    const [file] = await filesOf(desk.base, { number, code });
    assert.deepEqual([has(file), file.log], [arrived(SMALL), 0]);
    assert.ok(!loaded.includes("/v1/return"), "the receipt opens nothing that the desk disclosed");
    await page.reload();
    await row(page, "arrived").waitFor();
    assert.match(await row(page, "arrived").innerText(), /fw\.log/, "the form knows its name");
    await page.locator('.page-header__languages [lang="en"]').click();
    await page.locator(".case-files__row", { hasText: "reached the desk" }).waitFor();
  });

  test("the receipt after a reload asks for the log that was not sent", async (t) => {
    const logs = [{ kind: "firewall", name: SMALL.name, size: SMALL.text.length, sha256: digestOf(SMALL) }];
    const given = await caseByHttp(desk.base, { logs });
    const context = await browser.newContext({ locale: "ja-JP" });
    t.after(() => context.close());
    const page = await context.newPage();
    await page.addInitScript(
      ({ number, code, logs }) => {
        const receipt = { number, received_at: Date.now(), next: [] };
        sessionStorage.setItem(
          "kakekomi.receipt",
          JSON.stringify({ receipt, code, text: JSON.stringify({ logs }), locale: "ja" }),
        );
      },
      { ...given, logs },
    );
    await page.goto(desk.base);
    await row(page, "wanted").waitFor();
    await choose(page, chooseAgain("wanted"), { name: "other.log", text: "of the firewalL" });
    await page.locator(".case-files__other").waitFor();
    await choose(page, chooseAgain("wanted"), SMALL);
    await page.locator("#send-files").click();
    await row(page, "arrived").waitFor();
    assert.equal((await filesOf(desk.base, given))[0].log, 0);
  });

  test("a first visit loads nothing of it, and the part loads when it is opened", async (t) => {
    const names = (page) =>
      page.evaluate(() => performance.getEntriesByType("resource").map(({ name }) => new URL(name).pathname));
    const ofFiles = (all) =>
      all.filter((name) => /files\.(js|css)$/.test(name)).map((name) => name.replace(/.*\//, ""));
    const context = await browser.newContext();
    t.after(() => context.close());
    const first = await context.newPage();
    await first.goto(desk.base);
    await begin(first);
    assert.deepEqual(ofFiles(await names(first)), []);
    const texts = await Promise.all((await names(first)).map(async (path) => (await fetch(desk.base + path)).text()));
    assert.ok(!texts.join("").includes("証拠ファイルを送る"), "nor its sentences");
    const given = await caseByHttp(desk.base);
    const { page, context: visit } = await openReturn(browser, desk.base);
    t.after(() => visit.close());
    await signIn(page, given);
    assert.deepEqual(ofFiles(await names(page)), []);
    await page.route("**/files.js", (route) => route.abort(), { times: 1 });
    await page.locator("#open-files").click();
    await page.locator("#files [role=status]", { hasText: "読み込めませんでした" }).waitFor();
    await page.locator("#open-files").click();
    await page.locator("#choose-files").waitFor({ state: "attached" });
    const rights = page.locator(".case-files__rights", { hasText: "著作物" });
    const isBefore = await rights.evaluate((notice) => {
      const picker = document.querySelector("#choose-files");
      return Boolean(notice.compareDocumentPosition(picker) & Node.DOCUMENT_POSITION_FOLLOWING);
    });
    assert.ok(isBefore, "the notice on rights stands before the picker");
    assert.deepEqual([...new Set(ofFiles(await names(page)))].sort(), ["files.css", "files.js"]);
  });
});
