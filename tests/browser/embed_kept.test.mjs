/**
 * Answers in a form on a partner's page are kept: two partners' forms on one page, elements that are moved, browsers that keep nothing.
 */

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startDesk } from "./desk.mjs";
import { TWO_ENGINES, launchEngine } from "./engines.mjs";
import { KEY, SECOND_KEY, startSite, untilHeard } from "./partner.mjs";

let site, desk;
before(async () => {
  site = await startSite();
  desk = await startDesk(["--desk", site.profile]);
});
after(async () => {
  await desk?.stop();
  await site?.stop();
});

/** Moves of the element, by the page's script: each leaves it in the document. */
const MOVES = {
  "to the end": (form) => document.body.append(form),
  "to the beginning": (form) => document.body.prepend(form),
  "before another element": (form) => document.body.insertBefore(form, document.body.firstChild),
  "into a wrapper": (form) => {
    const wrapper = document.createElement("section");
    form.replaceWith(wrapper);
    wrapper.append(form);
  },
  "with its ancestor": (form) => {
    const wrapper = document.body.appendChild(document.createElement("div"));
    wrapper.append(form);
    document.body.prepend(wrapper);
  },
  "through a fragment": (form) => {
    const fragment = new DocumentFragment();
    fragment.append(form);
    document.body.append(fragment);
  },
  "out and back at once": (form) => {
    form.remove();
    document.body.append(form);
  },
  "out, and back later": async (form) => {
    form.remove();
    await new Promise((resolve) => setTimeout(resolve, 500));
    document.body.append(form);
  },
  "out and back twice": (form) => {
    for (let time = 0; time < 2; time += 1) {
      form.remove();
      document.body.append(form);
    }
  },
  "into another element's shadow root": (form) => {
    const host = document.body.appendChild(document.createElement("div"));
    host.attachShadow({ mode: "open" }).append(form);
    document.body.append(form);
  },
  "out, in another language": (form) => {
    form.remove();
    form.lang = "en";
    document.body.append(form);
  },
  "by moveBefore, where there is one": (form) => document.body.moveBefore?.(form, document.body.firstChild),
};

for (const engine of TWO_ENGINES) {
  describe(engine, { timeout: 600_000 }, () => {
    let browser;
    before(async () => {
      browser = await launchEngine(engine);
    });
    after(() => browser?.close());

    async function visit(t, given) {
      const context = await browser.newContext({ viewport: { width: 1000, height: 800 } });
      t.after(() => context.close());
      const page = await context.newPage();
      page.setDefaultTimeout(60_000);
      await page.goto(site.page({ desk: desk.base, mode: "inline", ...given }));
      return page;
    }

    /** Agrees in a form of the page and types a company's name, a key at a time. */
    const typeInto = (page, index, words) =>
      page.evaluate(
        async ({ index, words }) => {
          const { shadowRoot } = document.querySelectorAll("kakekomi-form")[index];
          const there = async (selector) => {
            for (let tries = 0; tries < 400; tries += 1) {
              const found = shadowRoot.querySelector(selector);
              if (found) return found;
              await new Promise((resolve) => setTimeout(resolve, 25));
            }
            throw new Error(selector);
          };
          (await there("#agree")).click();
          (await there('[data-step="contact"]')).click();
          const input = await there("#field-contact-company");
          for (const letter of words) {
            input.value += letter;
            input.dispatchEvent(new InputEvent("input", { bubbles: true }));
          }
        },
        { index, words },
      );

    /** The company's name in each form of the page. */
    const companies = (page) =>
      page.evaluate(() =>
        [...document.querySelectorAll("kakekomi-form")].map(
          (form) => form.shadowRoot.querySelector("#field-contact-company")?.value ?? null,
        ),
      );

    test("two partners' forms on one page keep their own answers, receipts and days", async (t) => {
      const page = await visit(t, { key: [KEY, SECOND_KEY] });
      await untilHeard(page, "ready", 2);
      await typeInto(page, 0, "株式会社いち");
      await typeInto(page, 1, "株式会社に");
      await page.reload();
      await untilHeard(page, "ready", 2);
      assert.deepEqual(await companies(page), ["株式会社いち", "株式会社に"]);
      await page.evaluate(() =>
        document.querySelectorAll("kakekomi-form")[0].shadowRoot.querySelector("#keep-on-device").click(),
      );
      assert.equal(
        await page.evaluate(
          () => document.querySelectorAll("kakekomi-form")[1].shadowRoot.querySelector("#keep-on-device").checked,
        ),
        false,
      );
      await page.evaluate(() =>
        document.querySelectorAll("kakekomi-form")[1].shadowRoot.querySelector("#clear").click(),
      );
      await page.reload();
      await untilHeard(page, "ready", 2);
      assert.deepEqual(await companies(page), ["株式会社いち", ""]);
      assert.equal(
        await page.evaluate(
          () => document.querySelectorAll("kakekomi-form")[0].shadowRoot.querySelector("#keep-on-device").checked,
        ),
        true,
      );
    });

    test("a second form of the same partner without typing removes nothing on leaving", async (t) => {
      const page = await visit(t, { count: 2 });
      await untilHeard(page, "ready", 2);
      await typeInto(page, 0, "株式会社れい");
      await page.reload();
      await untilHeard(page, "ready", 2);
      assert.deepEqual(await companies(page), ["株式会社れい", "株式会社れい"]);
    });

    test("an inline form that is moved goes on as it was, even if storage is blocked", async (t) => {
      const page = await visit(t, { blocked: true });
      await untilHeard(page, "ready", 1);
      await typeInto(page, 0, "株式会社れい");
      for (const [name, move] of Object.entries(MOVES)) {
        await page.evaluate(
          (move) => new Function("form", `return (${move})(form)`)(document.querySelector("kakekomi-form")),
          String(move),
        );
        assert.deepEqual(await companies(page), ["株式会社れい"], name);
      }
      await untilHeard(page, "ready", 1);
      const step = await page.evaluate(async () => {
        const { shadowRoot } = document.querySelector("kakekomi-form");
        shadowRoot.querySelector('[data-step="review"]').click();
        await new Promise((resolve) => setTimeout(resolve, 300));
        return shadowRoot.querySelector('.answer-list__row[data-path="/contact/company"]').textContent;
      });
      assert.match(step, /株式会社れい/, "it can be filled in further");
    });

    test("another partner or another mode starts another form", async (t) => {
      const page = await visit(t, {});
      await untilHeard(page, "ready", 1);
      await typeInto(page, 0, "株式会社れい");
      await page.evaluate((key) => document.querySelector("kakekomi-form").setAttribute("partner", key), SECOND_KEY);
      await untilHeard(page, "ready", 2);
      assert.deepEqual(await companies(page), [null], "it begins with the documents");
      await page.evaluate((key) => document.querySelector("kakekomi-form").setAttribute("partner", key), KEY);
      await untilHeard(page, "ready", 3);
      assert.deepEqual(await companies(page), ["株式会社れい"]);
    });
  });
}
