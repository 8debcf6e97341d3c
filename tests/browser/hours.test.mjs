/**
 * The page follows the desk's hours while it is looked at: by the module, without asking the desk; where there is no module, or the clock
 * was set, by asking.
 */

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { openClockedProxy, passTime, setClock } from "./clock.mjs";
import { startDesk } from "./desk.mjs";
import { TWO_ENGINES, launchEngine } from "./engines.mjs";
import { choose } from "./files.mjs";
import { begin, option, receiptNumber, step } from "./applicant.mjs";

const MINUTE = 60_000;
/** Friday, 20 November 2026, in Japan. */
const at = (hours, minutes, seconds = 0) => Date.UTC(2026, 10, 20, hours - 9, minutes, seconds);
/** Tuesday, after the weekend and a holiday. */
const NEXT = Date.UTC(2026, 10, 24, 0, 0);
const BEFORE = { open: false, closes_at: null, next_opens_at: at(9, 0), dated: true };
const OPEN = { open: true, closes_at: at(17, 0), next_opens_at: NEXT, dated: true };
const AFTER = { open: false, closes_at: null, next_opens_at: NEXT, dated: true };

let desk;
before(async () => {
  desk = await startDesk();
});
after(() => desk?.stop());

const chip = (page) => page.locator("#page-header .page-header__chip").innerText();
const asked = (proxy) => proxy.passed.filter((one) => one.endsWith("/v1/desk")).length;
const becomes = (page, words) =>
  page.waitForFunction(
    (words) => document.querySelector("#page-header .page-header__chip")?.textContent === words,
    words,
  );
/** The minute before the hours change goes by. */
const passMinute = async (page) => assert.ok((await passTime(page, MINUTE)) > 0, "no timer of the page was due");
/** As a browser tells a page that it is looked at again. */
const lookAgain = (page) => page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));

