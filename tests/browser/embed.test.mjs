/**
 * The form on a partner's page in every engine, in a frame and inline, to the receipt: under a strict policy, among
 * hostile styles, in the page's own form, far below the view; and with the desk out of reach.
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { freePort, startDesk } from "./desk.mjs";
import { ENGINES, launchEngine } from "./engines.mjs";
import { inside } from "./inside.mjs";
import { startSite } from "./partner.mjs";
import { receiptNumber, toReview } from "./person.mjs";

const RELEASED = readFileSync(fileURLToPath(new URL("../fixtures/embed/1.0.0.js", import.meta.url)), "utf8");

let site, desk;
before(async () => {
  site = await startSite({ "/released.js": RELEASED });
  desk = await startDesk(["--desk", site.profile]);
});
after(async () => { await desk?.stop(); await site?.stop(); });

for (const engine of ENGINES) {
  describe(engine, { timeout: 300_000 }, () => {
    let browser;
    before(async () => { browser = await launchEngine(engine); });
    after(() => browser?.close());

    /** A page of the site in a tab of its own. */
    async function visit(t, given) {
      const context = await browser.newContext({ viewport: { width: 1000, height: 900 } });
      t.after(() => context.close());
      const page = await context.newPage();
      page.setDefaultTimeout(60_000);
      await page.goto(site.page({ desk: desk.base, ...given }));
      return page;
    }

    const told = (page, type) => page.waitForFunction((type) => globalThis.heard.find(([name]) => name === type)?.[1], type);

    for (const mode of ["frame", "inline"]) {
      test(`${mode}: strict policy, hostile styles, the page's own form, below the view, to the receipt`, async (t) => {
        const page = await visit(t, { mode, strict: true, hostile: true, form: true, below: true });
        await page.evaluate(() => document.querySelector("kakekomi-form").scrollIntoView());
        await told(page, "ready");
        const form = inside(page, mode);
        await toReview(form);
        await form.locator("#send").click();
        const number = await receiptNumber(form);
        await told(page, "submitted");
        const [heard, value, errors] = await page.evaluate(() => [globalThis.heard, new FormData(document.getElementById("own")).get("kakekomi_receipt"), globalThis.violations]);
        assert.equal(value, number, "the number goes along in the page's own form");
        assert.deepEqual(heard.at(-1), ["submitted", { receipt: number }, true]);
        assert.deepEqual(heard.map(([type, detail]) => `${type} ${detail.code ?? ""}`).filter((line) => line.startsWith("step")),
          ["consent", "now", "contact", "incident", "service", "devices", "review", "receipt"].map((step) => `step ${step}`));
        assert.ok(heard.every(([, detail, outward]) => outward && Object.keys(detail).length === 1), "codes and the number, nothing else");
        assert.deepEqual(errors, [], "the page's policy was never broken");
      });
    }

    test("the desk out of reach: the link stays, words say why", async (t) => {
      const page = await visit(t, { script: "/released.js", from: `http://127.0.0.1:${await freePort()}` });
      await told(page, "error");
      const [shown, words] = await page.evaluate(() => {
        const said = document.querySelector("kakekomi-form").shadowRoot.querySelector("[role=status]");
        return [document.querySelector(".instead").checkVisibility(), said.checkVisibility() && said.textContent];
      });
      assert.equal(shown, true);
      assert.match(String(words), /リンクから窓口のページ/);
    });
  });
}
