/**
 * Evidence files on their way from the page to a real desk: through cuts, a reload, a pause, and refusals; equal SHA-256 at the end.
 */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { answerOnce, begin, field, option, receiptNumber, step, toReview } from "./applicant.mjs";
import { launch, startDesk } from "./desk.mjs";
import { inside } from "./embedded.mjs";
import { ENGINES, launchEngine } from "./engines.mjs";
import { choose, seededBytes } from "./files.mjs";
import { openNetwork } from "./network.mjs";
import { openTab, startSite, untilHeard } from "./partner.mjs";
import { caseByHttp, deskEvent, openReturn, signIn } from "./visit.mjs";

/** Several pieces of 8 MiB. */
const LARGE = { name: "サーバー.evtx", size: 30_000_000, seed: 7 };
const SMALL = { name: "fw.log", text: "of the firewall" };
const FILES = "**/v1/files?**";
const ONE_FILE = "**/v1/files/*?**";

let site, desk, small;
before(async () => {
  site = await startSite();
  const open = ["--evidence-min-free", "0"];
  [desk, small] = await Promise.all([
    startDesk(["--desk", site.profile, ...open]),
    startDesk(["--evidence-file-max", "1", "--evidence-files", "1", ...open]),
  ]);
});
after(async () => {
  await Promise.all([desk?.stop(), small?.stop()]);
  await site?.stop();
});

const digestOf = ({ text, size, seed }) =>
  createHash("sha256")
    .update(text ?? seededBytes(size, seed))
    .digest("hex");

/** The headers of a request without the page. */
const headersOf = ({ number, code }) => ({
  "Tus-Resumable": "1.0.0",
  "Kakekomi-Case": number,
  "Kakekomi-Code": code.replaceAll(" ", ""),
});

/** The files of a case at the desk. */
async function filesOf(base, given) {
  return (await (await fetch(`${base}/v1/files`, { headers: headersOf(given) })).json()).files;
}

/** Begins an upload without a digest, as another client, and sends its first bytes. */
async function beginElsewhere(base, given, { length, text }) {
  const headers = headersOf(given);
  const metadata = `what ${btoa("log")},filename ${btoa("fw.log")}`;
  const declaration = { ...headers, "Upload-Length": String(length), "Upload-Metadata": metadata };
  const declared = await fetch(`${base}/v1/files`, { method: "POST", headers: declaration });
  assert.equal(declared.status, 201);
  const piece = { ...headers, "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream" };
  const at = new URL(declared.headers.get("location"), base);
  const sent = await fetch(at, { method: "PATCH", headers: piece, body: text });
  assert.equal(sent.status, 204);
}

/** What the desk has of a file that arrived, or not. */
const has = ({ state, length, sha256, what }) => ({ state, length, sha256, what });
const arrived = (file, what = "log") => ({
  state: "arrived",
  length: file.size ?? file.text.length,
  sha256: digestOf(file),
  what,
});

const row = (page, state) => page.locator(`.case-files__row[data-state="${state}"]`);
const words = (page, state) => page.locator(`.case-files__row[data-state="${state}"] .case-files__state`).innerText();
const chooseAgain = (state) => `.case-files__row[data-state="${state}"] input[type="file"]`;
/** The button of a file, by its place. */
const act = (page, state, place = 1) =>
  page.locator(`.case-files__row[data-state="${state}"] .case-files__ways > :nth-child(${place})`).first().click();

/** Opens a case on the return page, and in it the files. */
async function openFiles(t, browser, base, how) {
  const given = await caseByHttp(base);
  const opened = await openReturn(browser, how?.through ?? base, how);
  t.after(() => opened.context.close());
  await signIn(opened.page, given);
  await opened.page.locator("#open-files").click();
  await opened.page.locator("#choose-files").waitFor({ state: "attached" });
  return { ...opened, given };
}

/** Reloads the page, as a person who leaves although the browser warns, and opens the case again. */
async function comeBack(page, given) {
  await page.evaluate(() => addEventListener("beforeunload", (event) => event.stopImmediatePropagation(), true));
  await page.reload();
  await page.locator("#return-open").waitFor();
  await signIn(page, given);
  await row(page, "unfinished").waitFor();
}

