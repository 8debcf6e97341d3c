/**
 * Accessibility and validity of every screen in every state: axe finds no barrier, targets' size included, in light and in dark, and
 * html-validate finds no error in the document of that state.
 */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import axe from "axe-core";
import { HtmlValidate, StaticConfigLoader } from "html-validate";
import { launch, startDesk } from "./desk.mjs";
import { everyReturnScreen, everyScreen } from "./screens.mjs";

let desk, browser;
before(async () => {
  [desk, browser] = await Promise.all([startDesk(["--evidence-min-free", "0"]), launch()]);
});
after(async () => {
  await browser?.close();
  await desk?.stop();
});

const grammar = new HtmlValidate(
  new StaticConfigLoader({
    extends: ["html-validate:standard", "html-validate:a11y", "html-validate:document"],
    rules: {
      // Script and style come from the desk itself, as the document does.
      "require-sri": ["error", { target: "crossorigin" }],
      // The summary of issues is above the heading of its step; the operator's documents have titles of their own.
      "heading-level": ["error", { minInitialRank: "h2", allowMultipleH1: true }],
    },
  }),
);

for (const locale of ["ja", "en"]) {
  test(`every screen is accessible and valid in every state (${locale})`, { timeout: 400_000 }, async () => {
    const found = [];
    let looks = 0;
    const look = async (page, name) => {
      looks += 1;
      await page.emulateMedia({ colorScheme: "light" });
      const light = await violations(page);
      await page.emulateMedia({ colorScheme: "dark" });
      // In the dark only colours are others.
      const dark = await violations(page, ["color-contrast", "link-in-text-block"]);
      const document = await misspelt(
        `<!DOCTYPE html>\n${await page.evaluate(() => globalThis.document.documentElement.outerHTML)}`,
      );
      for (const one of [...light, ...dark.map((one) => `dark: ${one}`), ...document]) found.push(`${name}: ${one}`);
    };
    await everyScreen(browser, desk.base, locale, look);
    await everyReturnScreen(browser, desk, locale, look);
    assert.deepEqual(found, []);
    assert.ok(looks > 32, `${looks} screens`);
  });
}

test("the served documents have no violations", async () => {
  for (const path of ["/", "/return"])
    assert.deepEqual(await misspelt(await (await fetch(desk.base + path)).text()), []);
});

/** The violations that axe finds, a line each; by some rules or by all. */
async function violations(page, rules) {
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(axe.source);
  return page.evaluate(async (only) => {
    const { passes, violations } = await globalThis.axe.run(
      document,
      only ? { runOnly: { type: "rule", values: only } } : { rules: { "target-size": { enabled: true } } },
    );
    if (!passes.length) return ["axe looked at nothing"];
    return violations.flatMap((one) => one.nodes.map((node) => `${one.id}: ${node.html.slice(0, 160)}`));
  }, rules);
}

/** The messages of html-validate. */
async function misspelt(text) {
  const report = await grammar.validateString(text);
  return report.results
    .flatMap((result) => result.messages)
    .map(
      (one) =>
        `${one.ruleId}: ${one.message} (${text.split("\n")[one.line - 1]?.slice(Math.max(0, one.column - 30), one.column + 80)})`,
    );
}
