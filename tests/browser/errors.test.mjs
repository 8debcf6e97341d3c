/**
 * Errors on the way to the receipt: issues at their fields, the server's refusals, no connection, no module.
 */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, test } from "node:test";
import { launch } from "./desk.mjs";
import { startDeskThatIs } from "./opening.mjs";
import { agree, answerOnce, field, fillContact, next, open, receiptNumber, toReview } from "./applicant.mjs";

let desk, browser;
before(async () => {
  [desk, browser] = await Promise.all([startDeskThatIs("open"), launch()]);
});
after(async () => {
  await browser?.close();
  await desk?.stop();
});

const SUBMISSIONS = "**/v1/submissions**";

test("no issue is shown while typing; 次へ shows issues at fields and in a summary that takes the focus", async () => {
  const { page, context } = await open(browser, desk.base);
  await agree(page);
  await field(page, "/contact/phone").fill("12");
  await field(page, "/contact/phone").blur();
  await page.waitForTimeout(600);
  assert.equal(await page.locator(".message--issue").count(), 0);
  await page.locator("#next").click();
  await page.locator("#summary:focus").waitFor();
  assert.match(await page.title(), /^エラー：/);
  const link = page.locator('#summary [data-path="/contact/phone"]');
  const message = await link.locator(".error-summary__message").innerText();
  assert.ok(
    (await page.locator("#field-contact-phone-error").innerText()).includes(message),
    "the same wording at both places",
  );
  assert.equal(await field(page, "/contact/phone").getAttribute("aria-invalid"), "true");
  assert.match(
    await field(page, "/contact/phone").getAttribute("aria-describedby"),
    /field-contact-phone-hint field-contact-phone-error/,
  );
  await link.click();
  assert.equal(await page.evaluate(() => document.activeElement?.id), "field-contact-phone");
  await fillContact(page);
  await page.locator("#summary").waitFor({ state: "hidden" });
  assert.doesNotMatch(await page.title(), /エラー/);
  assert.equal(
    await field(page, "/contact/phone").inputValue(),
    "０３-３２１１-９９９９",
    "the typed number is not rewritten",
  );
  await context.close();
});

test("a press is not missed when leaving a field moves the button", async () => {
  const { page, context } = await open(browser, desk.base);
  await agree(page);
  await page.locator("#next").click();
  await page.locator("#summary:focus").waitFor();
  await fillContact(page);
  await field(page, "/contact/company").fill("");
  await field(page, "/contact/company").blur();
  await page.locator("#field-contact-company-error .message--issue").waitFor();
  await field(page, "/contact/company").fill("株式会社れい");
  await next(page, "incident");
  await context.close();
});

test("issues of the server are shown at their fields, in its words", async () => {
  const { page, context } = await open(browser, desk.base);
  await toReview(page);
  // The text is changed on its way, so that the server refuses what the page had accepted.
  await page.route(SUBMISSIONS, (route) => {
    const draft = JSON.parse(route.request().postData());
    draft.contact.phone = "110";
    draft.contact.extra = "x";
    return route.continue({ postData: JSON.stringify(draft) });
  });
  const known = desk.cases().length;
  await page.locator("#send").click();
  await page.locator("#summary:focus").waitFor();
  assert.equal(desk.cases().length, known);
  assert.equal(
    await page.locator('#summary [data-path="/contact/extra"]').count(),
    1,
    "an issue without an input stands in the summary",
  );
  const message = await page.locator('#summary [data-path="/contact/phone"] .error-summary__message').innerText();
  await page.locator('#summary [data-path="/contact/phone"]').click();
  await field(page, "/contact/phone").waitFor();
  assert.equal(await page.evaluate(() => document.activeElement?.id), "field-contact-phone");
  assert.ok(message.length > 0);
  await context.close();
});

