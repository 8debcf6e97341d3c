/**
 * The page holds no sentence of its own: all languages have words for every key that it uses.
 */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const HERE = fileURLToPath(new URL("../../", import.meta.url));

/** Families of keys that are put together from a part of the description or the layout. */
const FAMILIES = {
  need_: ["required", "optional", "advised", "either"],
  step_: ["now", "contact", "incident", "service", "devices", "review"],
  language_: ["ja", "en", "easy"],
  consent_: ["title", "lead", "stale_title", "stale_lead", "again_title", "again_lead"],
  desk_closed_: ["unknown"],
  receipt_: ["retention", "withdrawal", "opening_unknown"],
  moment_: ["year", "month", "day", "minute"],
  return_state_: ["received", "in_progress", "waiting", "closed"],
  return_words_: ["received", "in_progress", "waiting"],
  return_referral_: ["applied", "recorded", "intent", "released", "packaged", "collected", "withdrawn"],
  return_intent_: ["name", "role"]
    .flatMap((field) => [field, `${field}_hint`, `${field}_missing`])
    .concat("collected", "withdrawn"),
  return_terms_: ["contact", "incident", "devices", "network", "logs", "other"].flatMap((kind) => [
    kind,
    `${kind}_items`,
  ]),
  files_: [
    ...["hashing", "queued", "checking", "paused", "arrived", "mismatch"],
    ...["twice", "wanted", "expired", "destroyed", "unreadable"],
  ],
  files_what_: ["log", "diagram", "screenshot", "other"],
  return_outcome_: [
    ...["advised", "remote_supported", "introduced", "referred_to_vendor"],
    ...["unreachable", "withdrawn", "duplicate_of", "out_of_scope"],
  ],
};

/** `key = "…"` lines of the page's flat table, of the evidence files', and of the return page's, which is Japanese for やさしい日本語. */
function words(locale) {
  const files = [`page.${locale}`, `files.${locale}`, `return.${locale === "easy" ? "ja" : locale}`];
  const text = files.map((name) => readFileSync(`${HERE}core/messages/${name}.toml`, "utf8")).join("\n");
  return new Set([...text.matchAll(/^(\w+) = "/gm)].map(([, key]) => key));
}

/** The page's files of a kind, by their paths below www/. */
function filesOf(ending) {
  return readdirSync(`${HERE}www/`, { recursive: true }).filter((name) => name.endsWith(ending));
}

const scripts = () => filesOf(".js");

/** The form on paper is made by the server, of the same words. */
const sheet = readFileSync(`${HERE}host/http/src/printable_form.rs`, "utf8");
const script = scripts()
  .map((name) => readFileSync(`${HERE}www/${name}`, "utf8"))
  .join("\n");
const families = Object.entries(FAMILIES).flatMap(([family, members]) => members.map((member) => family + member));

for (const locale of ["ja", "en", "easy"]) {
  test(`every key that the page uses has words (${locale})`, () => {
    const said = [...script.matchAll(/\bsay\(([^()]*?)[,)]/g)].flatMap(([, argument]) =>
      [...argument.replace(/`.*`/, "").matchAll(/"(\w+)"/g)].map(([, key]) => key),
    );
    assert.ok(said.length > 40, "the search still finds the calls");
    assert.deepEqual(
      [...said, ...families].filter((key) => !words(locale).has(key)),
      [],
    );
  });
}

test("every key with words is used, and all languages have the same keys", () => {
  const named = (key) => families.includes(key) || script.includes(`"${key}"`) || sheet.includes(`"${key}"`);
  // `withPhoneLink` takes the sentence for a closed desk by itself.
  const used = (key) => named(key) || named(key.replace(/_closed$/, ""));
  assert.deepEqual(
    [...words("ja")].filter((key) => !used(key)),
    [],
  );
  assert.deepEqual([...words("ja")], [...words("en")]);
  assert.deepEqual([...words("ja")], [...words("easy")]);
});

test("JavaScript holds no sentence", () => {
  const code = script.replace(/\/\*[\s\S]*?\*\//g, "").replace(/\/\/.*$/gm, "");
  assert.deepEqual(code.match(/["'`][^"'`]*[\u3040-\u30ff\u4e00-\u9fff][^"'`]*["'`]/g) ?? [], []);
});

test("only environment.js reads the document, and no style is sized from the document", () => {
  for (const name of scripts()) {
    if (["app/environment.js", "app/open_document.js"].includes(name) || /^(embed|partners)\//.test(name)) continue;
    const code = readFileSync(`${HERE}www/${name}`, "utf8").replace(/\/\*[\s\S]*?\*\//g, "");
    assert.deepEqual(
      code.match(
        /\bdocument\.(getElementById|querySelector\w*|body|documentElement|title)\b|\b(history|location)\./g,
      ) ?? [],
      [],
      name,
    );
  }
  for (const name of filesOf(".css").filter((name) => !name.startsWith("partners/"))) {
    const css = readFileSync(`${HERE}www/${name}`, "utf8").replace(/\/\*[\s\S]*?\*\//g, "");
    assert.deepEqual(css.match(/[\d.]rem\b|:root\b/g) ?? [], [], name);
  }
});

test("top-level names are unique in all scripts, so that they can be put into one file", () => {
  const seen = new Map();
  for (const name of scripts()) {
    for (const [, word] of readFileSync(`${HERE}www/${name}`, "utf8").matchAll(
      /^(?:export )?(?:async )?(?:function|const|let|class) (\w+)/gm,
    )) {
      assert.ok(!seen.has(word), `${word}: ${seen.get(word)} and ${name}`);
      seen.set(word, name);
    }
  }
});
