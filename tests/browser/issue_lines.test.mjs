/**
 * A line of the error summary names its field once: for each issue of the table of cases, in both languages.
 */

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { Description } from "../../www/app/description.js";
import { state } from "../../www/app/state.js";
import { issueHead } from "../../www/components/error_summary/error_summary.js";
import { cases } from "./cases.mjs";
import { loadModule } from "./module_in_node.mjs";

let glue, description;
before(async () => {
  ({ glue, description } = await loadModule());
});

/** Every issue of the table, in a language, once for each field and sentence. */
function issues(locale) {
  const found = new Map();
  for (const { text_base64, context } of cases()) {
    // The form shows no answers to questions.
    if (JSON.parse(context).questions) continue;
    const bytes = new Uint8Array(Buffer.from(text_base64, "base64"));
    const report = glue.check(bytes, JSON.stringify({ ...JSON.parse(context), locale }));
    for (const issue of report.issues) found.set(`${issue.path} ${issue.message}`, issue);
  }
  return [...found.values()];
}

/** Letters and digits alone, in half width. */
const bare = (words) =>
  words
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, "");

for (const locale of ["ja", "en"]) {
  test(`no line of the summary names its field twice, and none leaves it out (${locale})`, () => {
    state.description = new Description(description[locale]);
    const all = issues(locale);
    const codes = new Set(all.map((issue) => issue.code));
    assert.ok(codes.size > 40, `${codes.size} codes`);
    for (const issue of all) {
      const [entry, field] = state.description.titlesOf(issue.path);
      const head = issueHead(issue);
      const named = field !== "" && bare(issue.message).includes(bare(field));
      const inHead = field !== "" && bare(head).endsWith(bare(field));
      assert.ok(!(named && inHead), `twice: ${head}${issue.message}`);
      assert.ok(head.startsWith(entry), `which entry: ${head}${issue.message}`);
      if (field && !inHead) {
        const words = field
          .normalize("NFKC")
          .toLowerCase()
          .match(/[\p{L}\p{N}]+/gu);
        const sentence = issue.message.normalize("NFKC").toLowerCase();
        assert.ok(
          words.every((word) => sentence.includes(word)),
          `unnamed: ${field}: ${head}${issue.message}`,
        );
      }
    }
  });
}

test("brackets of either width, an entry of a list, and a title of several words are found in the sentence", () => {
  const line = (locale, path, message) => {
    state.description = new Description(description[locale]);
    return issueHead({ path, message });
  };
  assert.equal(line("ja", "/contact/company", "貴社名を入力してください。"), "");
  assert.equal(line("ja", "/contact/company", "この項目にお答えください。"), "貴社名：");
  assert.equal(line("ja", "/incident/discovery_trigger", "発見契機（発見方法）にお答えください。"), "");
  assert.match(line("ja", "/devices/0/os", "OSを入力してください。"), /^機器 ?1：$/);
  assert.equal(line("en", "/contact/company", "Please enter the name of your company."), "");
});
