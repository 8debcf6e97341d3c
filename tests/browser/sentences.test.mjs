/**
 * Sentences name existing controls: every name in 「」 or “” belongs to a control of the page.
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

/** Examples of input, and messages for authors of JSON. */
const EXAMPLES = {
  ja: [
    "UTF-8",
    "UTF-8（BOMなし）",
    "秒",
    "-0",
    "0",
    "30",
    "-30",
    "03-3211-9999 内線 12",
    "hanako@example.jp",
    "@",
    "example.jp",
    "9:30",
    "9時半",
    "+09:00",
    "なし",
    "令和8",
    "020",
    "0990",
    "0088",
    "＊＊＊",
    "{moment}",
  ],
  en: ["03-3211-9999 ext. 12", "none"],
};
const QUOTES = { ja: /「([^」]+)」/g, en: /“([^”]+)”/g };

/** Every string of a file of messages. */
function strings(name) {
  const text = readFileSync(fileURLToPath(new URL(`../../core/messages/${name}.toml`, import.meta.url)), "utf8");
  return text
    .split("\n")
    .filter((line) => !line.startsWith("#"))
    .flatMap((line) => [...line.matchAll(/= "((?:[^"\\]|\\.)*)"/g)].map(([, words]) => words));
}

for (const locale of ["ja", "en"]) {
  test(`every control that a sentence names is on the page (${locale})`, () => {
    const all = [...strings(locale), ...strings(`page.${locale}`), ...strings("problems")];
    const controls = new Set(all);
    const named = new Set(all.flatMap((words) => [...words.matchAll(QUOTES[locale])].map(([, name]) => name)));
    assert.ok(named.size > 10, "the search still finds them");
    assert.deepEqual(
      [...named].filter((name) => !controls.has(name) && !EXAMPLES[locale].includes(name)),
      [],
    );
  });
}
