/**
 * The return code: its check digits, how it is read, and its way from the first attempt to receipt, copy and paper.
 */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, test } from "node:test";
import { checkDigits, groupDigits, makeReturnCode, returnCodeDigest } from "../../www/app/return_code.js";
import { readCode, readNumber } from "../../www/return/typed_codes.js";
import { download, open, receiptNumber, received, toReview } from "./applicant.mjs";
import { launch, startDesk } from "./desk.mjs";
import { inside } from "./embedded.mjs";
import { openTab, startSite, untilHeard } from "./partner.mjs";

const SUBMISSIONS = "**/v1/submissions**";
const SHOWN = /^\d{4} \d{4} \d{4} \d{4} \d{4} \d{2}$/;
const CODE = "1234567890123456789089";

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

const digestOf = (code) => `sha256:${createHash("sha256").update(code).digest("hex")}`;

/** The code on a receipt, in digits. */
async function shownCode(page) {
  const shown = await page.locator("#return-code").innerText();
  assert.match(shown, SHOWN);
  return shown.replaceAll(" ", "");
}

/** The header of every submission from now on. @returns {string[]} */
function digestsSent(page) {
  const sent = [];
  page.on("request", (request) => {
    if (request.url().includes("/v1/submissions")) sent.push(request.headers()["kakekomi-return"]);
  });
  return sent;
}

/** Answers of the desk with another value of `Kakekomi-Return-Bound`. @param {any} page @param {string} bound */
function boundIs(page, bound) {
  return page.route(SUBMISSIONS, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, headers: { ...response.headers(), "kakekomi-return-bound": bound } });
  });
}

/** Answers of a desk, of which the page gets only the last one. */
async function loseAnswer(page) {
  const lose = async (route) => {
    await route.fetch();
    await route.abort();
  };
  await page.route(SUBMISSIONS, lose, { times: 1 });
  await page.locator("#send").click();
  await page.locator('#send-failure[data-kind="lost"]:focus').waitFor();
}

test("check digits are those of ISO 7064 MOD 97-10, and find every wrong digit and every swap of neighbours", () => {
  assert.equal(checkDigits("12345678901234567890"), "89");
  assert.equal(checkDigits("00000000000000000000"), "98");
  assert.equal(checkDigits("00000000000000000001"), "95");
  for (const digits of [CODE, ...Array.from({ length: 200 }, () => makeReturnCode())]) {
    assert.equal(BigInt(digits) % 97n, 1n, digits);
    for (let place = 0; place < digits.length; place += 1) {
      const [before, digit, next, rest] = [
        digits.slice(0, place),
        digits[place],
        digits[place + 1] ?? "",
        digits.slice(place + 2),
      ];
      for (const wrong of "0123456789".replace(digit, ""))
        assert.ok("problem" in readCode(before + wrong + next + rest), `${digits}: ${wrong} at ${place}`);
      if (next && next !== digit) assert.ok("problem" in readCode(before + next + digit + rest), `${digits}: ${place}`);
    }
  }
});

test("digits are drawn without bias, and the digest is the one that the desk compares", async () => {
  const { getRandomValues } = crypto;
  const bytes = [250, 255, 249, 0, 10, ...Array(40).fill(7)];
  crypto.getRandomValues = (array) => array.map(() => bytes.shift());
  assert.equal(makeReturnCode().slice(0, 5), "90077", "250 to 255 are dropped");
  crypto.getRandomValues = getRandomValues;
  assert.equal(await returnCodeDigest(CODE), digestOf(CODE));
  assert.equal(groupDigits(CODE), "1234 5678 9012 3456 7890 89");
});

test("numbers and codes are read as people type them", () => {
  for (const typed of ["1234 5678 9012 3456 7890 89", "１２３４　５６７８−9012-3456ー7890‐89", ` ${CODE}\n`])
    assert.deepEqual(readCode(typed), { value: CODE }, typed);
  for (const typed of ["2609-4873-1059", "２６０９－４８７３－１０５９", "260948731059", "2609 4873 1059"])
    assert.deepEqual(readNumber(typed), { value: "2609-4873-1059" }, typed);
  assert.deepEqual(readNumber("234 679 ac6"), { value: "234-679-AC6" });
  assert.deepEqual(readNumber("2609-4873-1095"), { problem: "return_number_check" });
  assert.deepEqual(readNumber("2609-4873-105"), { problem: "return_number_length", length: 11 });
  assert.deepEqual(readNumber(""), { problem: "return_number_missing" });
  assert.deepEqual(readCode("123"), { problem: "return_code_length", length: 3 });
  assert.deepEqual(readCode("1234 O678"), { problem: "return_code_digits" });
  assert.deepEqual(readCode(" "), { problem: "return_code_missing" });
});

