/**
 * The checks of a good form, by their numbers (docs/form-checks.md): how its fields are labelled, drawn and laid out.
 */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, startDesk } from "./desk.mjs";
import { agree, field, fillContact, next, open, receiptNumber, toReview, unfold } from "./applicant.mjs";
import { go, STEPS } from "./screens.mjs";

let desk, browser, page, context;
before(async () => {
  [desk, browser] = await Promise.all([startDesk(), launch()]);
});
after(async () => {
  await browser?.close();
  await desk?.stop();
});

/** A test on a page of its own, already agreed to. */
function check(name, run, given = {}) {
  test(name, async () => {
    ({ page, context } = await open(browser, desk.base, given));
    await agree(page);
    await run();
    await context.close();
  });
}

/** Something about every step, with every list open. */
async function everyStep(look) {
  for (const step of STEPS) {
    await go(page, step);
    for (const add of await page.locator(".list__add").all()) await add.click();
    await unfold(page);
    await look(step);
  }
}

check("check 1: each label says in words whether an answer is required", () =>
  everyStep(async (step) => {
    const labels = await page
      .locator(".field")
      .evaluateAll((all) => all.map((one) => one.querySelector("label, legend").innerText));
    assert.ok(labels.length > 0, step);
    for (const label of labels) assert.match(label, /※(必須|任意|どちらか必須)/, label);
  }),
);

check("check 2: no placeholder, nothing disabled, nothing read-only", () =>
  everyStep(async (step) => {
    assert.equal(
      await page
        .locator(":is(input, textarea, select):is([placeholder], [readonly]), :disabled, [aria-disabled]")
        .count(),
      0,
      step,
    );
  }),
);

check("check 3: support text above the input, error text below it, both named by aria-describedby", async () => {
  await page.locator("#next").click();
  await page.locator("#summary:focus").waitFor();
  const order = await page
    .locator(`.field[data-path="/contact/phone"]`)
    .evaluate((box) =>
      [...box.querySelectorAll(".hint, input, .field__error")].map((one) => one.className || one.tagName),
    );
  assert.deepEqual(order, ["hint", "text-field--phone", "field__error"]);
  assert.equal(
    await field(page, "/contact/phone").getAttribute("aria-describedby"),
    "field-contact-phone-hint field-contact-phone-error",
  );
  assert.equal(await field(page, "/contact/phone").getAttribute("aria-invalid"), "true");
});

check("check 4: the form validates nothing by itself, and its button is never disabled", async () => {
  assert.equal(await page.locator("form[novalidate]").count(), 1);
  await page.locator("#next").click();
  assert.equal(await page.locator("#next").isDisabled(), false);
});

check("check 5: no issue is shown before 次へ; afterwards every change is checked", async () => {
  await field(page, "/contact/phone").fill("12");
  await field(page, "/contact/phone").blur();
  await page.waitForTimeout(600);
  assert.equal(await page.locator(".message--issue").count(), 0);
  await page.locator("#next").click();
  await page.locator("#field-contact-phone-error .message--issue").waitFor();
  await field(page, "/contact/phone").fill("03-3211-9999");
  await page.locator("#field-contact-phone-error .message--issue").waitFor({ state: "detached" });
});

check(
  "check 8: the summary takes the focus, leads to the fields in the same words, and the title says so",
  async () => {
    await page.locator("#next").click();
    await page.locator("#summary:focus").waitFor();
    assert.match(await page.title(), /^エラー：/);
    const links = await page.locator("#summary a").all();
    assert.ok(links.length > 2);
    for (const link of links) {
      const words = await link.locator(".error-summary__message").innerText();
      const path = await link.getAttribute("data-path");
      await link.click();
      const box = page.locator(".field", { has: page.locator(":focus") });
      assert.ok((await box.innerText()).includes(words), `${path}: ${words}`);
    }
  },
);

check("check 11: the typed number stays unchanged", async () => {
  await fillContact(page);
  await next(page, "incident");
  await go(page, "contact");
  assert.equal(await field(page, "/contact/phone").inputValue(), "０３-３２１１-９９９９");
});

check("check 13: 年, 月, 日 are inputs for digits, with an example, and the focus stays where it is", async () => {
  await go(page, "incident");
  const box = page.locator('[data-path="/incident/discovered_at"]');
  for (const part of ["year", "month", "day"])
    assert.equal(await field(page, `/incident/discovered_at-${part}`).getAttribute("inputmode"), "numeric");
  assert.match(await box.locator(".hint").last().innerText(), /\d{4}|西暦|令和/);
  await field(page, "/incident/discovered_at-year").focus();
  await page.keyboard.type("2026");
  assert.equal(await page.evaluate(() => document.activeElement.id), "field-incident-discovered_at-year");
});

check("check 16: a browser may fill in a person's data", async () => {
  const tokens = await page
    .locator("[autocomplete]")
    .evaluateAll((all) => all.map((one) => one.getAttribute("autocomplete")));
  for (const token of ["organization", "name", "tel", "email"])
    assert.ok(tokens.includes(token), `${token} of ${tokens}`);
});

