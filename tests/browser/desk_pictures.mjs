/**
 * Pictures of the operators' desk, for people to look at: `node desk_pictures.mjs [FOLDER]`, else `shots/`, which is not kept.
 */

import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { BINARY, launch } from "./desk.mjs";
import { startWithNotices } from "./notices.mjs";
import { Operator, setUpAndSignIn, startWithOperators } from "./operators.mjs";

const folder = process.argv[2] ?? fileURLToPath(new URL("shots/", import.meta.url));
mkdirSync(folder, { recursive: true });

const [desk, browser] = await Promise.all([startWithOperators(), launch()]);
execFileSync(BINARY, ["demo", "--data", desk.data]);
const waiting = desk.cases().find((one) => one.status === "waiting");
const context = await browser.newContext({ locale: "ja-JP" });
const page = await context.newPage();
await walk("0-setup", desk.link);
await walk("1-sign-in", `${desk.desk}/login`);
await setUpAndSignIn(new Operator(page), desk.link, "lead");
await walk("2-queue", `${desk.desk}/`);
await walk("3-case", `${desk.desk}/cases/${waiting.number}`);
await walk("4-intake", `${desk.desk}/cases/new`);
await context.clearCookies();
await setUpAndSignIn(new Operator(page), desk.adminLink, "admin");
await walk("5-accounts", `${desk.desk}/accounts`);
await context.clearCookies();
// Notices that failed are announced above the queue: they have a desk of their own.
const noticed = await startWithNotices();
await setUpAndSignIn(new Operator(page), noticed.link, "lead");
await walk("6-delivery", `${noticed.desk}/delivery`);
await browser.close();
await Promise.all([desk.stop(), noticed.stop()]);

/** Takes a page's pictures in both languages, widths and colour schemes. */
async function walk(name, address) {
  for (const locale of ["ja", "en"])
    for (const width of [360, 1280])
      for (const colorScheme of ["light", "dark"]) {
        await page.setViewportSize({ width, height: 800 });
        await page.emulateMedia({ colorScheme });
        await page.goto(`${address}?lang=${locale}`);
        await page.screenshot({
          path: join(folder, `desk-${locale}-${width}-${colorScheme}-${name}.png`),
          fullPage: true,
        });
      }
  // The actions of operators.mjs know the Japanese names.
  await page.goto(new URL("/login?lang=ja", address).href);
}
