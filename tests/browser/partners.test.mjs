/**
 * `/partners`: the composed form is shown there, and its copied code works on the partner's page.
 */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, startDesk } from "./desk.mjs";
import { KEY, OTHER_KEY, startSite } from "./partner.mjs";

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

/** The page for partners with the site's key. */
async function compose(t) {
  const context = await browser.newContext({
    viewport: { width: 1200, height: 1000 },
    permissions: ["clipboard-read", "clipboard-write"],
  });
  t.after(() => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  await page.goto(`${desk.base}/partners?p=${KEY}&locale=en`);
  return page;
}

/** Makes a choice, which shows at once. */
async function choose(page, name, value) {
  const radio = page.locator(`input[name="${name}"][value="${value}"]`);
  if (await radio.isChecked()) return;
  await Promise.all([page.waitForURL(`**${name}=${value}**`), radio.check()]);
}

/** The text that a button of the page has put onto the clipboard. */
async function copied(page, what) {
  await page.locator(`button[data-copies="${what}"]`).click();
  await page.waitForFunction(
    (what) => document.querySelector(`button[data-copies="${what}"] + [role=status]`).textContent,
    what,
  );
  return page.evaluate(() => navigator.clipboard.readText());
}

test("the sample is the form itself in light, in dark and among hostile styles", async (t) => {
  const page = await compose(t);
  for (const [look, scheme] of [
    ["light", "light"],
    ["dark", "dark"],
    ["hostile", "light"],
  ]) {
    await choose(page, "look", look);
    const sample = page.frameLocator("#preview").locator("kakekomi-form");
    const form = sample.locator("iframe:not(.waiting)");
    await form.waitFor();
    const heading = form.contentFrame().locator("h1").first();
    await heading.waitFor();
    const [shown, size, transformed] = await heading.evaluate((found) => {
      const style = getComputedStyle(found);
      return [getComputedStyle(document.documentElement).colorScheme, parseFloat(style.fontSize), style.textTransform];
    });
    assert.equal(shown, scheme, look);
    assert.ok(size >= 16 && transformed === "none", `${look}: ${size}px, ${transformed}`);
    assert.ok((await form.boundingBox()).height > 400, look);
  }
});

test("at 360 px the snippet is shown whole, and a link leads to the form", async (t) => {
  const page = await compose(t);
  await page.setViewportSize({ width: 360, height: 740 });
  for (const id of ["#snippet", "#policy"]) {
    const [inner, outer] = await page.locator(id).evaluate((box) => [box.scrollHeight, box.clientHeight]);
    assert.ok(inner <= outer, `${id}: ${inner} of ${outer} px`);
  }
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360);
  assert.equal(await page.locator('.desk a[href="/"]').isVisible(), true);
});

for (const [mode, needs] of [
  ["frame", /^script-src \S+\nframe-src \S+$/],
  ["inline", /^script-src \S+ 'wasm-unsafe-eval'\nconnect-src \S+$/],
]) {
  test(`${mode}: the copied code works on the partner's page under the copied policy`, async (t) => {
    const page = await compose(t);
    await choose(page, "mode", mode);
    const snippet = await copied(page, "snippet");
    const policy = await copied(page, "policy");
    assert.match(policy, needs);
    assert.match(snippet, /integrity="sha384-[^"]{64}" crossorigin="anonymous"/);
    site.put(
      `/${mode}.html`,
      `<!doctype html><script src="/site.js"></script>${snippet}`,
      `default-src 'none'; ${policy.replace("script-src", "script-src 'self'").replaceAll("\n", "; ")}`,
    );
    await page.goto(`${site.origin}/${mode}.html`);
    await page.waitForFunction(() => globalThis.heard.some(([type]) => type === "ready"));
    assert.deepEqual(
      await page.evaluate(() => [globalThis.heard.find(([type]) => type === "ready")[1], globalThis.violations]),
      [{ code: mode }, []],
    );
  });
}

for (const [query, sent] of [
  [`p=${KEY}`, []],
  [`p=${OTHER_KEY}&preview=1`, []],
  [`p=${OTHER_KEY}`, [OTHER_KEY]],
]) {
  test(`opened by itself, /?${query} ${sent.length ? "counts for its partner" : "is the desk's own page with real cases"}`, async (t) => {
    const context = await browser.newContext();
    t.after(() => context.close());
    const page = await context.newPage();
    const asked = new Set();
    page.on("request", (request) => {
      const { pathname, searchParams } = new URL(request.url());
      if (pathname.startsWith("/v1/") && searchParams.has("p")) asked.add(searchParams.get("p"));
    });
    await page.goto(`${desk.base}/?${query}&lang=en`);
    await page.locator("button#agree").waitFor();
    assert.deepEqual([...asked], sent);
  });
}
