/**
 * The element's `view="return"`: the return page in a frame of a partner's page, and inline a link to the desk's own.
 */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { answerOnce } from "./applicant.mjs";
import { launch, startDesk } from "./desk.mjs";
import { inside } from "./embedded.mjs";
import { heard, KEY, openTab, startSite, untilHeard } from "./partner.mjs";
import { caseByHttp, caseWithCode, deskEvent, QUESTIONS, signIn, stateShown } from "./visit.mjs";

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

test("a frame opens the case under a strict policy, is as tall as it, and tells the page around nothing but steps", async (t) => {
  const given = await caseWithCode(browser, desk);
  deskEvent(desk, given.number, "question.asked", { questions: QUESTIONS });
  const page = await openTab(t, browser, { width: 360, height: 740 });
  await page.goto(site.page({ desk: desk.base, view: "return", strict: true }));
  assert.deepEqual(await heard(page, "ready"), { code: "frame" });
  const frame = inside(page, "frame");
  assert.ok(frame.url().startsWith(`${desk.base}/return?p=${KEY}&lang=ja&from=`), frame.url());
  assert.notEqual(await page.locator("kakekomi-form iframe").getAttribute("title"), "");
  await signIn(frame, given);
  assert.equal(await stateShown(frame), "回答待ち");
  await page.waitForFunction(() => {
    const { height } = document.querySelector("kakekomi-form").shadowRoot.querySelector("iframe");
    return Number(height) > 1500;
  });
  assert.equal(await frame.evaluate(() => document.documentElement.scrollWidth - innerWidth), 0);
  const told = await page.evaluate(() => globalThis.heard);
  assert.deepEqual(
    told.map(([type, { code }]) => [type, code]),
    [
      ["ready", "frame"],
      ["step", "return"],
      ["step", "return_case"],
    ],
  );
  assert.deepEqual(await page.evaluate(() => globalThis.violations), []);
});

test("a frame shows confidential information and takes a consent, and hands neither to the page around it", async (t) => {
  const given = await caseByHttp(desk.base, { service: { forensics: { transfer_consent: false } } });
  const text = "通信元：203.0.113.5";
  deskEvent(desk, given.number, "disclosure.shared", { text });
  const page = await openTab(t, browser, { width: 360, height: 740 });
  await page.addInitScript(() => {
    globalThis.messages = [];
    addEventListener("message", ({ data }) => globalThis.messages.push(JSON.stringify(data)));
  });
  await page.goto(site.page({ desk: desk.base, view: "return", strict: true }));
  await untilHeard(page, "ready");
  const frame = inside(page, "frame");
  await signIn(frame, given);
  await frame.locator("#disclosures button").click();
  await frame.locator(".return-disclosures__text", { hasText: text }).waitFor();
  await frame.locator("#field-other-name").fill("佐藤 一郎");
  await frame.locator("#field-other-role").fill("情報システム部長");
  await frame.locator("#send-intent").click();
  await frame.locator("#referral-since").waitFor();
  assert.equal(await frame.evaluate(() => document.documentElement.scrollWidth - innerWidth), 0);
  const { messages, around, reached } = await page.evaluate(() => {
    const element = document.querySelector("kakekomi-form");
    const around = document.documentElement.outerHTML + element.shadowRoot.innerHTML + JSON.stringify(globalThis.heard);
    const { contentDocument } = element.shadowRoot.querySelector("iframe");
    return { messages: globalThis.messages, around, reached: contentDocument !== null };
  });
  assert.ok(messages.length > 2, "the frame speaks to the page around it");
  for (const secret of [text, "203.0.113.5", "佐藤", "情報システム部長", given.number, given.code])
    assert.ok(!messages.join("\n").includes(secret) && !around.includes(secret), secret);
  assert.equal(reached, false, "the page around cannot read the frame's document");
});

test("a frame whose visit ended leads back to number and code", async (t) => {
  const given = await caseWithCode(browser, desk);
  const page = await openTab(t, browser);
  await page.goto(site.page({ desk: desk.base, view: "return" }));
  await untilHeard(page, "ready");
  const frame = inside(page, "frame");
  await signIn(frame, given);
  await answerOnce(page, "**/v1/return?**", 401, "return.expired");
  await frame.locator("#refresh").click();
  await frame.locator("#return-notice").waitFor();
  await signIn(frame, given);
});

test("inline the element links the desk's own page, in the language of the element", async (t) => {
  const page = await openTab(t, browser);
  await page.goto(site.page({ desk: desk.base, view: "return", mode: "inline" }));
  assert.deepEqual(await heard(page, "ready"), { code: "inline" });
  const link = page.locator("kakekomi-form p.words a");
  assert.equal(await link.getAttribute("href"), `${desk.base}/return?lang=ja`);
  assert.equal(await page.locator("kakekomi-form .instead").isVisible(), false);
  await page.evaluate(() => document.querySelector("kakekomi-form").setAttribute("lang", "en"));
  assert.equal(await link.getAttribute("href"), `${desk.base}/return?lang=en`);
  const loaded = await page.evaluate(() => performance.getEntriesByType("resource").map(({ name }) => name));
  assert.ok(!loaded.some((name) => name.includes("/embed/inline/")), "the form is not loaded for a link");
  await page.evaluate(() => {
    document.querySelector("kakekomi-form").view = null;
  });
  await page.locator("kakekomi-form button#agree").waitFor();
  assert.equal(await link.count(), 0);
});
