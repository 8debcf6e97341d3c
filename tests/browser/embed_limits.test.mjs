/**
 * The form on partners' pages that set limits, in Chromium: `Cross-Origin-Embedder-Policy`, Trusted Types, sandboxes, a page that is not
 * registered, and content that must not jump. docs/embed.md, "Pages with strict settings", says what such a page has to set.
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { agree, receiptNumber, toReview } from "./applicant.mjs";
import { launch, startDesk } from "./desk.mjs";
import { inside } from "./embedded.mjs";
import { heard, KEY, openTab, startSite, untilHeard } from "./partner.mjs";

/** The longest time until a page that is not registered has words, event and reason, in milliseconds. */
const REFUSAL_MAX = 3_000;
/** The largest layout shift of a partner's page. */
const SHIFT_MAX = 0.05;
const MODES = ["frame", "inline"];
const DOCS = readFileSync(new URL("../../docs/embed.md", import.meta.url), "utf8");

let site, desk, browser;
before(async () => {
  site = await startSite();
  [desk, browser] = await Promise.all([startDesk(["--desk", site.profile]), launch()]);
});
after(async () => {
  await browser?.close();
  await desk?.stop();
  await site?.stop();
});

/** The text of a page with the form. */
function pageWith(mode, { head = "", before = "", behind = "" } = {}) {
  return `<!doctype html><html lang="ja"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>site</title>
${head}<script src="/site.js"></script><script type="module" src="${desk.base}/embed/1/kakekomi.js"></script></head>
<body>${before}<kakekomi-form partner="${KEY}" mode="${mode}"><a class="instead" href="${desk.base}/?p=${KEY}">セキュリティ事故の相談を申し込む</a></kakekomi-form>${behind}</body></html>`;
}

/** Walks to the receipt, whose number the page hears, without a violation of its policy. */
async function reachesReceipt(page, mode) {
  await untilHeard(page, "ready");
  const form = inside(page, mode);
  await toReview(form);
  await form.locator("#send").click();
  const number = await receiptNumber(form);
  assert.deepEqual(await heard(page, "submitted"), { receipt: number });
  assert.deepEqual(await page.evaluate(() => globalThis.violations), []);
  return form;
}

for (const mode of MODES) {
  for (const policy of ["require-corp", "credentialless"]) {
    test(`Cross-Origin-Embedder-Policy: ${policy}, ${mode}: the form reaches the receipt`, async (t) => {
      const headers = { "cross-origin-embedder-policy": policy, "cross-origin-opener-policy": "same-origin" };
      site.put(`/${mode}-${policy}.html`, pageWith(mode), "", headers);
      const page = await openTab(t, browser);
      await page.goto(`${site.origin}/${mode}-${policy}.html`);
      assert.equal(await page.evaluate(() => globalThis.crossOriginIsolated), true);
      await reachesReceipt(page, mode);
    });
  }

  for (const names of ["", "; trusted-types kakekomi"]) {
    test(`Trusted Types${names}, ${mode}: the form reaches the receipt and its copy`, async (t) => {
      const path = `/${mode}-trusted${names.length}.html`;
      site.put(path, pageWith(mode), `require-trusted-types-for 'script'${names}`);
      const page = await openTab(t, browser);
      await page.goto(site.origin + path);
      const form = await reachesReceipt(page, mode);
      const copy = page.waitForEvent("download");
      await form.locator("#save-receipt").click();
      await copy;
      assert.deepEqual(await page.evaluate(() => globalThis.violations), []);
    });
  }

  const sandbox = /sandbox="([^"]+)"/.exec(DOCS)?.[1] ?? "";
  test(`sandboxed with what the documentation names, ${mode}: the form reaches the receipt`, async (t) => {
    assert.ok(sandbox.includes("allow-same-origin"), sandbox);
    site.put(`/${mode}-sandbox.html`, pageWith(mode), `sandbox ${sandbox}`);
    const page = await openTab(t, browser);
    await page.goto(`${site.origin}/${mode}-sandbox.html`);
    await reachesReceipt(page, mode);
  });

  for (const [what, policy, reason] of [
    ["sandboxed without allow-same-origin", "sandbox allow-scripts", "sandboxed without allow-same-origin"],
    ["not registered", "", "is not among the origins of partner"],
  ]) {
    test(`a page that is ${what}, ${mode}: words, an event and a reason within three seconds`, async (t) => {
      const path = `/${mode}-${what.replaceAll(" ", "-")}.html`;
      site.put(path, pageWith(mode), policy);
      const page = await openTab(t, browser);
      const lines = [];
      page.on("console", (line) => lines.push(line.text()));
      const said = page.waitForEvent("console", (line) => line.text().startsWith("kakekomi-form:"));
      const started = Date.now();
      await page.goto((policy ? site.origin : site.origin.replace("localhost", "127.0.0.1")) + path);
      await untilHeard(page, "error");
      const line = await said;
      const took = Date.now() - started;
      assert.ok(took < REFUSAL_MAX, `${took} ms`);
      assert.ok(line.text().includes(reason), line.text());
      assert.equal(await page.locator(".instead").isVisible(), true);
      assert.match(await page.locator("kakekomi-form .words").innerText(), /リンクから窓口のページ/);
    });
  }
}