/** Chooses a file and sends it. */
async function send(page, file) {
  await choose(page, "#choose-files", file);
  await row(page, "ready").waitFor();
  await page.locator("#send-files").click();
}

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
    const rights = page.locator(".case-files__rights", { hasText: "著作権" });
    const isBefore = await rights.evaluate((notice) => {
      const picker = document.querySelector("#choose-files");
      return Boolean(notice.compareDocumentPosition(picker) & Node.DOCUMENT_POSITION_FOLLOWING);
    });
    assert.ok(isBefore, "the notice on rights stands before the picker");
    assert.deepEqual([...new Set(ofFiles(await names(page)))].sort(), ["files.css", "files.js"]);
  });

  test("a file that is too large, and one too many, are refused in the desk's words, and nothing else stops", async (t) => {
    const { page, given } = await openFiles(t, browser, small.base);
    await choose(page, "#choose-files", { name: "dump.bin", size: 3_000_000, seed: 1 });
    await choose(page, "#choose-files", SMALL);
    await page.locator("#send-files", { hasText: "2" }).waitFor();
    await page.locator("#send-files").click();
    await row(page, "refused").waitFor();
    await row(page, "arrived").waitFor();
    assert.match(await words(page, "refused"), /1MiB/);
    await act(page, "refused", 2);
    await row(page, "refused").waitFor({ state: "detached" });
    await send(page, { name: "b.log", text: "second" });
    await row(page, "refused").waitFor();
    assert.match(await words(page, "refused"), /1個まで/);
    assert.equal((await filesOf(small.base, given)).length, 1);
  });

  test("a full desk says so, and the file arrives when it has room again", async (t) => {
    const { page, given } = await openFiles(t, browser, desk.base);
    const detail = "ただいま、ファイルの置き場所に空きがなく、受け取れません。";
    const body = JSON.stringify({ status: 507, code: "evidence.full", detail });
    const full = (route) => route.fulfill({ status: 507, contentType: "application/problem+json", body });
    await page.route(ONE_FILE, full, { times: 1 });
    await send(page, SMALL);
    await row(page, "refused").waitFor();
    assert.equal(await words(page, "refused"), detail);
    await act(page, "refused");
    await row(page, "arrived").waitFor();
    assert.deepEqual((await filesOf(desk.base, given)).map(has), [arrived(SMALL)]);
  });

  test("an expired token is renewed with the code, and a wrong one stops", async (t) => {
    const { page, given } = await openFiles(t, browser, desk.base);
    const isRenewal = (request) => request.method() === "POST" && request.url().includes("/v1/return?");
    const renewal = page.waitForRequest(isRenewal);
    await answerOnce(page, ONE_FILE, 401, "return.expired");
    await send(page, SMALL);
    await row(page, "arrived").waitFor();
    await renewal;
    assert.deepEqual((await filesOf(desk.base, given)).map(has), [arrived(SMALL)]);
    await answerOnce(page, "**/v1/return?**", 401, "return.refused");
    await answerOnce(page, FILES, 401, "return.expired");
    await send(page, { name: "b.log", text: "second" });
    await row(page, "refused").waitFor();
  });

  test("a lost response to the declaration declares nothing twice", async (t) => {
    const { page, given } = await openFiles(t, browser, desk.base);
    const lose = async (route) => {
      await route.fetch();
      await route.abort();
    };
    await choose(page, "#choose-files", SMALL);
    await row(page, "ready").waitFor();
    await page.route(FILES, lose, { times: 1 });
    await page.locator("#send-files").click();
    await row(page, "waiting").waitFor();
    await act(page, "waiting");
    await row(page, "arrived").waitFor();
    assert.deepEqual((await filesOf(desk.base, given)).map(has), [arrived(SMALL)]);
  });

  test("a proxy that takes no large body gets smaller pieces", async (t) => {
    const { page, given } = await openFiles(t, browser, desk.base);
    await page.evaluate(() => {
      const { send } = XMLHttpRequest.prototype;
      XMLHttpRequest.prototype.send = function (body) {
        if (body?.size > 3_000_000) this.setRequestHeader("X-Large", "1");
        send.call(this, body);
      };
    });
    let refused = 0;
    await page.route(ONE_FILE, (route) => {
      if (!route.request().headers()["x-large"]) return route.continue();
      refused += 1;
      return route.fulfill({ status: 413, contentType: "text/html", body: "<h1>413</h1>" });
    });
    await send(page, { ...LARGE, size: 9_000_000 });
    await row(page, "arrived").waitFor();
    assert.ok(refused >= 1);
    assert.deepEqual((await filesOf(desk.base, given)).map(has), [arrived({ ...LARGE, size: 9_000_000 })]);
  });

  test("without a network a file waits in words, and goes on by itself", async (t) => {
    const { page, context, given } = await openFiles(t, browser, desk.base);
    await choose(page, "#choose-files", SMALL);
    await row(page, "ready").waitFor();
    await context.setOffline(true);
    await page.locator("#send-files").click();
    await row(page, "waiting").waitFor();
    assert.match(await words(page, "waiting"), /ネットワークにつながっていません/);
    await context.setOffline(false);
    await row(page, "arrived").waitFor();
    assert.deepEqual((await filesOf(desk.base, given)).map(has), [arrived(SMALL)]);
  });

  test("a file whose content is another one than was declared is kept and marked", async (t) => {
    const { page, given } = await openFiles(t, browser, desk.base);
    await page.route(
      FILES,
      (route) => {
        const headers = { ...route.request().headers() };
        const wrong = Buffer.from("0".repeat(64)).toString("base64");
        headers["upload-metadata"] = headers["upload-metadata"].replace(/sha256 \S+/, `sha256 ${wrong}`);
        return route.continue({ headers });
      },
      { times: 1 },
    );
    await send(page, SMALL);
    await row(page, "mismatch").waitFor();
    assert.match(await words(page, "mismatch"), /中身が違います/);
    assert.equal((await filesOf(desk.base, given))[0].state, "mismatch");
    await send(page, SMALL);
    await row(page, "arrived").waitFor();
    const [first, second] = (await filesOf(desk.base, given)).map(has);
    assert.deepEqual([first.state, second], ["mismatch", arrived(SMALL)]);
  });

  test("an upload that another client began without a digest takes no bytes of another file", async (t) => {
    const { page, given } = await openFiles(t, browser, desk.base);
    await beginElsewhere(desk.base, given, { length: SMALL.text.length, text: "other" });
    await page.locator("#refresh").click();
    await row(page, "unfinished").waitFor();
    await choose(page, chooseAgain("unfinished"), SMALL);
    await page.locator(".case-files__other button").waitFor();
    assert.match(await page.locator(".case-files__other").innerText(), /fw\.log.*確かめられないため/s);
    await page.locator(".case-files__other button").click();
    await row(page, "ready").waitFor();
    await page.locator("#send-files").click();
    await row(page, "arrived").waitFor();
    const [begun, whole] = await filesOf(desk.base, given);
    assert.deepEqual([begun.state, begun.offset, has(whole)], ["receiving", 5, arrived(SMALL)]);
  });

  test("the same content is sent once, a folder is refused in words, and an empty file arrives", async (t) => {
    const { page, given } = await openFiles(t, browser, desk.base);
    await send(page, SMALL);
    await row(page, "arrived").waitFor();
    await choose(page, "#choose-files", { ...SMALL, name: "copy.log" });
    await row(page, "twice").waitFor();
    await page.evaluate(() => {
      Blob.prototype.arrayBuffer = () => Promise.reject(new DOMException("", "NotReadableError"));
    });
    await choose(page, "#choose-files", { name: "folder", text: "x" });
    await row(page, "unreadable").waitFor();
    await choose(page, "#choose-files", { name: "empty.log", text: "" });
    await row(page, "ready").waitFor();
    await page.locator("#send-files").click();
    await page.waitForFunction(() => document.querySelectorAll('[data-state="arrived"]').length === 2);
    assert.deepEqual(
      (await filesOf(desk.base, given)).map(({ state }) => state),
      ["arrived", "arrived"],
    );
  });

  test("without WebAssembly a file is sent without a digest, which the desk computes", async (t) => {
    const given = await caseByHttp(desk.base);
    const { page, context } = await openReturn(browser, desk.base);
    t.after(() => context.close());
    await page.route("**/module/*.wasm", (route) => route.abort());
    await page.reload();
    await signIn(page, given);
    await page.locator("#open-files").click();
    await page.locator("#choose-files").waitFor({ state: "attached" });
    await send(page, SMALL);
    await row(page, "arrived").waitFor();
    assert.deepEqual((await filesOf(desk.base, given)).map(has), [arrived(SMALL)]);
  });

  test("check 24: files are dropped and removed, and the focus and what is read aloud follow", async (t) => {
    const { page, given } = await openFiles(t, browser, desk.base);
    await page.evaluate((file) => {
      const dropped = new DataTransfer();
      dropped.items.add(new File([file.text], file.name));
      dropped.items.add(new File(["second"], "b.log"));
      document
        .querySelector(".case-files__picker")
        .dispatchEvent(new DragEvent("drop", { dataTransfer: dropped, bubbles: true, cancelable: true }));
    }, SMALL);
    await page.locator("#send-files", { hasText: "2" }).waitFor();
    const focused = () => page.evaluate(() => document.activeElement.className || document.activeElement.tagName);
    await act(page, "ready");
    assert.equal(await focused(), "case-files__name", "the next file's name");
    assert.equal(await page.locator(".case-files__row").count(), 1);
    await page.evaluate(() => {
      globalThis.told = [];
      const status = document.querySelector("#status");
      new MutationObserver(() => globalThis.told.push(status.textContent)).observe(status, { childList: true });
    });
    await page.locator("#send-files").click();
    await row(page, "arrived").waitFor();
    assert.equal(await focused(), "case-files__name");
    const told = await page.evaluate(() => globalThis.told.filter(Boolean));
    assert.ok(told.length <= 2 && told.at(-1).startsWith("b.log：窓口に届きました"), told.join(" / "));
    assert.equal((await filesOf(desk.base, given)).length, 1);
  });

  test("uploads go on while the screen is drawn anew, and end with the visit", async (t) => {
    const network = await openNetwork(desk.base);
    t.after(() => network.stop());
    const { page, given } = await openFiles(t, browser, desk.base, { through: network.base });
    network.rate = 4_000_000;
    await send(page, LARGE);
    await page.locator("progress").first().waitFor();
    await page.locator("#refresh").click();
    await page.locator("#return-done:focus").waitFor();
    await row(page, "sending").waitFor();
    await page.locator('.page-header__languages [lang="en"]').click();
    await page.locator(".case-files__row", { hasText: "Sending" }).waitFor();
    await page.locator("#end-visit").click();
    await page.locator("#return-notice").waitFor();
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    const [{ offset }] = await filesOf(desk.base, given);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    assert.equal((await filesOf(desk.base, given))[0].offset, offset);
  });

  test("a closed case takes no file and says so", async (t) => {
    const given = await caseByHttp(desk.base);
    deskEvent(desk, given.number, "case.closed", { outcome: "advised" });
    const { page, context } = await openReturn(browser, desk.base);
    t.after(() => context.close());
    await signIn(page, given);
    await page.locator("#open-files").click();
    await page.locator("#files-closed").waitFor();
    assert.equal(await page.locator("#choose-files").count(), 0);
  });

  test("a frame sends files as the page does, and inline there is a link", async (t) => {
    const given = await caseByHttp(desk.base);
    const page = await openTab(t, browser, { width: 360, height: 740 });
    await page.goto(site.page({ desk: desk.base, view: "return", strict: true }));
    await untilHeard(page, "ready");
    const frame = inside(page, "frame");
    await signIn(frame, given);
    await frame.locator("#open-files").click();
    await frame.locator("#choose-files").waitFor({ state: "attached" });
    await send(frame, SMALL);
    await row(frame, "arrived").waitFor();
    assert.deepEqual((await filesOf(desk.base, given)).map(has), [arrived(SMALL)]);
    assert.deepEqual(await page.evaluate(() => globalThis.violations), []);
    const other = await openTab(t, browser);
    await other.goto(site.page({ desk: desk.base, mode: "inline" }));
    await untilHeard(other, "ready");
    const form = inside(other, "inline");
    await toReview(form);
    await form.locator("#send").click();
    await form.locator("#files a[href*='/return']").waitFor();
    assert.equal(await form.locator("#open-files").count(), 0);
  });
});
