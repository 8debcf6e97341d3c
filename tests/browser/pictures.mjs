/**
 * Pictures of every step, for people to look at: `node pictures.mjs [FOLDER]`, else `shots/`, which is not kept.
 */

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { launch, startDesk } from "./desk.mjs";
import { begin, fillContact, fillIncident, fillService, next, open, option, receiptNumber } from "./applicant.mjs";

const folder = process.argv[2] ?? fileURLToPath(new URL("shots/", import.meta.url));
mkdirSync(folder, { recursive: true });

const [desk, browser] = await Promise.all([startDesk(), launch()]);
for (const locale of ["ja", "en"]) {
  for (const width of [360, 1280]) {
    for (const colorScheme of ["light", "dark"]) await walk(locale, width, colorScheme);
  }
}
await browser.close();
await desk.stop();

async function walk(locale, width, colorScheme) {
  const { page, context } = await open(browser, desk.base, { locale, width });
  await page.emulateMedia({ colorScheme });
  const picture = async (name) => {
    await page.evaluate(() => scrollTo(0, 0));
    await page.screenshot({ path: join(folder, `${locale}-${width}-${colorScheme}-${name}.png`), fullPage: true });
  };
  await picture("0-consent");
  await begin(page);
  await picture("1-now");
  await option(page, "/incident/ongoing", "yes").check();
  await page.locator("#lead").waitFor();
  await picture("1-now-yes");
  await next(page, "contact");
  await page.locator("#next").click();
  await page.locator("#summary:focus").waitFor();
  await picture("2-contact-errors");
  await fillContact(page);
  await page.locator("#summary").waitFor({ state: "hidden" });
  await picture("2-contact");
  await next(page, "incident");
  await fillIncident(page);
  await page.locator(".moment__echo").first().waitFor();
  await picture("3-incident");
  await next(page, "service");
  await fillService(page);
  await picture("4-service");
  await next(page, "devices");
  await page.locator(".list__add").first().click();
  await option(page, "/devices/0/identified", "suspected").check();
  await option(page, "/situation/disk_encrypted", "yes").check();
  await page.locator(".message--advisory").first().waitFor();
  await picture("5-devices");
  await next(page, "review");
  await picture("6-review");
  await page.locator("#send").click();
  await receiptNumber(page);
  await picture("7-receipt");
  await context.close();
}