test("the receipt shows the code that was sent, on screen, on paper and in the copy, and nowhere else", async () => {
  const { page, context, errors } = await open(browser, desk.base);
  const sent = digestsSent(page);
  await page.addInitScript(() => {
    Navigator.prototype.share = async (given) => void (globalThis.given = given);
  });
  await page.reload();
  await toReview(page);
  await page.locator("#send").click();
  const number = await receiptNumber(page);
  const code = await shownCode(page);
  assert.deepEqual(sent, [digestOf(code)]);
  await page.locator(".receipt .answer-list").waitFor();
  const copy = await download(page, "#save-receipt");
  assert.ok(copy.text.includes(groupDigits(code)) && copy.text.includes(`${desk.base}/return`));
  assert.ok(!(await download(page, "#save-data")).text.includes(code.slice(0, 8)), "not in the file for machines");
  await page.locator("#share-number").click();
  assert.ok(!JSON.stringify(await page.evaluate(() => globalThis.given)).includes(code.slice(0, 4)));
  await page.emulateMedia({ media: "print" });
  assert.equal(await page.locator("#return-code").isVisible(), true);
  assert.ok((await page.locator(".receipt__number").innerText()).includes(`${desk.base}/return`));
  await page.emulateMedia({ media: "screen" });
  await page.reload();
  assert.equal(await receiptNumber(page), number);
  assert.equal(await shownCode(page), code, "also after a reload");
  assert.deepEqual(errors, []);
  await context.close();
});

test("a lost answer, a reload and a retry send the same code, which is the case's", async () => {
  const { page, context } = await open(browser, desk.base);
  const sent = digestsSent(page);
  await toReview(page);
  await loseAnswer(page);
  await page.reload();
  await page.locator("#send").click();
  const number = await receiptNumber(page);
  const code = await shownCode(page);
  assert.deepEqual(sent, [digestOf(code), digestOf(code)]);
  const response = await fetch(`${desk.base}/v1/return`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ number, code }),
  });
  assert.equal(response.status, 200);
  await context.close();
});

test("answers that change after a lost response keep the code of the first text", async () => {
  const { page, context } = await open(browser, desk.base);
  const sent = digestsSent(page);
  await toReview(page);
  await loseAnswer(page);
  await page.locator('.answer-list__row[data-path="/contact/company"] button').click();
  await page.locator("#field-contact-company").fill("株式会社ほか");
  await page.locator('[data-step="review"]').click();
  await page.locator("#send").click();
  await receiptNumber(page);
  const code = await shownCode(page);
  assert.deepEqual(sent, [digestOf(code), digestOf(code)]);
  await context.close();
});

for (const locale of ["ja", "en"]) {
  test(`a code that does not belong to the case is not shown, and a sentence says to call (${locale})`, async () => {
    const { page, context } = await open(browser, desk.base, { locale });
    await boundIs(page, "false");
    await toReview(page);
    await page.locator("#send").click();
    await receiptNumber(page);
    const { phone } = await (await fetch(`${desk.base}/v1/desk`)).json();
    assert.equal(await page.locator("#return-code").count(), 0);
    assert.ok((await page.locator("#no-return-code").innerText()).includes(phone));
    await context.close();
  });
}

test("a desk that does not know codes, and a browser that cannot compute the digest, say nothing of them", async () => {
  for (const lacking of ["header", "subtle"]) {
    const { page, context, errors } = await open(browser, desk.base);
    const sent = digestsSent(page);
    if (lacking === "header") {
      await page.route(SUBMISSIONS, async (route) => {
        const response = await route.fetch();
        const { "kakekomi-return-bound": bound, ...headers } = response.headers();
        await route.fulfill({ response, headers });
      });
    } else {
      await page.addInitScript(() => Object.defineProperty(Crypto.prototype, "subtle", { value: undefined }));
      await page.reload();
    }
    await toReview(page);
    await page.locator("#send").click();
    await receiptNumber(page);
    await page.locator(".receipt .answer-list").waitFor();
    assert.equal(await page.locator("#return-code, #no-return-code").count(), 0, lacking);
    assert.equal(sent[0] === undefined, lacking === "subtle");
    assert.deepEqual(errors, []);
    await context.close();
  }
});

test("a frame shows the code, an inline form has none, and neither tells the page around", async (t) => {
  for (const mode of ["frame", "inline"]) {
    const page = await openTab(t, browser);
    const sent = digestsSent(page);
    await page.goto(site.page({ desk: desk.base, mode: /** @type {any} */ (mode) }));
    await untilHeard(page, "ready");
    const form = inside(page, /** @type {any} */ (mode));
    await toReview(form);
    await form.locator("#send").click();
    await receiptNumber(form);
    await form.locator(".receipt .answer-list").waitFor();
    await untilHeard(page, "submitted");
    if (mode === "inline") {
      assert.deepEqual(sent, [undefined]);
      assert.equal(await form.locator("#return-code").count(), 0);
      assert.equal(await form.locator("#no-return-code a[href*='/return']").count(), 1);
      continue;
    }
    const code = await shownCode(form);
    assert.deepEqual(sent, [digestOf(code)]);
    const heard = await page.evaluate(() =>
      JSON.stringify([globalThis.heard, document.querySelector("kakekomi-form").outerHTML, { ...sessionStorage }]),
    );
    assert.ok(heard.includes("submitted") && !heard.includes(code) && !heard.includes(groupDigits(code)), heard);
  }
});

test("the code is seen without scrolling", async () => {
  for (const [width, height] of [
    [1280, 720],
    [360, 740],
  ]) {
    const { page, context } = await received(browser, desk.base, { width, height });
    await shownCode(page);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), 0);
    const box = await page.locator("#return-code").boundingBox();
    assert.ok(box.y > 0 && box.y + box.height <= height, `${width}: ${box.y + box.height}`);
    await context.close();
  }
});
