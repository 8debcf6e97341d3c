/**
 * Opening a file changes nothing that the desk reads: every draft that the rules accept, opened in the page and sent as it is, has the
 * same `values`. All of them by the page's own modules, some through every step of the page in every engine.
 */

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Description } from "../../www/app/description.js";
import { fitted, fromDraft, toDraft } from "../../www/app/draft.js";
import { cases } from "./cases.mjs";
import { BINARY, startDesk } from "./desk.mjs";
import { TWO_ENGINES, launchEngine } from "./engines.mjs";
import { choose } from "./files.mjs";
import { begin, field, open, step } from "./applicant.mjs";
import { STEPS } from "./screens.mjs";

/** One in this many drafts goes through the page of each engine, besides those of `MOMENTS`. */
const SHARE = 40;

const folder = mkdtempSync(join(tmpdir(), "kakekomi-opened-"));
// Answers to questions are no draft that the form opens.
const accepted = cases()
  .map((one) => ({ ...one, read: JSON.parse(one.report) }))
  .filter(({ read }) => read.accepted && !read.context.questions)
  .map((one) => ({ ...one, text: Buffer.from(one.text_base64, "base64").toString() }));
let desk, glue, description;

before(async () => {
  desk = await startDesk();
  const { module } = await (await fetch(`${desk.base}/v1/desk`)).json();
  const digest = module.replace("sha256:", "");
  writeFileSync(join(folder, "glue.mjs"), await (await fetch(`${desk.base}/module/${digest}.js`)).text());
  execFileSync(BINARY, ["module", "--out", join(folder, "kakekomi.wasm")]);
  glue = await import(pathToFileURL(join(folder, "glue.mjs")).href);
  await glue.default({ module_or_path: readFileSync(join(folder, "kakekomi.wasm")) });
  description = new Description(await (await fetch(`${desk.base}/module/${digest}/describe.ja.json`)).json());
});
after(async () => {
  await desk?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** An accepted draft, and the same days later, when none of `MOMENTS` lies ahead. */
function plain() {
  const { text, context } = accepted.find(({ name }) => name.startsWith("draft: 03:11"));
  return { text, context: JSON.stringify({ ...JSON.parse(context), now: Date.UTC(2027, 0, 1) }) };
}

/** The rules' result for a draft: its values and advisories. The agreement is the sender's own. */
function read(draft, context) {
  const { accepted, issues, advisories, values } = glue.check(new TextEncoder().encode(JSON.stringify(draft)), context);
  return { accepted, issues, advisories, values };
}

/** A file's draft as the page sends it: kept and restored in between, as by a reload. */
function sent(draft) {
  const kept = JSON.parse(JSON.stringify(fromDraft(description.root, draft)));
  return { ...toDraft(description.root, fitted(description.root, kept)), consent: draft.consent };
}

/** Moments as files have them; the page shows four parts and 「だいたい」. */
const MOMENTS = [
  { at: "2026-11-20T00:30", offset: "+00:00" },
  { at: "2026-11-20T00:30", offset: "-05:00", precision: "minute" },
  { at: "2026-11-20T23:59", offset: "+14:00" },
  { at: "2026-11-19", offset: "-12:00" },
  { at: "2026-11", offset: "+00:00", precision: "month" },
  { at: "2026-11-20T09:30", precision: "day" },
  { at: "2026-11-20T09:30", precision: "month" },
  { at: "2026-11-20T09:30", precision: "year", offset: "Z" },
  { at: "2026-11-20T09:30", precision: "about", offset: "+05:45" },
  { at: "令和8年11月20日 9時半" },
  { at: "20261120", precision: "month" },
  { at: "Nov 20, 2026", offset: "+00:00" },
  { at: { year: "令和8", month: "１１", day: "20", time: "9時半" }, offset: "+00:00" },
  { at: { year: "2026", month: "11", day: "20日", time: "9時頃" }, precision: "day" },
  { at: { year: "2026", month: "", day: " " }, precision: "about" },
];

test("every accepted row of the table, opened and sent unchanged, has the same values", () => {
  assert.ok(accepted.length > 400, `${accepted.length}`);
  for (const { name, text, context } of accepted) {
    const draft = JSON.parse(text);
    assert.deepEqual(read(sent(draft), context), read(draft, context), name);
  }
});

test("every notation of a moment has the same values in every field", () => {
  const { text, context } = plain();
  for (const moment of MOMENTS) {
    const draft = JSON.parse(text);
    Object.assign(draft.incident, { discovered_at: { unknown: true }, occurred_at: moment });
    draft.logs = [
      { kind: "proxy", from: moment },
      { kind: "edr", to: moment },
    ];
    assert.deepEqual(read(draft, context).issues, [], JSON.stringify(moment));
    assert.deepEqual(read(sent(draft), context), read(draft, context), JSON.stringify(moment));
  }
});

test("a changed moment is the typed one with the visible offset; changed back it is the file's", () => {
  const node = description.trail("/incident/discovered_at").at(-1);
  const given = { at: "2026-11-20T00:30", offset: "+00:00", precision: "minute" };
  const answer = fromDraft(node, given);
  assert.deepEqual(answer.typed, { year: "2026", month: "11", day: "20", time: "00:30 UTC+00:00" });
  assert.deepEqual(fromDraft(node, { at: "2026-11-20T00:30", offset: "Z" }).typed.time, "00:30 UTC+00:00");
  assert.deepEqual(fromDraft(node, { at: "2026-11-20T00:30", offset: "-05:00" }).typed.time, "00:30 UTC-05:00");
  assert.deepEqual(fromDraft(node, { at: "2026-11-20T00:30", offset: "+09:00" }).typed.time, "00:30");
  answer.typed.day = "21";
  assert.deepEqual(toDraft(node, answer), { at: { year: "2026", month: "11", day: "21", time: "00:30 UTC+00:00" } });
  answer.typed.day = "20";
  assert.deepEqual(JSON.parse(JSON.stringify(toDraft(node, answer))), given);
  answer.about = true;
  assert.deepEqual(toDraft(node, answer).precision, "about");
  answer.unknown = true;
  assert.deepEqual(toDraft(node, answer), { unknown: true });
});

test("values that no draft may hold are left out of a file's moments", () => {
  const node = description.trail("/incident/discovered_at").at(-1);
  for (const [value, draft] of [
    [{ at: null }, undefined],
    [{ precision: "about" }, undefined],
    ["2026-11-20", undefined],
    [7, undefined],
    [[], undefined],
    [{ at: { year: 2026, month: null, more: 1 } }, { at: { year: "2026", month: "", day: "", time: "" } }],
    [{ at: 2026, more: 1 }, { at: "2026" }],
  ])
    assert.deepEqual(
      JSON.parse(JSON.stringify(toDraft(node, fromDraft(node, value)) ?? null)),
      draft ?? null,
      JSON.stringify(value),
    );
});

for (const engine of TWO_ENGINES) {
  describe(engine, { timeout: 600_000 }, () => {
    let browser;
    before(async () => {
      browser = await launchEngine(engine);
    });
    after(() => browser?.close());

    test("drafts opened in the page are shown on every step, restored by a reload, and sent", async (t) => {
      const { page, context, errors } = await open(browser, desk.base);
      t.after(() => context.close());
      await begin(page);
      const base = plain();
      const moments = MOMENTS.map((moment) => {
        const draft = JSON.parse(base.text);
        Object.assign(draft.incident, { discovered_at: { unknown: true }, occurred_at: moment });
        return { ...base, name: JSON.stringify(moment), text: JSON.stringify(draft) };
      });
      for (const { name, text, context } of [...moments, ...accepted.filter((_, index) => index % SHARE === 0)]) {
        const draft = JSON.parse(text);
        await choose(page, "#open-file", { name: "saved.json", text });
        await page.locator("#kept-note button").waitFor();
        await page.evaluate(() => document.querySelector("#kept-note").replaceChildren());
        for (const name of STEPS)
          await page.evaluate((name) => document.querySelector(`[data-step="${name}"]`).click(), name);
        assert.deepEqual(read({ ...(await saved(page)), consent: draft.consent }, context), read(draft, context), name);
      }
      await page.reload();
      await page.locator("#open-file").waitFor({ state: "attached" });
      const last = accepted.filter((_, index) => index % SHARE === 0).at(-1);
      assert.deepEqual(
        read({ ...(await saved(page)), consent: JSON.parse(last.text).consent }, last.context),
        read(JSON.parse(last.text), last.context),
      );
      assert.deepEqual(errors, []);
    });

    test("an offset that is not Japan's is shown at the field and on the check page", async (t) => {
      const { page, context } = await open(browser, desk.base);
      t.after(() => context.close());
      await begin(page);
      await choose(page, "#open-file", {
        name: "saved.json",
        text: JSON.stringify({
          incident: { discovered_at: MOMENTS[0], occurred_at: { at: "2026-11-20", offset: "+09:00" } },
        }),
      });
      await step(page, "incident");
      assert.equal(await field(page, "/incident/discovered_at-time").inputValue(), "00:30 UTC+00:00");
      await page.waitForFunction(() =>
        document.querySelector('[data-path="/incident/discovered_at"] .moment__echo').textContent.includes("UTC+00:00"),
      );
      assert.doesNotMatch(await page.locator('[data-path="/incident/occurred_at"] .moment__echo').innerText(), /UTC/);
      await step(page, "review");
      await page.waitForFunction(() =>
        document
          .querySelector('.answer-list__row[data-path="/incident/discovered_at"]')
          ?.textContent.includes("UTC+00:00"),
      );
    });
  });
}

/** The draft as the page would save or send it. */
function saved(page) {
  return page.evaluate(async () => {
    const { createObjectURL } = URL;
    let blob;
    URL.createObjectURL = (given) => {
      blob = given;
      return "data:,";
    };
    document.querySelector("#save-file").click();
    URL.createObjectURL = createObjectURL;
    return JSON.parse(await blob.text());
  });
}
