/**
 * Sending with a lost response or an unavailable new module: one case, nothing lost, no unfounded message.
 */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { BINARY, launch } from "./desk.mjs";
import { startDeskThatIs } from "./opening.mjs";
import { answerOnce, field, open, receiptNumber, toReview } from "./applicant.mjs";

let desk, browser;
before(async () => {
  [desk, browser] = await Promise.all([startDeskThatIs("open"), launch()]);
});
after(async () => {
  await browser?.close();
  await desk?.stop();
});

const SUBMISSIONS = "**/v1/submissions**";
const OTHER = "f".repeat(64);

/** The server gets the text, the page no answer. */
async function loseAnswer(page) {
  await page.route(
    SUBMISSIONS,
    async (route) => {
      await route.fetch();
      await route.abort();
    },
    { times: 1 },
  );
  await page.locator("#send").click();
  await page.locator("#send-failure:focus").waitFor();
}

async function changeCompany(page, name) {
  await page.locator('.answer-list__row[data-path="/contact/company"] button').click();
  await field(page, "/contact/company").fill(name);
}

async function editCompany(page, name) {
  await changeCompany(page, name);
  await page.locator('[data-step="review"]').click();
  await page.locator("#send").click();
}

/** The text of the file that a press saves. */
async function saved(page, press) {
  const [download] = await Promise.all([page.waitForEvent("download"), press.click()]);
  return JSON.parse(await readFile(await download.path(), "utf8"));
}

test("a lost response is not called unsent, and sending again gives the receipt of the one case", async () => {
  const { page, context, errors } = await open(browser, desk.base);
  await toReview(page);
  const known = desk.cases().length;
  await loseAnswer(page);
  assert.equal(await page.locator("#send-failure").getAttribute("data-kind"), "lost");
  assert.equal(desk.cases().length, known + 1);
  await page.reload();
  await page.locator("#send").click();
  const number = await receiptNumber(page);
  assert.ok(desk.cases().some((one) => one.number === number));
  assert.equal(desk.cases().length, known + 1);
  assert.equal(await page.locator("#earlier").count(), 0, "it is the very text");
  assert.deepEqual(errors, []);
  await context.close();
});

test("answers changed after the case of a lost response was erased are sent as a new case", async () => {
  const { page, context } = await open(browser, desk.base);
  await toReview(page);
  await loseAnswer(page);
  const { number } = desk.cases().at(-1);
  execFileSync(BINARY, ["cases", "erase", "--yes", "--data", desk.data, number]);
  const known = desk.cases().length;
  await editCompany(page, "株式会社そのほか");
  assert.notEqual(await receiptNumber(page), number);
  assert.equal(desk.cases().length, known + 1);
  await context.close();
});

test("answers changed after a lost response make no second case, but the receipt of the first text and a way to report the change", async () => {
  const { page, context } = await open(browser, desk.base);
  await toReview(page);
  const known = desk.cases().length;
  await loseAnswer(page);
  await editCompany(page, "株式会社ほか");
  const number = await receiptNumber(page);
  assert.equal(desk.cases().length, known + 1);
  assert.ok(desk.cases().some((one) => one.number === number));
  await page.reload();
  assert.equal(
    (await saved(page, page.locator("#earlier button"))).contact.company,
    "株式会社ほか",
    "what was changed since can be saved",
  );
  assert.match(
    await page.locator('.answer-list__row[data-path="/contact/company"]').innerText(),
    /株式会社れい/,
    "what arrived is shown",
  );
  await context.close();
});

test("answers changed after store.in_doubt make no second case either", async () => {
  const { page, context } = await open(browser, desk.base);
  await toReview(page);
  const known = desk.cases().length;
  await page.route(
    SUBMISSIONS,
    async (route) => {
      await route.fetch();
      await route.fulfill({
        status: 503,
        contentType: "application/problem+json",
        body: JSON.stringify({ code: "store.in_doubt" }),
      });
    },
    { times: 1 },
  );
  await page.locator("#send").click();
  await page.locator('#send-failure[data-kind="lost"]:focus').waitFor();
  await editCompany(page, "株式会社ほか");
  const number = await receiptNumber(page);
  assert.equal(desk.cases().length, known + 1);
  assert.ok(desk.cases().some((one) => one.number === number));
  await context.close();
});