/** Records what moves without a key or a press just before. */
const OBSERVER = `<script>
  window.shifts = [];
  new PerformanceObserver((list) => {
    for (const { startTime, value, hadRecentInput } of list.getEntries())
      if (!hadRecentInput) shifts.push({ at: performance.timeOrigin + startTime, value });
  }).observe({ type: "layout-shift", buffered: true });
</script>`;

/** Records the presses in the form: a page around a frame does not see them, and counts what follows from them. */
function recordPresses() {
  globalThis.presses = [];
  for (const type of ["pointerdown", "click", "keydown"])
    addEventListener(type, () => globalThis.presses.push(performance.timeOrigin + performance.now()), true);
}

/** The layout shift of a page, without what follows a press in its form by half a second, as browsers count it. */
async function layoutShift(page, form) {
  const presses = await form.evaluate(() => globalThis.presses);
  const shifts = await page.evaluate(() => globalThis.shifts);
  const isOwn = ({ at }) => !presses.some((press) => at >= press && at - press < 500);
  return shifts.filter(isOwn).reduce((sum, { value }) => sum + value, 0);
}
const paragraphs = (count) =>
  "<p>れい商工会議所からのお知らせです。会員の皆さまはこちらをご覧ください。</p>".repeat(count);

for (const mode of MODES) {
  for (const [where, above] of [
    ["near the top", 2],
    ["far down", 60],
  ]) {
    for (const viewport of [
      { width: 1280, height: 800 },
      { width: 360, height: 740 },
    ]) {
      test(`a form ${where} of a page ${viewport.width} pixels wide, ${mode}: what follows it does not jump`, async (t) => {
        const room = /^ +(@media \(scripting: enabled\).*)$/m.exec(DOCS)?.[1];
        assert.ok(room, "docs/embed.md has the rule");
        const path = `/${mode}-${above}-${viewport.width}.html`;
        const texts = { head: `<style>${room}</style>${OBSERVER}`, before: paragraphs(above), behind: paragraphs(10) };
        site.put(path, pageWith(mode, texts));
        const page = await openTab(t, browser, viewport);
        // The page is drawn before the element's script is there.
        await page.route("**/embed/1/kakekomi.js", async (route) => {
          await new Promise((resolve) => setTimeout(resolve, 500));
          await route.continue();
        });
        await page.goto(site.origin + path);
        const isReached = () => document.querySelector("kakekomi-form").getBoundingClientRect().top < innerHeight / 2;
        while (!(await page.evaluate(isReached))) await page.mouse.wheel(0, 150);
        await untilHeard(page, "ready");
        const form = inside(page, mode);
        await form.evaluate(recordPresses);
        await agree(form);
        await page.waitForTimeout(500);
        const shift = await layoutShift(page, form);
        t.diagnostic(`layout shift ${shift.toFixed(4)}`);
        assert.ok(shift < SHIFT_MAX, `${shift}`);
      });
    }
  }
}
