/**
 * First aid comes before everything else and needs no script; while the desk is closed nobody is sent to a telephone that nobody answers.
 */

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { begin, next, option, unknown } from "./applicant.mjs";
import { launch } from "./desk.mjs";
import { startDeskThatIs } from "./opening.mjs";

const SIZES = [
  [360, 740],
  [740, 360],
];
const LOCALES = ["ja", "en"];
const DESK = 'a[href="tel:0120000000"]';

let browser;
const desks = {};
before(async () => {
  [browser, desks.open, desks.closed] = await Promise.all([
    launch(),
    startDeskThatIs("open"),
    startDeskThatIs("closed"),
  ]);
});
after(() => Promise.all([browser?.close(), desks.open?.stop(), desks.closed?.stop()]));

/** The ways in which the page is there or cannot be. */
const WAYS = {
  "with JavaScript off": { off: true, there: "noscript" },
  "while the page starts": { block: "**/v1/desk**", hold: true, there: ".start-screen__starting" },
  "with a page that cannot start": { block: "**/v1/consent/**", there: ".start-screen--failed h2:focus" },
  "with WebAssembly blocked": { noModule: true, there: "#page-header .notice" },
  "before the documents": { there: "button#agree" },
};

async function visit(t, base, locale, [width, height], { off, block, hold, noModule, there }) {
  const context = await browser.newContext({ viewport: { width, height }, javaScriptEnabled: !off });
  t.after(() => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  if (block) await page.route(block, (route) => (hold ? undefined : route.abort()));
  if (noModule)
    await page.route(`${base}/?**`, async (route) => {
      const response = await route.fetch();
      const headers = response.headers();
      headers["content-security-policy"] = headers["content-security-policy"].replace(" 'wasm-unsafe-eval'", "");
      await route.fulfill({ response, headers });
    });
  await page.goto(`${base}/?lang=${locale}`);
  await page.locator(there).first().waitFor({ state: "attached" });
  return page;
}

/** The parts that cannot be seen as the screen begins. */
async function outOfView(page, selectors) {
  const { height } = page.viewportSize();
  const hidden = [];
  for (const selector of selectors) {
    for (const one of await page.locator(selector).all()) {
      const box = await one.boundingBox();
      if (!box || box.y < 0 || box.y + box.height > height) hidden.push(`${selector} ${JSON.stringify(box)}`);
    }
  }
  return hidden;
}

for (const [way, how] of Object.entries(WAYS)) {
  for (const state of ["open", "closed"]) {
    for (const size of SIZES) {
      test(`first aid is in view ${way}, ${state}, at ${size.join(" × ")}`, async (t) => {
        for (const locale of LOCALES) {
          const page = await visit(t, desks[state].base, locale, size, how);
          const contact = state === "open" ? ".first-aid__call" : '.first-aid a[href="tel:110"]';
          assert.equal((await page.locator(".first-aid li").filter({ visible: true }).count()) >= 3, true);
          assert.equal(await page.locator(contact).count(), 1);
          assert.deepEqual(await outOfView(page, ["#first-aid", ".first-aid ol > li", contact]), [], locale);
          if (state === "closed") assert.equal(await page.locator(`.first-aid ${DESK}`).count(), 0, locale);
          const { width } = await page.locator(contact).boundingBox();
          assert.ok(state === "closed" || width > 200, "a large button");
        }
      });
    }
  }
}

test("document and script have the same first aid, in the same place", async (t) => {
  for (const [state, desk] of Object.entries(desks)) {
    for (const locale of LOCALES) {
      const seen = [];
      for (const way of ["while the page starts", "before the documents"]) {
        const page = await visit(t, desk.base, locale, SIZES[0], WAYS[way]);
        seen.push(
          await page
            .locator("#first-aid, .first-aid ol > li, .first-aid__call, .contact-list__urgent, .contact-list li")
            .evaluateAll((all) => all.map((one) => `${one.textContent} ${Math.round(one.getBoundingClientRect().y)}`)),
        );
      }
      const words = seen.map((all) => all.map((one) => one.replace(/ -?\d+$/, "")));
      assert.deepEqual(words[0], words[1], `${state}, ${locale}`);
      assert.deepEqual(seen[0].slice(0, 4), seen[1].slice(0, 4), "nothing moves");
    }
  }
});

test("without a script the document has its links to other languages", async (t) => {
  const page = await visit(t, desks.closed.base, "ja", SIZES[0], WAYS["with JavaScript off"]);
  await page.locator('.page-header__languages a[lang="en"]').click();
  await page.locator('html[lang="en"] .page-header__languages a[lang="en"][aria-current="true"]').waitFor();
  assert.match(await page.locator(".first-aid").innerText(), /Do not switch them off/);
});

describe("while the desk is closed", () => {
  test("advice comes first, then the number for emergencies, then the folded contacts", async (t) => {
    const page = await visit(t, desks.closed.base, "ja", SIZES[0], WAYS["before the documents"]);
    await begin(page);
    await option(page, "/incident/ongoing", "yes").check();
    await page.locator("#lead").waitFor();
    assert.equal(await page.locator('#lead a[href="tel:110"]').count(), 1);
    const order = await page
      .locator("#lead, .guidance li[data-code], .guidance .contact-list__urgent, .guidance summary")
      .evaluateAll((all) => all.map((one) => one.id || one.className || one.tagName));
    assert.deepEqual([order[0], order.at(-2), order.at(-1)], ["lead", "contact-list__urgent", "SUMMARY"]);
    assert.ok(order.length > 6, order.join());
    assert.equal(await page.locator(".guidance details[open]").count(), 0);
  });

  test("no sentence sends a person to the desk's telephone", async (t) => {
    for (const locale of LOCALES) {
      const page = await visit(t, desks.closed.base, locale, SIZES[0], WAYS["before the documents"]);
      await begin(page);
      for (const answer of [
        option(page, "/incident/ongoing", "yes"),
        option(page, "/incident/ongoing", "no"),
        unknown(page, "/incident/ongoing"),
      ]) {
        const before = await page.evaluate(() => document.querySelector("#lead")?.textContent);
        await answer.check();
        await page.waitForFunction(
          (words) => (document.querySelector("#lead")?.textContent ?? words) !== words,
          before,
        );
        assert.equal(await page.locator(`main ${DESK}`).count(), 0, await page.locator("#lead").innerText());
      }
      await next(page, "contact");
      assert.equal(await page.locator(`main ${DESK}`).count(), 0, "at the foot of a step");
      assert.match(await page.locator("main").textContent(), locale === "ja" ? /に開きます。/ : /The desk opens on/);
    }
  });

  test("an opening that is not known is said so", async (t) => {
    const page = await visit(t, desks.closed.base, "ja", SIZES[0], WAYS["before the documents"]);
    await page.route("**/v1/desk**", async (route) => {
      const response = await route.fetch();
      const body = await response.json();
      await route.fulfill({ response, json: { ...body, opening: { ...body.opening, next_opens_at: null } } });
    });
    await page.reload();
    await begin(page);
    await option(page, "/incident/ongoing", "no").check();
    assert.match(await page.locator("#lead").textContent(), /電話案内で/);
  });
});

test("while the desk is open every answer to the first question names its telephone", async (t) => {
  const page = await visit(t, desks.open.base, "ja", SIZES[0], WAYS["before the documents"]);
  await begin(page);
  await option(page, "/incident/ongoing", "yes").check();
  await page.locator(`#lead ${DESK}`).waitFor();
  assert.equal(await page.locator("main .contact-list").count(), 0);
});
