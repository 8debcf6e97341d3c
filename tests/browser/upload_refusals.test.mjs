/**
 * Evidence files that the desk refuses, or that wait: words, and how they go on.
 */

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { answerOnce, toReview } from "./applicant.mjs";
import { launch, startDesk } from "./desk.mjs";
import { inside } from "./embedded.mjs";
import { choose } from "./files.mjs";
import { openNetwork } from "./network.mjs";
import { openTab, startSite, untilHeard } from "./partner.mjs";
import {
  act,
  arrived,
  beginElsewhere,
  chooseAgain,
  FILES,
  filesOf,
  has,
  LARGE,
  ONE_FILE,
  openFiles,
  row,
  send,
  SMALL,
  words,
} from "./uploads.mjs";
import { caseByHttp, deskEvent, openReturn, signIn } from "./visit.mjs";

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

describe("chromium", { timeout: 300_000 }, () => {
  let browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser?.close());

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
    assert.equal(await page.locator("#files-all").innerText(), "", "nobody is told that all is well");
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
    await page.locator("#files-closed").waitFor();
    assert.equal(await page.locator("#open-files").count(), 0);
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
