/**
 * What a partner's page and its developer notice of the element: a reason in the console, a sticky header that stays in view.
 */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, test } from "node:test";
import { launch, startDesk } from "./desk.mjs";
import { heard, KEY, openTab, startSite } from "./partner.mjs";
import { agree } from "./applicant.mjs";

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

for (const [mode, code] of [
  ["frame", "unreachable"],
  ["inline", "start"],
]) {
  test(`a page that is not registered gets an event, and its developer a reason: ${mode}`, async (t) => {
    // Another origin than the registered one; the element's script is for every page, also with its digest checked.
    const script = await (await fetch(`${desk.base}/embed/1/kakekomi.js`)).arrayBuffer();
    const digest = createHash("sha384").update(new Uint8Array(script)).digest("base64");
    site.put(
      `/elsewhere-${mode}.html`,
      `<!doctype html><script src="/site.js"></script><script type="module" src="${desk.base}/embed/1/kakekomi.js" integrity="sha384-${digest}" crossorigin="anonymous"></script>
      <kakekomi-form partner="${KEY}" mode="${mode}"><a class="instead" href="/">link</a></kakekomi-form>`,
    );
    const page = await openTab(t, browser);
    const said = new Promise((resolve) =>
      page.on("console", (line) => line.text().startsWith("kakekomi-form:") && resolve(line.text())),
    );
    const address = `${site.origin.replace("localhost", "127.0.0.1")}/elsewhere-${mode}.html`;
    await page.goto(address);
    assert.deepEqual(await heard(page, "error"), { code });
    const reason = await said;
    assert.ok(
      reason.includes(`${new URL(address).origin} is not among the origins of partner "${KEY}"`) &&
        reason.includes(`${desk.base} answers`),
      reason,
    );
    assert.equal(await page.locator(".instead").isVisible(), true);
  });
}

test("an inline form never covers the sticky header of its page", async (t) => {
  site.put(
    "/sticky.html",
    `<!doctype html><script src="/site.js"></script><script type="module" src="${desk.base}/embed/1/kakekomi.js"></script>
    <style>body { margin: 0 } header { position: sticky; top: 0; height: 80px; background: #cde } kakekomi-form { min-height: 500px }</style>
    <header></header><kakekomi-form partner="${KEY}" mode="inline"></kakekomi-form><p style="height: 1000px"></p>`,
  );
  const page = await openTab(t, browser);
  await page.goto(`${site.origin}/sticky.html`);
  await heard(page, "ready");
  const isCovered = async (where) => {
    const over = await page.evaluate(async () => {
      const found = new Set();
      for (let top = 0; top < document.documentElement.scrollHeight - innerHeight; top += 90) {
        scrollTo({ top, behavior: "instant" });
        await new Promise((resolve) => requestAnimationFrame(resolve));
        for (let x = 20; x < innerWidth; x += 60)
          for (const y of [5, 40, 75]) found.add(document.elementFromPoint(x, y)?.localName);
      }
      return [...found];
    });
    assert.deepEqual(over, ["header"], where);
  };
  await isCovered("documents");
  await agree(page);
  await isCovered("contact");
});
