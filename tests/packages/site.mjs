/**
 * A partner's site with the built files of a project, a desk that knows it, and a person who fills in the form.
 *
 *     const stage = await startStage();
 *     const shown = await stage.show(project.files("dist"));
 *     await stage.sendForm(shown);
 */

import assert from "node:assert/strict";
import { receiptNumber, toReview } from "../browser/applicant.mjs";
import { KEY, startSite } from "../browser/partner.mjs";
import { launch, startDesk } from "./desk.mjs";
import { packedUrls } from "./packed.mjs";

export async function startStage() {
  const site = await startSite();
  const desk = await startDesk(["--desk", site.profile]);
  const browser = await launch();
  const stop = async () => {
    await browser.close();
    await desk.stop();
    await site.stop();
  };
  /** What a project's build reads. */
  const environment = { VITE_DESK: desk.base, VITE_PARTNER: KEY };
  return {
    desk,
    environment,
    urls: await packedUrls(desk),
    stop,
    show: (files) => show(browser, site, files),
    sendForm,
  };
}

/** Opens a site of these files. */
async function show(browser, site, files) {
  for (const [path, text] of files) site.put(path, text);
  const page = await browser.newPage({ viewport: { width: 1000, height: 900 } });
  page.setDefaultTimeout(60_000);
  const errors = [];
  page.on("pageerror", (error) => errors.push(error.message));
  await page.goto(`${site.origin}/index.html`);
  return { page, errors };
}

/** Fills in the form in its frame and sends it: the page around shows the number that the frame shows. */
async function sendForm({ page, errors }) {
  await page.locator("kakekomi-form iframe:not(.waiting)").waitFor();
  const frame = page.frames().find((one) => one.url().includes("from="));
  await toReview(frame);
  await frame.locator("#send").click();
  const number = await receiptNumber(frame);
  await page.waitForFunction((number) => document.querySelector("output").textContent === number, number);
  assert.deepEqual(errors, []);
  await page.close();
}
