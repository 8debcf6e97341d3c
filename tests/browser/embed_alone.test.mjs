/**
 * The form on a partner's page in Chromium: secrecy of the answers, trust between page and frame, missing parts. The whole way in every
 * engine is in embed.test.mjs.
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { freePort, launch, startDesk } from "./desk.mjs";
import { heard, KEY, OTHER_KEY, startSite, untilHeard } from "./partner.mjs";
import { inside } from "./embedded.mjs";
import { agree, fillContact, field, next, option, receiptNumber, toReview } from "./applicant.mjs";

const RELEASED = readFileSync(fileURLToPath(new URL("../fixtures/embed/1.0.0.js", import.meta.url)), "utf8");

let site, desk, browser, silent;
before(async () => {
  site = await startSite({ "/released.js": RELEASED });
  [desk, browser] = await Promise.all([startDesk(["--desk", site.profile]), launch()]);
  // Takes every connection and never answers.
  silent = createServer().listen(0, "127.0.0.1").unref();
});
after(async () => {
  await browser?.close();
  await desk?.stop();
  await site?.stop();
  silent?.close();
});

/** A page of the site in a tab of its own. */
async function visit(given, address = site.page({ desk: desk.base, ...given })) {
  const context = await browser.newContext({ viewport: { width: 1000, height: 800 } });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const asked = [];
  page.on("request", (request) => asked.push(request.url()));
  await page.goto(address);
  return { page, context, asked };
}

/** Holds back the first response of an address, the documents: `asked` is its way on, once it was requested. */
async function holdRequest(page, address = "**/v1/consent/*") {
  let take;
  const asked = new Promise((resolve) => (take = resolve));
  await page.route(address, (route) => take(route), { times: 1 });
  return { asked };
}

/** A thousand origins that look like one and are none. @param {string} origin */
function nearMisses(origin) {
  const { protocol, hostname, port } = new URL(origin);
  const misses = new Set([
    "null",
    "",
    "*",
    "file://",
    origin.toUpperCase(),
    `${origin}/`,
    `${origin}.`,
    `https://${hostname}:${port}`,
    `${protocol}//user@${hostname}:${port}`,
  ]);
  for (let other = 1; misses.size < 700; other += 7) misses.add(`${protocol}//${hostname}:${other}`);
  for (const letter of "abcdefghijklmnopqrstuvwxyz0123456789.-_*ａоеé") {
    for (let at = 0; at <= hostname.length; at += 1)
      misses.add(`${protocol}//${hostname.slice(0, at)}${letter}${hostname.slice(at)}:${port}`);
  }
  misses.delete(origin);
  return [...misses];
}

test("an element far below the view loads its script alone, and the form when it comes near", async () => {
  const { page, context, asked } = await visit({ below: true, strict: true });
  await page.waitForFunction(() => customElements.get("kakekomi-form"));
  await page.waitForTimeout(300);
  assert.deepEqual(
    asked.filter((url) => url.startsWith(desk.base)),
    [`${desk.base}/embed/1/kakekomi.js`],
  );
  assert.equal(await page.locator(".instead").isVisible(), true);
  await page.locator("kakekomi-form").evaluate((element) => element.scrollIntoView());
  assert.deepEqual(await heard(page, "ready"), { code: "frame" });
  assert.equal(await page.locator(".instead").isVisible(), false, "the form has taken the link's place");
  await context.close();
});

