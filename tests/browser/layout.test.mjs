/**
 * The look that can be measured: nothing jumps at the start, everything grows with the letters, and sheets begin where the header does.
 */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { agree, begin, open, receiptNumber, toReview } from "./applicant.mjs";
import { launch, startDesk } from "./desk.mjs";

let desk, browser;
before(async () => {
  [desk, browser] = await Promise.all([startDesk(), launch()]);
});
after(() => Promise.all([browser?.close(), desk?.stop()]));

const SIZES = [
  [360, 740],
  [740, 360],
  [1280, 900],
];

for (const [width, height] of SIZES) {
  for (const locale of ["ja", "en"]) {
    test(`nothing jumps at the start at ${width} × ${height} (${locale})`, async () => {
      const context = await browser.newContext({ viewport: { width, height } });
      const page = await context.newPage();
      await page.addInitScript(() => {
        globalThis.shifts = [];
        new PerformanceObserver((list) => {
          for (const one of list.getEntries())
            globalThis.shifts.push([one.value, ...one.sources.map(({ node }) => node?.className || node?.nodeName)]);
        }).observe({ type: "layout-shift", buffered: true });
      });
      // The document is painted long before its script has everything.
      await page.route("**/v1/**", async (route) => {
        await new Promise((resolve) => setTimeout(resolve, 700));
        await route.continue();
      });
      await page.goto(`${desk.base}/?lang=${locale}`);
      await page.locator("button#agree").waitFor();
      await page.waitForTimeout(700);
      const shifts = await page.evaluate(() => globalThis.shifts);
      const sum = shifts.reduce((all, [value]) => all + value, 0);
      assert.ok(sum < 0.1, JSON.stringify(shifts));
      await context.close();
    });
  }
}

test("header and sheets begin at the same place on a wide screen, and a telephone on its side has a header of one line", async () => {
  const { page, context } = await open(browser, desk.base);
  const begins = (selector) =>
    page
      .locator(selector)
      .first()
      .evaluate((one) => one.getBoundingClientRect().x);
  const header = await begins(".page-header__name");
  assert.equal(await begins(".sheet.consent"), header);
  await page.setViewportSize({ width: 740, height: 360 });
  const { height } = await page.locator(".page-header").boundingBox();
  assert.ok(height <= 60, `${height}`);
  await page.setViewportSize({ width: 1280, height: 900 });
  await toReview(page);
  assert.equal(await begins(".with-steps"), header);
  await page.locator("#send").click();
  await receiptNumber(page);
  assert.equal(await begins(".sheet.receipt"), header);
  await context.close();
});

test("a tick is as large as its words, and the documents have no heading of the page's level", async () => {
  const { page, context } = await open(browser, desk.base);
  assert.equal(await page.getByRole("heading", { level: 1 }).count(), 1);
  await agree(page);
  const size = () =>
    page
      .locator(".tick input")
      .first()
      .evaluate((box) => box.offsetWidth);
  const before = await size();
  await page.locator(".kakekomi").evaluate((home) => {
    home.style.fontSize = "200%";
  });
  assert.ok((await size()) >= 2 * before - 1, `${before} → ${await size()}`);
  await context.close();
});

test("the page has an icon", async () => {
  const { page, context } = await open(browser, desk.base);
  const size = await page.locator('link[rel="icon"]').evaluate(async (link) => {
    const image = new Image();
    image.src = link.href;
    await image.decode();
    return [link.href.length < 500, image.naturalWidth > 0];
  });
  assert.deepEqual(size, [true, true]);
  await context.close();
});