test("503 and a lost network keep the answers; sending again makes one case", async () => {
  const { page, context, errors } = await open(browser, desk.base);
  await toReview(page);
  const known = desk.cases().length;
  const keys = new Set();
  page.on("request", (request) => {
    if (request.url().includes("/v1/submissions")) keys.add(request.headers()["idempotency-key"]);
  });
  await page.route(SUBMISSIONS, (route) =>
    route.fulfill({
      status: 503,
      contentType: "application/problem+json",
      body: JSON.stringify({ status: 503, code: "store.failed" }),
    }),
  );
  await page.locator("#send").click();
  await page.locator("#send-failure:focus").waitFor();
  const { phone } = await (await fetch(`${desk.base}/v1/desk`)).json();
  assert.ok((await page.locator("#send-failure").innerText()).includes(phone));
  assert.match(await page.locator('[data-path="/contact/company"]').innerText(), /株式会社れい/);
  await page.unroute(SUBMISSIONS);
  await context.setOffline(true);
  await page.locator("#send").click();
  await page.locator("#send-failure:focus").waitFor();
  assert.equal(await page.locator("#send").isDisabled(), false);
  await context.setOffline(false);
  await page.locator("#send").click();
  await receiptNumber(page);
  assert.equal(keys.size, 1, "one text, one key");
  assert.equal(desk.cases().length, known + 1);
  assert.deepEqual(errors, []);
  await context.close();
});

test("that nothing was sent is shown in another language, too, until the next sending", async () => {
  const { page, context } = await open(browser, desk.base);
  await toReview(page);
  await answerOnce(page, SUBMISSIONS, 503, "store.failed");
  await page.locator("#send").click();
  const failure = page.locator("#send-failure");
  await page.locator("#send-failure:focus").waitFor();
  await page.locator('[data-language="en"]').click();
  await page.locator('[data-language="en"][aria-pressed="true"]:focus').waitFor();
  assert.match(await failure.innerText(), /^Not sent yet/);
  await failure.locator("button.main").click();
  await receiptNumber(page);
  assert.equal(await failure.count(), 0);
  await context.close();
});

test("a changed consent document is shown again, answers kept", async () => {
  const { page, context } = await open(browser, desk.base);
  await toReview(page);
  await page.route(SUBMISSIONS, (route) =>
    route.fulfill({
      status: 409,
      contentType: "application/problem+json",
      body: JSON.stringify({ status: 409, code: "consent.stale" }),
    }),
  );
  await page.locator("#send").click();
  await page.locator("button#agree").waitFor();
  await page.unroute(SUBMISSIONS);
  await page.locator("button#agree").click();
  await page.locator("#send").waitFor();
  assert.match(await page.locator('[data-path="/contact/company"]').innerText(), /株式会社れい/);
  await page.locator("#send").click();
  await receiptNumber(page);
  await context.close();
});

test("a module that is retired is renewed in place, and the same text is sent once", async () => {
  const { page, context } = await open(browser, desk.base);
  await toReview(page);
  const known = desk.cases().length;
  await answerOnce(page, SUBMISSIONS, 409, "module.retired");
  await page.locator("#send").click();
  await receiptNumber(page);
  assert.equal(desk.cases().length, known + 1);
  await context.close();
});

test("an instance that trapped is replaced by a fresh one", async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const loads = [];
  await context.route("**/module/*.js*", (route) => {
    const url = new URL(route.request().url());
    loads.push(url.search);
    if (url.search) return route.continue();
    // The first copy of the glue traps at every check.
    return route.fulfill({
      contentType: "text/javascript",
      body: `
      export * from "${url.pathname}?whole"; export { default } from "${url.pathname}?whole";
      export function check() { throw new WebAssembly.RuntimeError("unreachable"); }`,
    });
  });
  await page.goto(desk.base);
  await agree(page);
  await page.locator("#next").click();
  await page.locator("#summary:focus").waitFor();
  assert.ok(
    loads.some((search) => search.startsWith("?load=")),
    "the glue was loaded anew",
  );
  assert.equal(await page.locator(".page-header .notice").count(), 0, "the module still decides in the page");
  await context.close();
});

test("the server decides if the page's policy forbids WebAssembly, and the page reports it", async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await context.route(`${desk.base}/`, async (route) => {
    const response = await route.fetch();
    const headers = response.headers();
    headers["content-security-policy"] = headers["content-security-policy"].replace(" 'wasm-unsafe-eval'", "");
    await route.fulfill({ response, headers });
  });
  await page.goto(`${desk.base}/`);
  await page.locator("button#agree").waitFor();
  assert.equal(await page.locator(".page-header .notice").count(), 1);
  const asked = page.waitForRequest((request) => request.url().includes("/v1/check"));
  await agree(page);
  await asked;
  await page.locator("#next").click();
  await page.locator("#summary:focus").waitFor();
  assert.ok((await page.locator("#summary li").count()) > 2);
  await context.close();
});