test("no script of the page can read an answer in frame mode by any known way", async () => {
  const { page, context } = await visit({});
  await page.evaluate(() => {
    globalThis.messages = [];
    addEventListener("message", (event) => globalThis.messages.push(JSON.stringify(event.data)));
  });
  await heard(page, "ready");
  const frame = inside(page, "frame");
  await agree(frame);
  await fillContact(frame);
  await next(frame, "incident");
  const tried = await page.evaluate(async (desk) => {
    const iframe = document.querySelector("kakekomi-form").shadowRoot.querySelector("iframe");
    const inside = iframe.contentWindow;
    const tries = {
      contentDocument: () => iframe.contentDocument,
      document: () => inside.document.body.innerText,
      storage: () => inside.sessionStorage.getItem("kakekomi.filling"),
      script: () => inside.eval("document.body.innerText"),
      name: () => inside.name,
      address: () => inside.location.href,
      hash: () => inside.location.hash,
      frames: () => frames[0]?.document?.body,
      selection: () => document.getSelection().toString() + inside.getSelection(),
      print: () => iframe.getSVGDocument?.(),
      own: () => JSON.stringify([{ ...sessionStorage }, { ...localStorage }, document.cookie]),
      text: () => document.body.innerText + document.querySelector("kakekomi-form").shadowRoot.textContent,
      value: () =>
        JSON.stringify(
          [document.querySelector("kakekomi-form").receipt, Object.values(document.querySelector("kakekomi-form"))].map(
            String,
          ),
        ),
    };
    const found = Object.entries(tries).map(([name, way]) => {
      try {
        return [name, String(way())];
      } catch (failure) {
        return [name, failure.name];
      }
    });
    for (const type of ["get", "read", "answers", "draft", "hello", "set", "height"])
      inside.postMessage({ kakekomi: 1, type, value: "*" }, desk);
    const asked = await Promise.all(
      ["/v1/desk", "/v1/submissions", "/"].map((path) => fetch(desk + path).then((answer) => answer.text(), String)),
    );
    await new Promise((resolve) => setTimeout(resolve, 500));
    return JSON.stringify([found, asked, globalThis.messages, globalThis.heard]);
  }, desk.base);
  for (const answer of ["株式会社れい", "山田", "３２１１", "3211"]) assert.ok(!tried.includes(answer), answer);
  assert.match(tried, /"document","SecurityError"/, "the ways were tried");
  assert.match(await field(frame, "/incident/summary").inputValue(), /^$/);
  const messages = JSON.parse(tried)[2].map((text) => JSON.parse(text));
  assert.deepEqual(
    [...new Set(messages.map(({ type }) => type))].sort(),
    ["height", "hello", "ready", "step"].filter((type) => messages.some((one) => one.type === type)),
  );
  await context.close();
});

test("documents that changed before sending lead back to the check page in view, with its event", async () => {
  const { page, context } = await visit({ style: "body { padding: 900px 0 2500px }" });
  await page.locator("kakekomi-form").evaluate((element) => element.scrollIntoView());
  await heard(page, "ready");
  const frame = inside(page, "frame");
  await toReview(frame);
  await page.route(
    "**/v1/submissions*",
    (route) =>
      route.fulfill({
        status: 409,
        contentType: "application/problem+json",
        body: JSON.stringify({ status: 409, code: "consent.stale" }),
      }),
    { times: 1 },
  );
  await frame.locator("#send").click();
  await frame.locator("#agree").click();
  await frame.locator("#send").waitFor();
  await page.waitForFunction(() => globalThis.heard.filter(([type]) => type === "step").at(-1)[1].code === "review");
  const { y } = await frame.locator("#main h1").boundingBox();
  assert.ok(y > 0 && y < 600, `${y}`);
  await context.close();
});

test("a form that cannot start takes no letter that is typed elsewhere in the page", async () => {
  const { page, context } = await visit({}, "about:blank");
  const { asked } = await holdRequest(page);
  await page.goto(site.page({ desk: desk.base, form: true }));
  await page.locator("[name=own]").fill("");
  const route = await asked;
  await page.keyboard.type("abc");
  await route.fulfill({ status: 503, body: "" });
  await heard(page, "error");
  await page.keyboard.type("def");
  assert.equal(await page.locator("[name=own]").inputValue(), "abcdef");
  await context.close();
});

for (const held of ["**/around.js", "**/v1/consent/*"]) {
  test(`a language that is set while the form loads becomes the form's: ${held}`, async () => {
    const { page, context } = await visit({}, "about:blank");
    const { asked } = await holdRequest(page, held);
    await page.goto(site.page({ desk: desk.base }));
    const route = await asked;
    await page.locator("kakekomi-form").evaluate((element) => element.setAttribute("lang", "en"));
    await route.continue();
    await heard(page, "ready");
    await inside(page, "frame").locator('#policy .consent__paper[lang="en"]').waitFor();
    await context.close();
  });
}

