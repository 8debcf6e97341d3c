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
    "令和8年",
    "分",
    "020",
    "0990",
    "0088",
    "＊＊＊",
  ],
  easy: [
    "お金を払え",
    "いい",
    "してもいい",
    "これでいいです",
    "危ない",
    "続いている",
    "なし",
    "30",
    "-30",
    "0",
    "令和8年",
    "{moment}",
  ],
  en: ["03-3211-9999 ext. 12", "none"],
};
const QUOTES = { ja: /「([^」]+)」/g, easy: /「([^」]+)」/g, en: /“([^”]+)”/g };

/** Every string of a file of messages, without readings. */
function strings(name) {
  const text = readFileSync(fileURLToPath(new URL(`../../core/messages/${name}.toml`, import.meta.url)), "utf8");
  return text
    .split("\n")
    .filter((line) => !line.startsWith("#"))
    .flatMap((line) => [...line.matchAll(/= "((?:[^"\\]|\\.)*)"/g)].map(([, words]) => words))
    .map((words) => words.replace(/｜(.*?)《.*?》/g, "$1"));
}

for (const locale of ["ja", "en", "easy"]) {
  test(`every control that a sentence names is on the page (${locale})`, () => {
    const all = [...strings(locale), ...strings(`page.${locale}`), ...strings("problems")];
    // An option may explain its name: 「受けられない（だめです）」.
    const isControl = (name) => all.some((words) => words === name || words.startsWith(`${name}（`));
    const named = new Set(all.flatMap((words) => [...words.matchAll(QUOTES[locale])].map(([, name]) => name)));
    assert.ok(named.size > 10, "the search still finds them");
    // Reports on a page in やさしい日本語 are Japanese, so its controls have their names.
    if (locale === "easy") {
      const quoted = strings("ja").flatMap((words) => [...words.matchAll(QUOTES.ja)].map(([, name]) => name));
      const japanese = new Set([...strings("ja"), ...strings("page.ja")]);
      for (const name of quoted) if (japanese.has(name)) named.add(name);
    }
    assert.deepEqual(
      [...named].filter((name) => !isControl(name) && !EXAMPLES[locale].includes(name)),
      [],
    );
  });
}
