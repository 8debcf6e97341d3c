/**
 * A log's name, size and digest come together or not at all, whatever happens while its file is read: in every engine.
 */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { startDesk } from "./desk.mjs";
import { TWO_ENGINES, launchEngine } from "./engines.mjs";
import { choose, holdFile, letGo } from "./files.mjs";
import { begin, field, open, openSavePanel, step } from "./applicant.mjs";

let desk;
before(async () => {
  desk = await startDesk();
});
after(() => desk?.stop());

const A = { name: "a.log", text: "of a" };
const B = { name: "b.log", text: "longer, of b" };
/** More than one piece. */
const LARGE = { name: "large.log", size: 2_500_000 };
const EMPTY = { name: "empty.log", text: "" };
const NONE = ["", "", ""];

/** Name, size and digest as they are to be. */
function trio({ name, text, size }) {
  const bytes = text === undefined ? Buffer.alloc(size) : Buffer.from(text);
  return [name, String(bytes.length), createHash("sha256").update(bytes).digest("hex")];
}

const input = (index) => `#field-logs-${index}-name-file`;
const add = (page) => page.locator(".list__add").last().click();
const shown = (page, index = 0) =>
  Promise.all(["name", "size", "sha256"].map((name) => field(page, `/logs/${index}/${name}`).inputValue()));
const state = (page, index = 0) => page.locator(`#field-logs-${index}-state`).innerText();

/** Waits until an entry shows a file, and nothing of another one. */
async function shows(page, file, index = 0) {
  const [, , digest] = trio(file);
  await page.waitForFunction(
    ({ index, digest }) => document.querySelector(`#field-logs-${index}-sha256`)?.value === digest,
    { index, digest },
  );
  assert.deepEqual(await shown(page, index), trio(file));
}

/** The logs of the draft as the page would send it. */
function logs(page) {
  return page.evaluate(async () => {
    const { createObjectURL } = URL;
    let saved;
    URL.createObjectURL = (blob) => {
      saved = blob;
      return "data:,";
    };
    document.querySelector("#save-file").click();
    URL.createObjectURL = createObjectURL;
    return JSON.parse(await saved.text()).logs;
  });
}

const draftOf = (file) => {
  const [name, size, sha256] = trio(file);
  return { name, size: Number(size), sha256 };
};