test("neither side trusts any of a thousand near-miss origins", async () => {
  const { page, context } = await visit({});
  await heard(page, "ready");
  const misses = nearMisses(desk.base);
  assert.ok(misses.length >= 1000, String(misses.length));
  const around = await page.evaluate(
    ({ misses, right }) => {
      const element = document.querySelector("kakekomi-form");
      const frame = element.shadowRoot.querySelector("iframe");
      const before = frame.height;
      const say = (origin, source, data) => dispatchEvent(new MessageEvent("message", { origin, source, data }));
      for (const miss of misses) {
        say(miss, frame.contentWindow, { kakekomi: 1, type: "submitted", value: "2609-4873-1059" });
        say(miss, frame.contentWindow, { kakekomi: 1, type: "height", value: 12 });
      }
      say(right, window, { kakekomi: 1, type: "submitted", value: "2609-4873-1059" });
      for (const value of [-1, 1.5, 60001, 1e9, NaN, "12", null, {}])
        say(right, frame.contentWindow, { kakekomi: 1, type: "height", value });
      for (const value of ["株式会社れい", "a b", "", "x".repeat(41), 7, null])
        say(right, frame.contentWindow, { kakekomi: 1, type: "step", value });
      for (const data of [null, "submitted", { type: "height", value: 12 }, { kakekomi: 2, type: "height", value: 12 }])
        say(right, frame.contentWindow, data);
      const refused = {
        receipt: element.receipt,
        height: frame.height === before,
        heard: globalThis.heard.map(([type, detail]) => `${type} ${detail.code}`),
      };
      say(right, frame.contentWindow, { kakekomi: 1, type: "height", value: 1234 });
      return { ...refused, believed: frame.height };
    },
    { misses, right: desk.base },
  );
  assert.deepEqual(around, { receipt: null, height: true, heard: ["ready frame", "step consent"], believed: "1234" });
  const properties = await inside(page, "frame").evaluate(
    ({ misses, right }) => {
      const top = document.documentElement;
      const say = (origin, source, theme) =>
        dispatchEvent(
          new MessageEvent("message", { origin, source, data: { kakekomi: 1, type: "set", lang: "ja", theme } }),
        );
      for (const miss of misses) say(miss, window.parent, { accent: "#ff0000" });
      say(right, window, { accent: "#ff0000" });
      for (const value of [
        "red",
        "url(https://evil.example)",
        "#ff00",
        "var(--x)",
        "rgb(0 0 0 / 0)",
        "#000;color:red",
        "inherit",
        7,
        null,
      ])
        say(right, window.parent, { accent: value, font: "#000000", radius: "99px" });
      const refused = top.getAttribute("style") ?? "";
      say(right, window.parent, { accent: "#00ff00" });
      return [refused, top.style.getPropertyValue("--kakekomi-accent")];
    },
    { misses: nearMisses(site.origin), right: site.origin },
  );
  assert.ok(!properties[0].includes("--kakekomi"), properties[0]);
  assert.equal(properties[1], "#00ff00");
  await context.close();
});

for (const [what, given] of [
  [
    "the desk takes the connection and never answers",
    async () => ({ script: `${desk.base}/embed/1/kakekomi.js`, from: `http://127.0.0.1:${silent.address().port}` }),
  ],
  [
    "the desk cannot be reached",
    async () => ({ script: "/released.js", from: `http://127.0.0.1:${await freePort()}` }),
  ],
  ["the key is of another partner", async () => ({ key: OTHER_KEY })],
  ["nobody knows the key", async () => ({ key: "pk_live_nobody" })],
]) {
  test(`the link and a sentence are shown where ${what}`, async () => {
    const { page, context } = await visit(await given());
    assert.deepEqual(await heard(page, "error"), { code: "unreachable" });
    assert.equal(await page.locator(".instead").isVisible(), true);
    assert.match(await page.locator("kakekomi-form [role=status]").innerText(), /リンクから窓口のページ/);
    await context.close();
  });
}

test("a page whose origin differs from a partner's in its host gets no form", async () => {
  const address = site
    .page({ desk: desk.base, script: "/released.js", from: desk.base })
    .replace("localhost", "127.0.0.1");
  const { page, context } = await visit({}, address);
  assert.deepEqual(await heard(page, "error"), { code: "unreachable" });
  await context.close();
});

test("a script with another digest does not run, and the link stays", async () => {
  const digest = `sha384-${"A".repeat(64)}`;
  site.put(
    "/wrong.html",
    `<script type="module" src="${desk.base}/embed/1/kakekomi.js" integrity="${digest}" crossorigin="anonymous"></script><kakekomi-form partner="${KEY}"><a class="instead" href="/">link</a></kakekomi-form>`,
  );
  const { page, context } = await visit({}, `${site.origin}/wrong.html`);
  await page.waitForTimeout(500);
  assert.equal(await page.evaluate(() => customElements.get("kakekomi-form") === undefined), true);
  assert.equal(await page.locator(".instead").isVisible(), true);
  await context.close();
});