for (const engine of TWO_ENGINES) {
  describe(engine, { timeout: 600_000 }, () => {
    let browser;
    before(async () => {
      browser = await launchEngine(engine);
    });
    after(() => browser?.close());

    /** The page at a time of the desk's. */
    async function visit(t, time, opening, { locale = "ja", prepare = () => undefined } = {}) {
      const proxy = await openClockedProxy(desk.base);
      t.after(() => proxy.stop());
      Object.assign(proxy, { time, opening });
      prepare(proxy);
      const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
      t.after(() => context.close());
      const page = await context.newPage();
      page.setDefaultTimeout(30_000);
      await page.goto(`${proxy.base}/?lang=${locale}`);
      await page.locator("button#agree").waitFor();
      return { proxy, page };
    }

    test("at 9:00 chip, sentence and contacts beside the documents change without a request", async (t) => {
      // As it is for people: the others let the time pass at once.
      const { proxy, page } = await visit(t, at(8, 59, 45), BEFORE);
      assert.equal(await chip(page), "受付時間外");
      assert.equal(await page.locator("main .contact-list").count(), 1);
      assert.match(await page.locator("main > .sheet > :last-child .hint").innerText(), /受付時間外/);
      await becomes(page, "受付中");
      assert.equal(await page.locator("main .contact-list").count(), 0);
      assert.match(await page.locator("main > .sheet > :last-child .hint").innerText(), /受付時間内/);
      assert.match(
        await page.locator("#status").evaluate((status) => status.textContent),
        /受付時間内/,
        "it is read aloud",
      );
      assert.equal(asked(proxy), 1);
    });

    test("at 9:00 the advice of the first question changes, and the answer stays", async (t) => {
      const { page } = await visit(t, at(8, 59), BEFORE);
      await begin(page);
      await option(page, "/incident/ongoing", "yes").check();
      await page.waitForFunction(() => document.querySelector("#lead")?.textContent.includes("閉まって"));
      assert.equal(await page.locator("main .guidance .contact-list").count(), 1);
      await passMinute(page);
      await becomes(page, "受付中");
      await page.waitForFunction(() => !document.querySelector("#lead").textContent.includes("閉まって"));
      assert.equal(await page.locator("main .contact-list").count(), 0);
      assert.equal(await option(page, "/incident/ongoing", "yes").isChecked(), true);
    });

    test("at 17:00 the English check page shows closed, the next opening and the contacts", async (t) => {
      const { page } = await visit(t, at(16, 59), OPEN, { locale: "en" });
      const open = await chip(page);
      await begin(page);
      await step(page, "review");
      await passMinute(page);
      await page.waitForFunction(
        (open) => document.querySelector("#page-header .page-header__chip").textContent !== open,
        open,
      );
      assert.match(
        await page.locator("#page-header .page-header__hours").evaluate((state) => state.textContent),
        /November 24/,
      );
      await page.locator("main .contact-list").first().waitFor();
      await page.waitForFunction(() =>
        [...document.querySelectorAll(".message--advisory")].some((one) =>
          one.textContent.includes("closed at the moment"),
        ),
      );
    });

    test("at 17:00 a receipt shows when the desk opens next", async (t) => {
      const { proxy, page } = await visit(t, at(16, 59), OPEN, {
        prepare: (proxy) => {
          proxy.time = null;
        },
      });
      await begin(page);
      await choose(page, "#open-file", {
        name: "saved.json",
        text: JSON.stringify({
          contact: { company: "株式会社れい", person: "山田 花子", phone: "0332119999", responsible: "佐藤 一郎" },
          incident: {
            summary: "ファイルが開けない。",
            purpose: { unknown: true },
            discovered_at: { unknown: true },
            discovery_trigger: { by: "employee" },
          },
        }),
      });
      await page.locator("#kept-note button").waitFor();
      await step(page, "review");
      await page.locator("#send").click();
      await receiptNumber(page);
      // As if the answers had been changed after they were sent.
      await page.evaluate(() => {
        const kept = JSON.parse(sessionStorage.getItem("kakekomi.receipt"));
        sessionStorage.setItem("kakekomi.receipt", JSON.stringify({ ...kept, later: "{}" }));
      });
      Object.assign(proxy, { time: at(16, 59), opening: OPEN });
      await page.reload();
      await becomes(page, "受付中");
      const earlier = page.locator("#earlier p");
      assert.doesNotMatch(await earlier.innerText(), /開いてから/);
      await passMinute(page);
      await becomes(page, "受付時間外");
      await page.waitForFunction(() => document.querySelector(".receipt").textContent.includes("2026年11月24日"));
      assert.match(await earlier.innerText(), /窓口が開いてから.*11月24日/);
      assert.equal(await page.locator(".page-header__hours").count(), 0, "a receipt asks nobody to send");
    });

    for (const [name, time, opening, calendar, after] of [
      ["an extra day off", at(8, 59), BEFORE, { extra_closed: ["2026-11-20"] }, "受付時間外"],
      ["other hours", at(9, 29), { ...BEFORE, next_opens_at: at(9, 30) }, { open: "09:30" }, "受付中"],
      [
        "midnight",
        Date.UTC(2026, 10, 23, 14, 59),
        { ...AFTER, next_opens_at: Date.UTC(2026, 10, 23, 15, 0) },
        { open: "00:00" },
        "受付中",
      ],
      [
        "a desk of UTC",
        Date.UTC(2026, 10, 20, 8, 59),
        { ...BEFORE, next_opens_at: Date.UTC(2026, 10, 20, 9, 0) },
        { offset: "+00:00" },
        "受付中",
      ],
      [
        "past the last year of holidays",
        Date.UTC(2027, 11, 31, 14, 59),
        { ...AFTER, next_opens_at: null },
        { last_year: 2027 },
        "",
      ],
    ]) {
      test(`the desk's own calendar decides: ${name}`, async (t) => {
        const { page } = await visit(t, time, opening, {
          prepare: (proxy) => {
            proxy.calendar = calendar;
          },
        });
        assert.equal(await chip(page), "受付時間外");
        await passMinute(page);
        if (after === "受付中") return becomes(page, after);
        if (after) return assert.equal(await chip(page), after);
        // What the page does not know it does not say, and the telephone stays.
        await page.waitForFunction(() => !document.querySelector("#page-header .page-header__chip"));
        assert.match(await page.locator(".first-aid").innerText(), /この画面では分かりません/);
        await page.locator(".first-aid__call").waitFor();
      });
    }

    test("a page that becomes visible after the night asks the desk", async (t) => {
      const { proxy, page } = await visit(t, at(8, 0), BEFORE);
      Object.assign(proxy, { time: at(10, 17), opening: OPEN });
      await lookAgain(page);
      await becomes(page, "受付中");
      assert.equal(asked(proxy), 2);
    });

    test("without a network the module computes the hours by the larger of the clocks", async (t) => {
      const { proxy, page } = await visit(t, at(8, 59), BEFORE);
      await begin(page);
      proxy.shut();
      await passMinute(page);
      await becomes(page, "受付中");
    });

    test("a clock that is set makes the page ask the desk", async (t) => {
      const { proxy, page } = await visit(t, at(8, 59), BEFORE);
      await setClock(page, 12 * 60 * MINUTE);
      Object.assign(proxy, { time: at(9, 0), opening: OPEN });
      await passMinute(page);
      await becomes(page, "受付中");
      assert.equal(asked(proxy), 2);
    });

    test("without WebAssembly the desk is asked when the status ends", async (t) => {
      const { proxy, page } = await visit(t, at(8, 59), BEFORE, {
        prepare: (proxy) => {
          const { change } = proxy;
          proxy.change = (path, answer) => {
            change(path, answer);
            if (path === "/")
              answer.headers["content-security-policy"] = answer.headers["content-security-policy"].replace(
                " 'wasm-unsafe-eval'",
                "",
              );
          };
        },
      });
      assert.equal(await chip(page), "受付時間外");
      Object.assign(proxy, { time: at(9, 0), opening: OPEN });
      await passMinute(page);
      await becomes(page, "受付中");
      assert.equal(asked(proxy), 2);
    });
  });
}