for (const engine of TWO_ENGINES) {
  describe(engine, { timeout: 600_000 }, () => {
    let browser;
    before(async () => {
      browser = await launchEngine(engine);
    });
    after(() => browser?.close());

    /** The step of the logs with one entry. */
    async function visit(t) {
      const { page, context, errors } = await open(browser, desk.base);
      t.after(() => context.close());
      await begin(page);
      await step(page, "devices");
      await add(page);
      return { page, errors };
    }

    test("files chosen one after the other leave name, size and digest of the last one", async (t) => {
      const { page, errors } = await visit(t);
      for (const file of [A, B, LARGE, A, EMPTY, B]) {
        await choose(page, input(0), file);
        await shows(page, file);
        assert.ok((await state(page)).includes(file.name));
      }
      assert.deepEqual(await logs(page), [draftOf(B)]);
      assert.deepEqual(errors, []);
    });

    test("a large file is dropped when a small one chosen later is read first", async (t) => {
      const { page } = await visit(t);
      await holdFile(page, LARGE.name);
      await choose(page, input(0), LARGE);
      await choose(page, input(0), A);
      await shows(page, A);
      await letGo(page, LARGE.name);
      assert.deepEqual(await shown(page), trio(A));
      assert.ok((await state(page)).includes(A.name));
      assert.deepEqual(await logs(page), [draftOf(A)]);
    });

    test("a file that cannot be read changes nothing, and the same file can be chosen again", async (t) => {
      const { page } = await visit(t);
      await choose(page, input(0), A);
      await shows(page, A);
      await holdFile(page, B.name);
      await choose(page, input(0), B);
      await letGo(page, B.name, false);
      assert.deepEqual(await shown(page), trio(A));
      assert.ok(!(await state(page)).includes(B.name));
      await holdFile(page, B.name);
      await letGo(page, B.name);
      await choose(page, input(0), B);
      await shows(page, B);
      await page.evaluate((selector) => {
        globalThis.cleared = new Promise((resolve) =>
          document.querySelector(selector).addEventListener("click", (event) => {
            event.preventDefault();
            resolve(document.querySelector(selector).value);
          }),
        );
      }, input(0));
      await page.locator(`label:has(${input(0)})`).click();
      assert.equal(
        await page.evaluate(() => globalThis.cleared),
        "",
        "a browser tells of a choice only where it is another one",
      );
    });

    test("a typed name is replaced by the file's, and a name typed after it stays", async (t) => {
      const { page } = await visit(t);
      await field(page, "/logs/0/name").fill("ファイアウォール");
      await choose(page, input(0), A);
      await shows(page, A);
      await field(page, "/logs/0/name").fill("a.log（本社）");
      await page.locator("#next").click();
      await page.locator("#summary:focus").waitFor();
      assert.deepEqual(await logs(page), [{ ...draftOf(A), name: "a.log（本社）" }]);
    });

    test("a file that is read while the step is left belongs to its entry", async (t) => {
      const { page } = await visit(t);
      await holdFile(page, A.name);
      await choose(page, input(0), A);
      await step(page, "review");
      assert.deepEqual(await logs(page), [{}]);
      await letGo(page, A.name);
      assert.deepEqual(await logs(page), [draftOf(A)]);
      await step(page, "devices");
      assert.deepEqual(await shown(page), trio(A));
    });

    test("a file that is read while the step is left and opened again is shown at its entry", async (t) => {
      const { page } = await visit(t);
      await holdFile(page, A.name);
      await choose(page, input(0), A);
      await step(page, "incident");
      await step(page, "devices");
      assert.notEqual(await state(page), "", "it is still read");
      await letGo(page, A.name);
      assert.deepEqual(await shown(page), trio(A));
    });

    test("a file whose entry is removed while it is read goes to no other entry", async (t) => {
      const { page } = await visit(t);
      await add(page);
      await add(page);
      await holdFile(page, A.name);
      await holdFile(page, B.name);
      await choose(page, input(1), A);
      await choose(page, input(2), B);
      await page.locator(".list__entry .list__remove").first().click();
      await letGo(page, B.name);
      assert.deepEqual(
        [await shown(page, 0), await shown(page, 1)],
        [NONE, trio(B)],
        "an entry that moved up has its own",
      );
      await page.locator(".list__entry .list__remove").first().click();
      await letGo(page, A.name);
      assert.deepEqual(await logs(page), [draftOf(B)]);
      await page.locator(".list__undo button").click();
      assert.deepEqual([await shown(page, 0), await state(page, 0)], [NONE, ""]);
    });

    test("an entry that is removed and brought back keeps the file that is read for it", async (t) => {
      const { page } = await visit(t);
      await holdFile(page, A.name);
      await choose(page, input(0), A);
      await page.locator(".list__entry .list__remove").first().click();
      await page.locator(".list__undo button").click();
      await letGo(page, A.name);
      assert.deepEqual(await shown(page), trio(A));
    });

    test("a file that is read while the language changes belongs to its entry", async (t) => {
      const { page } = await visit(t);
      await holdFile(page, A.name);
      await choose(page, input(0), A);
      await page.locator('.page-header__languages [lang="en"]').click();
      await page.locator('html[lang="en"]').waitFor();
      await page.locator('.page-header__languages [lang="en"][aria-pressed="true"]').waitFor();
      await letGo(page, A.name);
      assert.deepEqual(await shown(page), trio(A));
    });

    test("a file is dropped if other answers are opened, or all are cleared, while it is read", async (t) => {
      const { page } = await visit(t);
      await holdFile(page, A.name);
      await choose(page, input(0), A);
      await choose(page, "#open-file", {
        name: "saved.json",
        text: JSON.stringify({ logs: [{ kind: "proxy", ...draftOf(B) }] }),
      });
      await page.locator("#kept-note button").waitFor();
      await letGo(page, A.name);
      assert.deepEqual(await logs(page), [{ kind: "proxy", ...draftOf(B) }]);
      await holdFile(page, LARGE.name);
      await choose(page, input(0), LARGE);
      await openSavePanel(page);
      await page.locator("#clear").click();
      await letGo(page, LARGE.name);
      assert.equal((await logs(page)) ?? null, null);
    });

    test("a reload while a file is read leaves nothing of it", async (t) => {
      const { page } = await visit(t);
      await holdFile(page, LARGE.name);
      await choose(page, input(0), LARGE);
      await page.reload();
      await field(page, "/logs/0/name").waitFor({ state: "attached" });
      assert.deepEqual([await shown(page), await state(page)], [NONE, ""]);
      assert.deepEqual(await logs(page), [{}]);
      await choose(page, input(0), A);
      await shows(page, A);
    });
  });
}
