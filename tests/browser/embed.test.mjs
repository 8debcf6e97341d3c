/**
 * The form on a partner's page in every engine, in a frame and inline, to the receipt: under a strict policy, among
 * hostile styles, in the page's own form, far below the view, where it costs nothing yet; and with the desk out of reach.
 */

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort, startDesk } from "./desk.mjs";
import { ENGINES, launchEngine } from "./engines.mjs";
import { inside } from "./embedded.mjs";
import { startSite, untilHeard } from "./partner.mjs";
import { begin, openSavePanel, receiptNumber, step, toReview } from "./applicant.mjs";

/** Of the view, in pixels. */
const HEIGHT = 900;
/** The number of equal looks in a row, 50 ms apart, after which an element counts as still. */
const CALM = 8;

let site, desk;
before(async () => {
  site = await startSite();
  desk = await startDesk(["--desk", site.profile]);
  // As from a cache, or hosted by the partner: there while the desk is not.
  site.put("/element.js", await (await fetch(`${desk.base}/embed/1/kakekomi.js`)).text());
});
after(async () => {
  await desk?.stop();
  await site?.stop();
});

for (const engine of ENGINES) {
  describe(engine, { timeout: 600_000 }, () => {
    let browser;
    before(async () => {
      browser = await launchEngine(engine);
    });
    after(() => browser?.close());

    /** A page of the site in a tab of its own, at its top or `at` an element of it. */
    async function visit(t, { at = "", ...given }) {
      const context = await browser.newContext({ viewport: { width: 1000, height: HEIGHT } });
      t.after(() => context.close());
      const page = await context.newPage();
      page.setDefaultTimeout(60_000);
      await page.goto(site.page({ desk: desk.base, ...given }) + at);
      return page;
    }

    for (const mode of ["frame", "inline"]) {
      test(`${mode}: a form below the view reaches the receipt under a strict policy and hostile styles, in the page's own form`, async (t) => {
        const page = await visit(t, { mode, strict: true, hostile: true, form: true, below: true });
        await page.waitForFunction(() => customElements.get("kakekomi-form") !== undefined);
        const paid = await page.evaluate(async (desk) => {
          await new Promise((resolve) => setTimeout(resolve, 500));
          const link = document.querySelector(".instead").checkVisibility();
          return [
            performance
              .getEntriesByType("resource")
              .map(({ name }) => name)
              .filter((name) => name.startsWith(desk)),
            link,
          ];
        }, desk.base);
        assert.deepEqual(
          paid,
          [[`${desk.base}/embed/1/kakekomi.js`], true],
          "far below the view: the element's script and the link",
        );
        await page.evaluate(() => document.querySelector("kakekomi-form").scrollIntoView());
        await untilHeard(page, "ready");
        const form = inside(page, mode);
        await toReview(form);
        await form.locator("#send").click();
        const number = await receiptNumber(form);
        await form.locator(".receipt .answer-list").waitFor();
        await untilHeard(page, "submitted");
        const [heard, value, errors] = await page.evaluate(() => [
          globalThis.heard,
          new FormData(document.getElementById("own")).get("kakekomi_receipt"),
          globalThis.violations,
        ]);
        assert.equal(value, number, "the number goes along in the page's own form");
        assert.deepEqual(heard.at(-1), ["submitted", { receipt: number }, true]);
        assert.deepEqual(
          heard.map(([type, detail]) => `${type} ${detail.code ?? ""}`).filter((line) => line.startsWith("step")),
          ["consent", "now", "contact", "incident", "service", "devices", "review", "receipt"].map(
            (step) => `step ${step}`,
          ),
        );
        assert.ok(
          heard.every(([, detail, outward]) => outward && Object.keys(detail).length === 1),
          "codes and the number, nothing else",
        );
        assert.deepEqual(errors, [], "the page's policy was never broken");
        await page.evaluate(() => document.getElementById("own").requestSubmit());
        await page.waitForFunction(() => location.pathname === "/sent");
        assert.equal(
          await page.evaluate(() => location.search),
          `?own=1&kakekomi_receipt=${number}`,
          "what the page's own form sends",
        );
      });

      test(`${mode}: the form starts and changes its language without moving a person who is elsewhere in the page`, async (t) => {
        const page = await visit(t, { mode, form: true, style: "input { display: block; margin-bottom: 1000px }" });
        await page.evaluate(() => document.querySelector("[name=own]").focus());
        await untilHeard(page, "ready");
        const form = inside(page, mode);
        for (const lang of ["ja", "en"]) {
          await page.evaluate((lang) => document.querySelector("kakekomi-form").setAttribute("lang", lang), lang);
          await form.locator(`#policy .consent__paper[lang="${lang}"]`).waitFor();
          assert.deepEqual(
            await page.evaluate(() => [scrollY, document.activeElement?.getAttribute("name")]),
            [0, "own"],
            lang,
          );
        }
      });

      test(`${mode}: a form above the view starts without moving the person`, async (t) => {
        const page = await visit(t, {
          mode,
          form: true,
          style: "button { display: block; margin-top: 400px } body { padding-bottom: 2000px }",
          at: "#own-button",
        });
        await untilHeard(page, "ready");
        await inside(page, mode).locator("#policy .consent__paper").waitFor();
        const top = await page.evaluate(() => document.querySelector("kakekomi-form").getBoundingClientRect().top);
        assert.ok(top < -100, `${top}`);
      });

      test(`${mode}: issues and their fields come into view from anywhere in the page`, async (t) => {
        const page = await visit(t, {
          mode,
          style: "html { scroll-behavior: smooth } body { padding: 1500px 0 3000px }",
        });
        const scroll = (block) =>
          page.evaluate(
            (block) => document.querySelector("kakekomi-form").scrollIntoView({ block, behavior: "instant" }),
            block,
          );
        await scroll("start");
        await untilHeard(page, "ready");
        const form = inside(page, mode);
        await form.locator("#agree").waitFor();
        if (mode === "frame") {
          const longer = await form.locator("body").evaluate((body) => {
            const { height } = body.firstElementChild.getBoundingClientRect();
            return document.documentElement.scrollHeight - Math.max(Math.ceil(height), innerHeight);
          });
          assert.ok(longer <= 0, `the frame scrolls by ${longer} px`);
        }
        await scroll("end");
        await begin(form);
        await comesIntoView(page, form, mode, "#main h1");
        await step(form, "contact");
        await scroll("end");
        await form.locator("#next").click();
        await comesIntoView(page, form, mode, "#summary");
        await form.locator(".error-summary a").last().click();
        await comesIntoView(page, form, mode, "#field-contact-responsible");
        await step(form, "devices");
        for (const count of [1, 2, 3]) {
          await form.locator(".list__add").first().click();
          await comesIntoView(page, form, mode, `.list__entry:nth-child(${count})`, HEIGHT / 2);
        }
        await openSavePanel(form);
        // A frame grows a little later than its content.
        const height = () => page.evaluate(() => document.documentElement.scrollHeight);
        for (let before = 0, now = 1; before !== now; [before, now] = [now, await height()]) await sleep(300);
        await scroll("end");
        await form.locator("#clear").click();
        await comesIntoView(page, form, mode, "#kept-note button");
        await form.locator("#kept-note button").click();
        await comesIntoView(page, form, mode, "#main h1");
        const left = await page.evaluate(
          () => document.querySelector("kakekomi-form").shadowRoot.querySelector("iframe")?.style.scrollMarginTop,
        );
        assert.equal(left || "", "", "nothing stays that leads the browser's own scrolling astray");
      });

      test(`${mode}: the link and a sentence are shown while the desk cannot be reached`, async (t) => {
        const page = await visit(t, {
          mode,
          hasty: true,
          script: "/element.js",
          from: `http://127.0.0.1:${await freePort()}`,
        });
        await untilHeard(page, "error");
        const [shown, words] = await page.evaluate(() => {
          const said = document.querySelector("kakekomi-form").shadowRoot.querySelector("[role=status]");
          return [document.querySelector(".instead").checkVisibility(), said.checkVisibility() && said.textContent];
        });
        assert.equal(shown, true);
        assert.match(String(words), /リンクから窓口のページ/);
      });
    }

    test("inline: the form stays in a box that scrolls, and runs from left to right in a page from right to left", async (t) => {
      const page = await visit(t, {
        mode: "inline",
        form: true,
        style: "html { direction: rtl } #own { display: block; height: 400px; overflow: auto }",
      });
      await untilHeard(page, "ready");
      await begin(inside(page, "inline"));
      await step(inside(page, "inline"), "contact");
      const [height, direction] = await page.evaluate(() => {
        const root = document.querySelector("kakekomi-form").shadowRoot.querySelector("#main");
        return [document.documentElement.scrollHeight, getComputedStyle(root).direction];
      });
      assert.ok(height <= HEIGHT, `the page is ${height} px high`);
      assert.equal(direction, "ltr");
    });
  });
}

/** Waits until something of the form, in its frame or out of it, stays where the person looks: so many pixels from the view's top. */
async function comesIntoView(page, form, mode, selector, within = HEIGHT - 100) {
  let [top, calm] = [NaN, 0];
  for (const end = Date.now() + 30_000; Date.now() < end; await sleep(50)) {
    const before = top;
    top = await form.locator(selector).evaluate((found) => found.getBoundingClientRect().top);
    if (mode === "frame")
      top += await page.evaluate(() => document.querySelector("kakekomi-form").getBoundingClientRect().top);
    // Gone past on the way to somewhere else is not there.
    calm = top === before && top >= -1 && top < within ? calm + 1 : 0;
    if (calm === CALM) return;
  }
  assert.fail(`${selector} does not come to rest in the view within 30 s: it is at ${top} px`);
}