test("inline without WebAssembly the desk checks, and the page gets an event", async () => {
  const { page, context } = await visit({ mode: "inline", strict: true, wasm: false });
  assert.deepEqual(await heard(page, "error"), { code: "wasm-blocked" });
  await agree(page);
  await field(page, "/contact/phone").fill("12");
  await page.locator("#next").click();
  await page.locator("#summary:focus").waitFor();
  assert.match(await page.locator('#summary [data-path="/contact/phone"]').innerText(), /電話番号/);
  await context.close();
});

test("two forms on a page keep their answers when one is moved and the language changes", async () => {
  // Of one site, or this browser, which blocks what third parties store, would have the frame forget.
  const { page, context } = await visit({ count: 2, desk: desk.base.replace("127.0.0.1", "localhost") });
  await untilHeard(page, "ready", 2);
  const frameIn = async () =>
    (await page.locator("kakekomi-form").first().locator("iframe").elementHandle()).contentFrame();
  await agree(await frameIn());
  await field(await frameIn(), "/contact/company").fill("株式会社れい");
  await page.evaluate(() => {
    const [first] = document.querySelectorAll("kakekomi-form");
    const parent = first.parentNode;
    first.remove();
    parent.prepend(first);
  });
  await untilHeard(page, "ready", 3);
  assert.equal(page.frames().filter((frame) => frame.url().includes("from=")).length, 2);
  const kept = await frameIn();
  assert.equal(await field(kept, "/contact/company").inputValue(), "株式会社れい");
  await page.evaluate(() => {
    document.querySelector("kakekomi-form").lang = "en";
  });
  await kept.locator('html[lang="en"]').waitFor();
  assert.equal(await field(kept, "/contact/company").inputValue(), "株式会社れい");
  await context.close();
});

test("attributes set by a library: null removes one, another value loads the form anew, a path behind the origin is ignored", async () => {
  const { page, context } = await visit({ key: OTHER_KEY });
  assert.deepEqual(await heard(page, "error"), { code: "unreachable" });
  await page.evaluate((key) => {
    const element = document.querySelector("kakekomi-form");
    element.desk = `${element.desk}/?p=pk_other`;
    element.partner = key;
  }, KEY);
  assert.deepEqual(await heard(page, "ready"), { code: "frame" });
  await page.waitForTimeout(300);
  assert.equal(page.frames().filter((frame) => frame.url().includes("from=")).length, 1, "one frame for both changes");
  const left = await page.evaluate(() => {
    const element = document.querySelector("kakekomi-form");
    for (const name of ["desk", "mode", "name"]) element[name] = name === "desk" ? undefined : null;
    return [element.desk, element.mode, element.name, element.outerHTML.match(/<kakekomi-form[^>]*>/)[0]];
  });
  assert.deepEqual(left, [desk.base, "frame", "", `<kakekomi-form partner="${KEY}" lang="ja">`]);
  await untilHeard(page, "ready", 2);
  await context.close();
});

test("a page's colours reach the frame; light and dark follow the page", async () => {
  const { page, context } = await visit({
    style: ":root { color-scheme: dark; --kakekomi-accent: #00aa55; --kakekomi-radius: 0px; --kakekomi-ink: url(x) }",
  });
  await heard(page, "ready");
  const worn = await inside(page, "frame").evaluate(() => {
    const style = getComputedStyle(document.documentElement);
    return [
      style.getPropertyValue("--kakekomi-accent"),
      style.getPropertyValue("--kakekomi-radius"),
      style.getPropertyValue("--kakekomi-ink"),
      style.colorScheme,
    ];
  });
  assert.deepEqual(worn, ["#00aa55", "0px", "", "dark"]);
  await context.close();
});

test("the element of a released version reaches the receipt with this desk, and passes on no number that it does not know", async () => {
  const { page, context } = await visit({ script: "/released.js", from: desk.base, form: true });
  await heard(page, "ready");
  const frame = inside(page, "frame");
  assert.match(await frame.locator(".page-header__test").innerText(), /テスト用の送信です/);
  await toReview(frame);
  await frame.locator("#send").click();
  assert.match(await receiptNumber(frame), /^\d{4}-\d{4}-\d{4}$/);
  assert.match(await frame.locator("#receipt-test").innerText(), /テスト用の送信です/);
  // 1.0.0 takes a number of nine characters alone. By key: the frame takes the receipt's height just now, and the button moves with it.
  await page.locator("#own-button").press("Enter");
  await page.waitForURL((address) => address.pathname === "/sent" && address.searchParams.get("own") === "1");
  assert.equal(new URL(page.url()).searchParams.get("kakekomi_receipt") || null, null);
  await context.close();
});
