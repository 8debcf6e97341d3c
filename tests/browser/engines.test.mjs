/**
 * The whole way in every engine: documents, six steps, checking, sending, receipt; in both languages, on a phone and on
 * a desk; with the network gone in the middle, WebAssembly forbidden, a module that was retired, documents that changed.
 */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { startDesk } from "./desk.mjs";
import { openProxy } from "./proxy.mjs";
import { ENGINES, launchEngine } from "./engines.mjs";
import { agree, field, fillContact, next, open, option, receiptNumber, toReview } from "./applicant.mjs";
import { deskEvent, QUESTIONS, signIn, stateShown } from "./visit.mjs";

const folder = mkdtempSync(join(tmpdir(), "kakekomi-engines-"));
let desk, newer, module, older;

before(async () => {
  const first = await startDesk();
  module = (await (await fetch(`${first.base}/v1/desk`)).json()).module.replace("sha256:", "");
  older = await olderModule(first.base, module);
  await first.stop();
  writeFileSync(join(folder, "retired.txt"), `${older.digest} # ended by a test\n`);
  desk = await startDesk(["--modules", folder]);
  newer = await startDesk(["--desk", newDocuments(join(folder, "desk"))]);
});
after(async () => {
  await desk?.stop();
  await newer?.stop();
  rmSync(folder, { recursive: true, force: true });
});

for (const engine of ENGINES) {
  describe(engine, { timeout: 600_000 }, () => {
    let browser;
    before(async () => {
      browser = await launchEngine(engine);
    });
    after(() => browser?.close());

    for (const locale of ["ja", "en"]) {
      for (const width of [360, 1280]) {
        test(`the receipt is reached although the network fails in the middle (${locale}, ${width} pixels)`, async (t) => {
          const { proxy, page, errors } = await visit(t, browser, { locale, width, height: 740 });
          const known = desk.cases().length;
          assert.equal(
            new Set(proxy.passed).size,
            proxy.passed.length,
            `nothing is loaded twice: ${proxy.passed.join(" ")}`,
          );
          assert.equal(await page.evaluate(() => document.documentElement.lang), locale);
          await toReview(page, async () => {
            proxy.shut();
            assert.equal(
              await page.evaluate(() => document.documentElement.scrollWidth > innerWidth),
              false,
              "nothing scrolls sideways",
            );
          });
          await page.locator("#send").click();
          await page.locator("#send-failure:focus").waitFor();
          assert.equal(desk.cases().length, known);
          assert.match(
            await page.locator('[data-path="/contact/company"]').innerText(),
            /株式会社れい/,
            "nothing is lost",
          );
          proxy.open();
          assert.ok(await send(page, desk), "a case of that number");
          assert.equal(desk.cases().length, known + 1);
          assert.deepEqual(errors, []);
        });
      }
    }

    test("the receipt's code opens the case on the return page, and the desk's questions are answered", async (t) => {
      const { page, context, errors } = await open(browser, desk.base, { width: 360, height: 740 });
      t.after(() => context.close());
      await toReview(page);
      await page.locator("#send").click();
      const given = { number: await receiptNumber(page), code: await page.locator("#return-code").innerText() };
      deskEvent(desk, given.number, "question.asked", { questions: QUESTIONS });
      await page.goto(`${desk.base}/return?lang=ja`);
      await page.locator("#return-open").waitFor();
      await signIn(page, given);
      await field(page, "/other/q1").fill("経理のフォルダも開けません。");
      await option(page, "/other/q2", "offline").check();
      await page.locator("#send-answers").click();
      await page.locator("#return-done").waitFor();
      assert.equal(await stateShown(page), "対応中");
      assert.deepEqual(errors, []);
    });

    test("a policy without WebAssembly lets the server decide, and the page reports it", async (t) => {
      const { proxy, page } = await visit(t, browser, {}, (proxy) => {
        proxy.change = (path, answer) => {
          if (path === "/")
            answer.headers["content-security-policy"] = answer.headers["content-security-policy"].replace(
              " 'wasm-unsafe-eval'",
              "",
            );
        };
      });
      assert.equal(await page.locator(".page-header .notice").count(), 1);
      await agree(page);
      await field(page, "/contact/company").click();
      await page.keyboard.type("株式会社 rei");
      await page.keyboard.press("Enter");
      await page.locator("#summary:focus").waitFor();
      assert.equal(await field(page, "/contact/company").inputValue(), "株式会社 rei");
      assert.ok(proxy.passed.includes("200 POST /v1/check"));
      await page.reload();
      await fillContact(page);
      await next(page, "incident");
    });

    test("a module that is retired meanwhile is renewed in place, and the same answers are sent once", async (t) => {
      const { proxy, page } = await visit(t, browser, {}, (proxy) => serveOlder(proxy));
      const known = desk.cases().length;
      await toReview(page);
      assert.ok(proxy.passed.includes(`200 GET /module/${older.digest}.wasm`), "the page ran the older module");
      assert.ok(await send(page, desk));
      assert.deepEqual(
        proxy.passed.filter((one) => one.endsWith("/v1/submissions")),
        ["409 POST /v1/submissions", "201 POST /v1/submissions"],
      );
      assert.equal(desk.cases().length, known + 1);
    });

    test("documents that change meanwhile are shown again and agreed to anew, answers kept", async (t) => {
      const { proxy, page } = await visit(t, browser, {});
      const known = [desk.cases().length, newer.cases().length];
      await toReview(page);
      proxy.leadTo(newer.base);
      await page.locator("#send").click();
      await page.locator("button#agree").waitFor();
      assert.match(await page.locator("#document").innerText(), /新しい条項/);
      await page.locator("button#agree").click();
      await page.locator("#send").waitFor();
      assert.match(await page.locator('[data-path="/contact/company"]').innerText(), /株式会社れい/);
      assert.ok(await send(page, newer));
      assert.deepEqual([desk.cases().length, newer.cases().length], [known[0], known[1] + 1]);
    });
  });
}

