/**
 * The form on paper, printed by the browser: the first page (A4) is the short form, whole; the rest begins on page 2.
 */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, startDesk } from "./desk.mjs";

let desk, browser;
before(async () => {
  [desk, browser] = await Promise.all([startDesk(), launch()]);
});
after(async () => {
  await browser?.close();
  await desk?.stop();
});

/** The number of printed pages, with rules that hide something. */
async function pages(page, style = "") {
  const sheet = await page.evaluateHandle((text) => {
    const added = new CSSStyleSheet();
    added.replaceSync(text);
    document.adoptedStyleSheets = [added];
  }, style);
  const pdf = await page.pdf({ format: "A4", preferCSSPageSize: true });
  await sheet.dispose();
  return pdf.toString("latin1").match(/\/Type\s*\/Page\b(?!s)/g)?.length ?? 0;
}

for (const locale of ["ja", "en"]) {
  test(`page 1 holds the short form whole, and the details begin on page 2 (${locale})`, async () => {
    const page = await browser.newPage();
    await page.goto(`${desk.base}/sheet?locale=${locale}`);
    const whole = await pages(page);
    assert.equal(await pages(page, ".printable-form__more { display: none }"), 1);
    const alone =
      ".printable-form > :not(.printable-form__more) { display: none } .printable-form__more { break-before: auto !important }";
    assert.equal(await pages(page, alone), whole - 1);
    assert.ok(whole >= 3 && whole <= 6, `${whole} pages`);
    await page.close();
  });

  test(`no heading is left alone at a page's foot, and a box is beside its line (${locale})`, async () => {
    const page = await browser.newPage();
    await page.goto(`${desk.base}/sheet?locale=${locale}`);
    await page.emulateMedia({ media: "print" });
    // A heading and its hint go with the first question, which is not broken.
    const loose = await page.locator(".printable-form__more :is(h2, h3)").evaluateAll((all) =>
      all.flatMap((heading) => {
        const kept = [heading];
        while (kept.at(-1).nextElementSibling?.tagName === "P") kept.push(kept.at(-1).nextElementSibling);
        const after = kept.map((one) => getComputedStyle(one).breakAfter);
        const inside = getComputedStyle(kept.at(-1).nextElementSibling).breakInside;
        return after.every((value) => value === "avoid") && (inside === "avoid" || heading.tagName === "H2")
          ? []
          : [heading.textContent];
      }),
    );
    assert.deepEqual(loose, []);
    // The printed width of A4 without its margins.
    await page.setViewportSize({ width: 672, height: 900 });
    const below = await page.locator(".printable-form__room + ul").evaluateAll((all) =>
      all
        .filter((list) => {
          const [line, box] = [list.previousElementSibling, list].map((one) => one.getBoundingClientRect());
          return box.left < line.right - 1 || box.top > line.bottom;
        })
        .map((list) => list.parentElement.textContent),
    );
    assert.deepEqual(below, []);
    await page.close();
  });
}

test("at 360 px nothing of the sheet is wider than the screen", async () => {
  const page = await browser.newPage({ viewport: { width: 360, height: 740 } });
  await page.goto(`${desk.base}/sheet`);
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360);
  await page.close();
});
