/**
 * Every browser engine that this machine has, behind one face: the part of Playwright's that applicant.mjs speaks.
 *
 *     const browser = await launchEngine("webkit");
 *     const context = await browser.newContext({ viewport: { width: 360, height: 640 } });
 *     const page = await context.newPage();
 *     await page.goto(base);
 *     await page.evaluate((given) => given + 1, 1);      // 2
 *     await page.locator("#next").click();
 *
 * Chromium is driven by Playwright itself; Firefox and WebKit by firefox.mjs and webkit.mjs, whose pages are a `Tab`
 * (tab.mjs). One context at a time: WebKit's driver knows no more.
 */

import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { launch as launchChromium } from "./desk.mjs";
import { launch as launchFirefox, FIREFOX } from "./firefox.mjs";
import { launch as launchWebKit, MINI_BROWSER, WEBKIT_DRIVER } from "./webkit.mjs";

const KNOWN = {
  chromium: { launch: launchChromium, needs: [] },
  firefox: { launch: launchFirefox, needs: [FIREFOX] },
  webkit: { launch: launchWebKit, needs: [MINI_BROWSER, WEBKIT_DRIVER, "Xvfb"] },
};

/** All of them, or those that `KAKEKOMI_ENGINES=chromium,firefox` names, for a machine that has no other. */
export const ENGINES = process.env.KAKEKOMI_ENGINES?.split(",") ?? Object.keys(KNOWN);

/** Two of them, for suites of many cases; `engines.test.mjs` walks the whole way in each of them. */
export const TWO_ENGINES = ENGINES.slice(0, 2);

/** @param {string} name one of `ENGINES` */
export async function launchEngine(name) {
  const missing = KNOWN[name].needs.filter((one) => !one || !present(one));
  if (missing.length)
    throw new Error(
      `${name} is not on this machine, or not whole (${missing.join(", ")}): see scripts/install-test-tools.sh`,
    );
  return KNOWN[name].launch();
}

/** @param {string} program a path, or a name that the path knows */
function present(program) {
  return (
    existsSync(program) || (process.env.PATH ?? "").split(delimiter).some((folder) => existsSync(join(folder, program)))
  );
}