/** The page through a proxy of its own, which `prepare` may change before anything passes. */
async function visit(t, browser, given, prepare = () => undefined) {
  const proxy = await openProxy(desk.base);
  t.after(() => proxy.stop());
  prepare(proxy);
  const { page, context, errors } = await open(browser, proxy.base, given);
  t.after(() => context.close());
  return { proxy, page, errors };
}

/** Presses 送信する. @returns {Promise<any>} the case of the number that the receipt shows */
async function send(page, at) {
  await page.locator("#send").click();
  const number = await receiptNumber(page);
  return at.cases().find((one) => one.number === number && one.accepted);
}

/** The desk as it was yesterday: another module in force, until a text is refused for it. */
function serveOlder(proxy) {
  const now = { before: proxy.before, change: proxy.change };
  proxy.before = (address) => address.replaceAll(older.digest, module);
  proxy.change = (path, answer) => {
    if (path === "/" || path === "/v1/desk")
      answer.body = Buffer.from(String(answer.body).replaceAll(module, older.digest));
    if (path === `/module/${older.digest}.wasm`) answer.body = older.bytes;
    if (path === "/v1/submissions") Object.assign(proxy, now);
  };
}

/** The module with a section that nothing reads, so under another digest. */
async function olderModule(base, digest) {
  const name = Buffer.from("yesterday");
  const section = Buffer.from([0, name.length + 1, name.length, ...name]);
  const bytes = Buffer.concat([
    Buffer.from(await (await fetch(`${base}/module/${digest}.wasm`)).arrayBuffer()),
    section,
  ]);
  return { bytes, digest: createHash("sha256").update(bytes).digest("hex") };
}

/** The desk's own profile with a new version of the consent document. */
function newDocuments(profile) {
  cpSync(fileURLToPath(new URL("../../host/desk", import.meta.url)), profile, { recursive: true });
  for (const name of ["document.ja.html", "document.en.html"])
    appendFileSync(join(profile, "consent", name), "<p>新しい条項</p>\n");
  const settings = join(profile, "desk.toml");
  writeFileSync(
    settings,
    readFileSync(settings, "utf8").replace('[consent]\nversion = "1"', '[consent]\nversion = "2"'),
  );
  return profile;
}
