/** The page of the HTTP interface in a real browser: drawn, from the desk alone, and no policy broken. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, startDesk } from "./desk.mjs";

/** @type {Awaited<ReturnType<typeof startDesk>>} */ let desk;
/** @type {import("playwright-core").Browser} */ let browser;
before(async () => {
  [desk, browser] = await Promise.all([startDesk(), launch()]);
});
after(async () => {
  await browser?.close();
  await desk?.stop();
});

test("the API page shows its operations and loads nothing from elsewhere", async () => {
  const page = await browser.newPage();
  const elsewhere = [];
  const broken = [];
  page.on("request", (request) => {
    if (!request.url().startsWith(desk.base) && !request.url().startsWith("data:")) elsewhere.push(request.url());
  });
  // Swagger UI tries one inline style, which the desk's policy keeps from it; the page does without.
  const isBlockedStyle = (/** @type {string} */ text) => text.startsWith("Applying inline style violates");
  page.on("console", (line) => {
    if (line.type() === "error" && !isBlockedStyle(line.text())) broken.push(line.text());
  });
  page.on("pageerror", (error) => broken.push(String(error)));
  await page.goto(`${desk.base}/docs`);
  await page.getByText("/v1/submissions").first().waitFor({ timeout: 60_000 });
  await page.locator("#operations-drafts-check button").first().click();
  await page.getByText("The report, whether the draft is accepted or not").first().waitFor({ timeout: 60_000 });
  assert.deepEqual(elsewhere, []);
  assert.deepEqual(broken, []);
});

for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
  test(`the API page has a heading, a way back and no margin of its own (${colorScheme})`, async () => {
    const page = await browser.newPage({ colorScheme });
    await page.goto(`${desk.base}/docs`);
    await page.getByText("/v1/submissions").first().waitFor({ timeout: 60_000 });
    assert.match(await page.locator("header h1").innerText(), /プログラム.*HTTP API/);
    assert.equal(await page.locator('header a[href="/"]').isVisible(), true);
    assert.equal(await page.locator(".topbar").isVisible(), false);
    const look = await page.evaluate(() => {
      const { color } = getComputedStyle(/** @type {Element} */ (document.querySelector("header h1")));
      return [getComputedStyle(document.body).margin, color];
    });
    assert.deepEqual(look, ["0px", colorScheme === "dark" ? "rgb(228, 230, 230)" : "rgb(27, 35, 43)"]);
    await page.close();
  });
}