test("answers that change while they are sent can be saved beside the receipt", async () => {
  const { page, context } = await open(browser, desk.base);
  await toReview(page);
  let answer;
  await page.route(
    SUBMISSIONS,
    async (route) => {
      answer = () => route.continue();
    },
    { times: 1 },
  );
  await page.locator("#send").click();
  while (!answer) await page.waitForTimeout(20);
  await changeCompany(page, "株式会社ほか");
  await answer();
  await receiptNumber(page);
  assert.equal((await saved(page, page.locator("#earlier button"))).contact.company, "株式会社ほか");
  await context.close();
});

test("a text that did not arrive is not sent after its answers changed", async () => {
  const { page, context } = await open(browser, desk.base);
  await toReview(page);
  const known = desk.cases().length;
  await page.route(SUBMISSIONS, (route) => route.abort(), { times: 1 });
  await page.locator("#send").click();
  await page.locator('#send-failure[data-kind="lost"]:focus').waitFor();
  await editCompany(page, "株式会社ほか");
  await receiptNumber(page);
  assert.equal(desk.cases().length, known + 1);
  assert.equal(await page.locator("#earlier").count(), 0);
  assert.match(await page.locator('.answer-list__row[data-path="/contact/company"]').innerText(), /株式会社ほか/);
  await context.close();
});

test("a new module that cannot be loaded changes nothing, and the present one goes on", async () => {
  const { page, context, errors } = await open(browser, desk.base);
  await toReview(page);
  await renamed(page);
  await page.locator("#send").click();
  await receiptNumber(page);
  assert.equal(await page.locator(".page-header .notice").count(), 0, "the module still decides in the page");
  assert.deepEqual(errors, []);
  await context.close();
});

test("a retired module whose successor cannot be loaded leads to the phone number and another try", async () => {
  const { page, context, errors } = await open(browser, desk.base);
  await toReview(page);
  await renamed(page);
  await page.route(SUBMISSIONS, (route) =>
    route.fulfill({
      status: 409,
      contentType: "application/problem+json",
      body: JSON.stringify({ code: "module.retired" }),
    }),
  );
  await page.locator("#send").click();
  await page.locator("#send-failure:focus").waitFor();
  const { phone } = await (await fetch(`${desk.base}/v1/desk`)).json();
  assert.ok((await page.locator("#send-failure").innerText()).includes(phone));
  assert.equal(await page.locator("#status").innerText(), "");
  assert.equal(await page.locator("#send").getAttribute("aria-busy"), null);
  assert.match(await page.locator('[data-path="/contact/company"]').innerText(), /株式会社れい/);
  await page.unrouteAll();
  await page.locator("#send").click();
  await receiptNumber(page);
  assert.deepEqual(errors, []);
  await context.close();
});

/** The desk names a module that nobody can load. */
async function renamed(page) {
  await page.route("**/v1/desk**", async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, json: { ...(await response.json()), module: `sha256:${OTHER}` } });
  });
  await page.route(`**/module/${OTHER}**`, (route) => route.abort());
}

test("another conflict counts as lost, and the same key is sent again", async () => {
  const { page, context } = await open(browser, desk.base);
  await toReview(page);
  const keys = [];
  page.on("request", (request) => {
    if (request.url().includes("/v1/submissions")) keys.push(request.headers()["idempotency-key"]);
  });
  await answerOnce(page, SUBMISSIONS, 409, "idempotency.in_progress");
  await page.locator("#send").click();
  await page.locator('#send-failure[data-kind="lost"]:focus').waitFor();
  await page.locator("#send").click();
  await receiptNumber(page);
  assert.equal(keys.length, 2);
  assert.equal(keys[0], keys[1]);
  await context.close();
});