check(
  "check 17: a long name wraps, at 320 pixels as at 400 %, with the line breaks of Japanese",
  async () => {
    const long = "株式会社".padEnd(180, "れいの長い名前ですAbcdefghij");
    await fillContact(page);
    await field(page, "/contact/company").fill(long);
    await go(page, "review");
    assert.match(await page.locator('[data-path="/contact/company"]').innerText(), /れいの長い名前/);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true);
    assert.equal(await page.locator("#main").evaluate((main) => getComputedStyle(main).lineBreak), "strict");
  },
  { width: 320, height: 640 },
);

check("check 18: inputs are at least 16 pixels large in type, buttons 44 high", () =>
  everyStep(async (step) => {
    const small = await page
      .locator("main :is(input:not([type=checkbox], [type=radio], [type=file]), textarea)")
      .evaluateAll((all) => all.filter((one) => parseFloat(getComputedStyle(one).fontSize) < 16).map((one) => one.id));
    assert.deepEqual(small, [], step);
    const low = await page
      .locator("main :is(button, .tick, .file-button)")
      .evaluateAll((all) =>
        all
          .filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 43.5)
          .map((one) => `${one.className} ${one.innerText} ${one.getBoundingClientRect().height}`),
      );
    assert.deepEqual(low, [], step);
  }),
);

check("check 19: going back, a reload and a lost network keep the answers", async () => {
  await fillContact(page);
  await next(page, "incident");
  await context.setOffline(true);
  await field(page, "/incident/summary").fill("つながらない");
  await page.goBack();
  await field(page, "/contact/company").waitFor();
  assert.equal(await field(page, "/contact/company").inputValue(), "株式会社れい");
  await context.setOffline(false);
  await page.reload();
  await go(page, "incident");
  assert.equal(await field(page, "/incident/summary").inputValue(), "つながらない");
});

check("check 20: the responsible person is asked for once", async () => {
  await field(page, "/contact/person").fill("山田 花子");
  await page.locator(".text-field__same").click();
  assert.equal(await field(page, "/contact/responsible").inputValue(), "山田 花子");
});

check(
  "check 21: the answers are shown before they are sent, each with a change link, and 未回答 if there is none",
  async () => {
    await fillContact(page);
    await go(page, "review");
    const rows = await page.locator(".answer-list__row").count();
    assert.equal(await page.locator(".answer-list__row .answer-list__change button").count(), rows);
    assert.match(await page.locator('.answer-list__row[data-path="/incident/summary"]').innerText(), /未回答/);
    await page.locator('.answer-list__row[data-path="/contact/phone"] button').click();
    assert.equal(await page.evaluate(() => document.activeElement.id), "field-contact-phone");
  },
);

test("check 22: the receipt has the number, the next steps, the phone and a copy to keep", async () => {
  ({ page, context } = await open(browser, desk.base));
  await toReview(page);
  await page.locator("#send").click();
  const number = await receiptNumber(page);
  const { phone } = await (await fetch(`${desk.base}/v1/desk`)).json();
  assert.ok((await page.locator("body").innerText()).includes(phone));
  assert.ok((await page.locator(".receipt__next li").count()) > 0);
  const [copy] = await Promise.all([page.waitForEvent("download"), page.locator("#save-receipt").click()]);
  assert.match(copy.suggestedFilename(), new RegExp(number));
  await context.close();
});

check("check 23: no puzzle, and a number can be pasted", async () => {
  assert.equal(await page.locator("iframe, canvas, img").count(), 0);
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.evaluate(() => navigator.clipboard.writeText("０９０ー１２３４ー５６７８"));
  await field(page, "/contact/phone").focus();
  await page.keyboard.press("ControlOrMeta+v");
  assert.equal(await field(page, "/contact/phone").inputValue(), "０９０ー１２３４ー５６７８");
});

check("check 25: the live region is in the served document, and stays", async () => {
  assert.match(await (await fetch(desk.base)).text(), /id="status"[^>]*role="status"/);
  await page.evaluate(() => {
    document.querySelector("#status").dataset.same = "yes";
  });
  await go(page, "review");
  assert.equal(await page.locator('#status[role="status"][data-same="yes"]').count(), 1);
});

check(
  "check 26: twice the type, forced colours, no motion, and paper",
  async () => {
    await page.evaluate(() => {
      document.documentElement.style.fontSize = "200%";
    });
    await everyStep(async (step) =>
      assert.equal(
        await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth),
        true,
        `${step} at 200 %`,
      ),
    );
    await page.emulateMedia({ forcedColors: "active", reducedMotion: "reduce" });
    const marked = await page
      .locator('[aria-current="step"] .step-list__mark')
      .evaluate((one) => getComputedStyle(one).backgroundColor !== getComputedStyle(document.body).backgroundColor);
    assert.equal(marked, true, "the step is seen without the page's own colours");
    assert.deepEqual(await page.evaluate(() => document.getAnimations().length), 0);
    await go(page, "review");
    await page.emulateMedia({ media: "print" });
    assert.deepEqual(
      await page.locator("button").evaluateAll((all) => all.filter((one) => one.checkVisibility()).length),
      0,
      "nothing to press on paper",
    );
    assert.ok(await page.locator(".on-paper").first().isVisible(), "the date of the phone number");
  },
  { width: 640, height: 800 },
);
