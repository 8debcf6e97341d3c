/**
 * The checks of a good form about input and messages, by their numbers (docs/form-checks.md), run by the desk, whose report equals the
 * page's.
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { startDesk } from "./desk.mjs";

let desk;
before(async () => {
  desk = await startDesk();
});
after(() => desk?.stop());

async function report(draft) {
  const answer = await fetch(`${desk.base}/v1/check`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(draft),
  });
  return answer.json();
}

/** The stored form of a typed phone number, or the codes of its issues. */
async function phone(typed) {
  const { values, issues } = await report({ contact: { phone: typed } });
  const wrong = issues.filter((one) => one.path === "/contact/phone").map((one) => one.code);
  return wrong.length ? wrong : values.contact.phone;
}

async function moment(given) {
  const { values, issues } = await report({ incident: { discovered_at: given } });
  assert.deepEqual(
    issues.filter((one) => one.path.startsWith("/incident/discovered_at")),
    [],
    JSON.stringify(given),
  );
  return values.incident.discovered_at;
}

test("check 9: every sentence about an issue names the correction, in both languages", () => {
  const asks = {
    ja: /ください/,
    en: /\b(add|answer|ask|check|choose|delete|enter|give|keep|leave|look|make|press|put|remove|save|send|shorten|take|tell|tick|try|type|use|write)\b/i,
  };
  for (const locale of ["ja", "en"]) {
    const file = readFileSync(fileURLToPath(new URL(`../../core/messages/${locale}.toml`, import.meta.url)), "utf8");
    const section = file.slice(file.indexOf("\n[issue]"), file.indexOf("\n[advisory]"));
    const sentences = [...section.matchAll(/^"([^"]+)" = "(.*)"$/gm)];
    assert.ok(sentences.length > 40);
    assert.deepEqual(
      sentences.filter(([, , words]) => !asks[locale].test(words)).map(([, code]) => code),
      [],
    );
  }
});

test("check 10: full-width digits, letters, ＠, ー and spaces are understood, and the typed text is sent unchanged", async () => {
  const draft = {
    contact: {
      phone: "　０３ー３２１１ー９９９９　",
      email: "ｈａｎａｋｏ＠ｅｘａｍｐｌｅ．ｊｐ",
      company: "ＡＢＣ　商事㈱",
    },
  };
  const { values, issues } = await report(draft);
  assert.deepEqual(
    issues.filter((one) => Object.keys(draft.contact).some((name) => one.path === `/contact/${name}`)),
    [],
  );
  assert.deepEqual(values.contact, { company: "ＡＢＣ　商事㈱", phone: "+81332119999", email: "hanako@example.jp" });
});

test("check 12: a phone number is accepted in any usual notation", async () => {
  for (const typed of [
    "0332119999",
    "03-3211-9999",
    "03(3211)9999",
    "（03）3211 9999",
    "+81 3 3211 9999",
    "+81(0)3-3211-9999",
  ])
    assert.equal(await phone(typed), "+81332119999", typed);
  for (const [typed, stored] of [
    ["050-1234-5678", "+815012345678"],
    ["060-1234-5678", "+816012345678"],
    ["070-1234-5678", "+817012345678"],
    ["080-1234-5678", "+818012345678"],
    ["090-1234-5678", "+819012345678"],
    ["0120-123-456", "+81120123456"],
    ["0800-123-4567", "+818001234567"],
    ["0570-012-345", "+81570012345"],
    ["03-3211-9999 内線204", "+81332119999;ext=204"],
  ])
    assert.equal(await phone(typed), stored, typed);
  for (const typed of ["110", "119", "020-1234-5678", "0990-123-456", "12"])
    assert.ok(Array.isArray(await phone(typed)), typed);
});

test("check 14: 和暦 is understood and stored as 西暦", async () => {
  for (const year of ["令和8", "R8", "令和８年", "2026"]) {
    const { at } = await moment({ at: { year, month: "１１", day: "20", time: "9時半" } });
    assert.equal(at, "2026-11-20T09:30", year);
  }
});

test("check 15: unknown, about and still going on are stored as three different answers", async () => {
  assert.deepEqual(await moment({ unknown: true }), { unknown: true });
  assert.equal((await moment({ at: { year: "2026", month: "11" }, precision: "about" })).precision, "about");
  const { values } = await report({ incident: { ongoing: "yes", kind: { unknown: true } } });
  assert.deepEqual([values.incident.ongoing, values.incident.kind], ["yes", { unknown: true }]);
});
