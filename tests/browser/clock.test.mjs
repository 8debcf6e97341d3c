/**
 * A clock that is wrong, or is set on the way, is no dead end: one case, with all that was typed, and at most the documents once more.
 */

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { openClockedProxy, setClock, SHIFTS } from "./clock.mjs";
import { startDesk } from "./desk.mjs";
import { TWO_ENGINES, launchEngine } from "./engines.mjs";
import { choose } from "./files.mjs";
import { begin, open, receiptNumber, step } from "./applicant.mjs";

/** Answers that can be sent. */
const ANSWERS = JSON.stringify({
  contact: { company: "株式会社れい", person: "山田 花子", phone: "0332119999", responsible: "佐藤 一郎" },
  incident: {
    summary: "ファイルが開けない。",
    purpose: { unknown: true },
    discovered_at: { at: "2026-11-20" },
    discovery_trigger: { by: "employee" },
  },
});

/** When the clock is set. */
const POINTS = [
  "before loading",
  "after loading",
  "after agreeing",
  "before sending",
  "after a lost answer",
  "restored",
];
/** Every point with every shift. */
const ALL = POINTS.flatMap((point) => SHIFTS.map((ahead) => [point, ahead]));
/** Every point and every shift once: the page's arithmetic is the same in another engine. */
const SOME = POINTS.map((point, index) => [point, SHIFTS[index]]);

let desk;
before(async () => {
  desk = await startDesk();
});
after(() => desk?.stop());

/** A page whose clock is so far ahead from the beginning. */
async function visit(t, browser, ahead = 0) {
  const proxy = await openClockedProxy(desk.base);
  t.after(() => proxy.stop());
  proxy.ahead = ahead;
  const { page, context, errors } = await open(browser, proxy.base);
  t.after(() => context.close());
  return { proxy, page, errors };
}

/** The answers, from a file, and the step before sending. */
async function fill(page) {
  await choose(page, "#open-file", { name: "saved.json", text: ANSWERS });
  await page.locator("#kept-note button").waitFor();
  await step(page, "review");
}

/** Presses 送信する, and agrees once more where the documents come. @returns {Promise<number>} how often they came */
async function send(page) {
  for (let again = 0; again < 3; again += 1) {
    await page.locator("#send").click();
    const came = await page.waitForFunction(() =>
      ["#reception-number", "button#agree"].find((selector) => document.querySelector(selector)),
    );
    if ((await (came.jsonValue?.() ?? came)) === "#reception-number") return again;
    await page.locator("button#agree").click();
    await page.locator("#send").waitFor();
    assert.match(
      await page.locator('.answer-list__row[data-path="/contact/company"]').innerText(),
      /株式会社れい/,
      "all is kept",
    );
  }
  return assert.fail("no receipt");
}

for (const engine of TWO_ENGINES) {
  describe(engine, { timeout: 600_000 }, () => {
    let browser;
    before(async () => {
      browser = await launchEngine(engine);
    });
    after(() => browser?.close());

    for (const [point, ahead] of engine === TWO_ENGINES[0] ? ALL : SOME) {
      test(`a person gets on with a clock that is wrong by ${ahead / 60_000} minutes ${point} without a dead end`, async (t) => {
        const known = desk.cases().length;
        const { proxy, page, errors } = await visit(t, browser, point === "before loading" ? ahead : 0);
        const set = async (now) => {
          if (point === now) await setClock(page, ahead);
        };
        await set("after loading");
        await begin(page);
        await set("after agreeing");
        await fill(page);
        await set("before sending");
        if (point === "after a lost answer") {
          proxy.lost = 1;
          await page.locator("#send").click();
          await page.locator('#send-failure[data-kind="lost"]').waitFor();
          await set(point);
        }
        if (point === "restored") {
          await set(point);
          await page.reload();
          await page.locator("#send").waitFor();
        }
        const again = await send(page);
        assert.ok(again <= (point === "after loading" ? 1 : 0), `${ahead}: the documents came ${again} times`);
        const number = await receiptNumber(page);
        assert.match(await page.locator('.answer-list__row[data-path="/contact/company"]').innerText(), /株式会社れい/);
        assert.deepEqual(desk.cases().slice(known).length, 1, "one case");
        assert.ok(desk.cases().some((one) => one.number === number));
        assert.deepEqual(errors, []);
      });
    }

    test("an agreement from the future, without a time or of another document leads to the documents and keeps the answers", async (t) => {
      const { page, errors } = await visit(t, browser);
      await begin(page);
      await fill(page);
      for (const [name, change, words] of [
        ["from the future", { agreed_at: Date.now() + 86_400_000 }, /もう一度/],
        ["in six years", { agreed_at: Date.now() + 6 * 365 * 86_400_000 }, /もう一度/],
        ["no time", { agreed_at: undefined }, /もう一度/],
        ["a time that is none", { agreed_at: -1 }, /もう一度/],
        ["no language", { language: undefined }, /もう一度/],
        ["a language that there is not", { language: "fr" }, /もう一度/],
        ["no document", { document: undefined }, /もう一度/],
        ["an earlier document", { document: { version: "0", sha256: "0".repeat(64) } }, /もう一度/],
        ["an earlier policy", { policy: { version: "0", sha256: "0".repeat(64) } }, /もう一度/],
        ["more than there is", { more: 1 }, /もう一度/],
      ]) {
        await page.evaluate(
          (change) => {
            addEventListener("pagehide", () => {
              const kept = JSON.parse(sessionStorage.getItem("kakekomi.filling"));
              Object.assign(kept.agreement, change);
              for (const [name, value] of Object.entries(change)) if (value === null) delete kept.agreement[name];
              sessionStorage.setItem("kakekomi.filling", JSON.stringify(kept));
            });
          },
          Object.fromEntries(Object.entries(change).map(([name, value]) => [name, value ?? null])),
        );
        await page.reload();
        await page.locator("#send").waitFor();
        await page.locator("#send").click();
        await page.locator("button#agree").waitFor();
        assert.match(await page.locator("main .lead").innerText(), words, name);
        assert.match(await page.locator("main .lead").innerText(), /残っています/, name);
        await page.locator("button#agree").click();
        await page.locator("#send").waitFor();
        assert.match(
          await page.locator('.answer-list__row[data-path="/contact/company"]').innerText(),
          /株式会社れい/,
          name,
        );
      }
      await page.locator("#send").click();
      await receiptNumber(page);
      assert.deepEqual(errors, []);
    });

    test("issues of the agreement on the check page lead to the documents, too", async (t) => {
      const { page } = await visit(t, browser);
      await setClock(page, 2 * 86_400_000);
      await begin(page);
      await fill(page);
      await page.locator("#send").click();
      await page.locator("button#agree").waitFor();
      // Back without agreeing: the issue leads to the documents again.
      await page.evaluate(() => history.back());
      await page.locator('[data-step][aria-current="step"]').waitFor();
      await step(page, "review");
      await page.locator('#summary a[data-path="/consent/agreed_at"]').click();
      await page.locator("button#agree").click();
      await page.locator("#send").click();
      await receiptNumber(page);
    });
  });
}