test("the phone number is shown even if the desk does not answer at the start", async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const { phone } = await (await fetch(`${desk.base}/v1/desk`)).json();
  await context.route("**/v1/desk**", (route) => route.abort());
  await page.goto(desk.base);
  await page.locator(".start-screen--failed").waitFor();
  assert.equal(await page.locator(".page-header__number").innerText(), phone);
  assert.equal(await page.locator(".start-screen--failed .start-screen__failed").first().isVisible(), true);
  await context.close();
});

test("without JavaScript the page shows a phone number, hours and a form to print", async () => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(desk.base);
  const served = await (await fetch(`${desk.base}/v1/desk`)).json();
  const { phone } = served;
  const { calendar } = served.context;
  const words = await page.locator("body").innerText();
  assert.ok(words.includes(phone) && words.includes(`${calendar.open}–${calendar.close}`), words);
  await page.locator('[href="/sheet?locale=ja"]').click();
  await page.locator(".printable-form h1").waitFor();
  const sheet = await page.locator("main").innerText();
  assert.ok(sheet.includes(phone) && sheet.includes("貴社名") && sheet.includes("発見日時"), sheet);
  assert.ok((await page.locator(".printable-form__row li").count()) > 40, "choices to tick");
  await context.close();
});

test("without a network the page reports it and goes on", async () => {
  const { page, context, errors } = await open(browser, desk.base);
  await agree(page);
  await context.setOffline(true);
  await page.locator("#offline").waitFor();
  assert.notEqual(await page.locator("#status").innerText(), "");
  await fillContact(page);
  await next(page, "incident");
  await context.setOffline(false);
  await page.locator("#offline").waitFor({ state: "detached" });
  assert.deepEqual(errors, []);
  await context.close();
});

test("a module that comes into force meanwhile shows its new issues and keeps every answer", async () => {
  const { page, context, errors } = await open(browser, desk.base);
  await toReview(page);
  // Another module, which differs by an empty section, judges as the first and finds one thing more.
  const { module } = await (await fetch(`${desk.base}/v1/desk`)).json();
  const first = module.replace("sha256:", "");
  const bytes = Buffer.concat([
    Buffer.from(await (await fetch(`${desk.base}/module/${first}.wasm`)).arrayBuffer()),
    Buffer.from([0, 5, 4, ...Buffer.from("anew")]),
  ]);
  const other = createHash("sha256").update(bytes).digest("hex");
  await context.route(`**/module/${other}.wasm`, (route) =>
    route.fulfill({ contentType: "application/wasm", body: bytes }),
  );
  await context.route(`**/module/${other}/*`, async (route) =>
    route.fulfill({ response: await route.fetch({ url: route.request().url().replace(other, first) }) }),
  );
  await context.route(`**/module/${other}.js*`, (route) =>
    route.fulfill({
      contentType: "text/javascript",
      body: `
    import { check as judged } from "/module/${first}.js?whole";
    export * from "/module/${first}.js?whole"; export { default } from "/module/${first}.js?whole";
    export function check(text, context) {
      const report = judged(text, context);
      return { ...report, accepted: false, issues: [...report.issues, { path: "/contact/email", code: "required", params: {}, message: "anew" }] };
    }`,
    }),
  );
  await page.route("**/v1/desk**", async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, json: { ...(await response.json()), module: `sha256:${other}` } });
  });
  await page.locator("#send").click();
  await page.locator("#summary:focus").waitFor();
  assert.equal(await page.locator("#module-update li").count(), 1, "what was there before is not called new");
  await page.locator('#module-update [data-path="/contact/email"]').click();
  await page.locator("#field-contact-email:focus").waitFor();
  assert.match(await page.locator("#field-contact-email-error").innerText(), /anew/);
  assert.equal(await field(page, "/contact/company").inputValue(), "株式会社れい");
  assert.deepEqual(errors, []);
  await context.close();
});
