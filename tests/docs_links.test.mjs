/**
 * The documents name what exists: links, headings, paths, tests and functions; a dead one fails with its file and line.
 *
 * `[Upgrade](operate.md#upgrade)` → the file and its heading exist; `` `core/src/lib.rs` `` → the file exists;
 * `` `tests/tests/sentences.rs`: `a_name` `` → the file has a function of that name.
 */

import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, join, normalize } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** Folders without files of the project. */
const NOT_OURS = ["target", "node_modules", ".git", "data", "shots"];

/** Endings by which a word with a slash is taken for a path of the repository. */
const PATH_ENDINGS =
  /\.(c|cfg|css|html|jpg|js|json|md|mjs|ndjson|png|py|rs|service|sh|socket|sql|toml|ts|tsv|txt|wasm|yml)$/;

/** Documents that a program writes. */
const GENERATED = ["docs/codes.md", "docs/schema.md"];

/** Beginnings of sentences that have a plainer form. */
const RIDDLES = /^(Whoever|What is not|Of what)\b/;

/** Every file of the project, from the root. */
function allFiles(folder = "") {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder ? `${folder}/${entry.name}` : entry.name;
    if (entry.isDirectory()) return NOT_OURS.includes(entry.name) ? [] : allFiles(path);
    return [path];
  });
}

const FILES = allFiles();
const FOLDERS = new Set(
  FILES.flatMap((path) =>
    path
      .split("/")
      .slice(0, -1)
      .map((_, index, steps) => steps.slice(0, index + 1).join("/")),
  ),
);
const PATHS = [...FILES, ...FOLDERS];
const TOP_FOLDERS = new Set([...FOLDERS].map((path) => path.split("/")[0]));
const DOCUMENTS = FILES.filter((path) => /^([A-Z]+|(docs|deploy)\/[^/]+)\.md$/.test(path));

const texts = new Map();
function textOf(path) {
  if (!texts.has(path)) texts.set(path, readFileSync(join(ROOT, path), "utf8"));
  return texts.get(path);
}

/** The lines of a document, `prose` without code blocks: a line of code is empty in it. */
function proseLines(path) {
  let fence = "";
  let wasBlank = true;
  let isIndentedCode = false;
  let isList = false;
  return textOf(path)
    .split("\n")
    .map((line) => {
      const mark = line.match(/^\s*(```+|~~~+)/)?.[1] ?? "";
      if (mark && (!fence || mark === fence)) {
        fence = fence ? "" : mark;
        return "";
      }
      if (fence) return "";
      isIndentedCode =
        (/^ {4}/.test(line) && (isIndentedCode || (wasBlank && !isList))) || (line === "" && isIndentedCode);
      if (/^(- |\d+\. )/.test(line)) isList = true;
      else if (/^\S/.test(line)) isList = false;
      wasBlank = line === "";
      return isIndentedCode ? "" : line;
    });
}

/** The anchor that GitHub makes of a heading. */
function slug(heading) {
  const text = heading
    .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/&lt;/g, "<")
    .replace(/&gt;/g, ">");
  return text
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}_\- ]/gu, "")
    .replaceAll(" ", "-");
}

/** The anchors of a document; a heading that is repeated gets a number. */
function anchors(path) {
  const seen = new Map();
  const headings = proseLines(path)
    .map((line) => line.match(/^#+ (.*)$/)?.[1])
    .filter((heading) => heading !== undefined);
  return new Set(
    headings.map((heading) => {
      const anchor = slug(heading);
      const count = seen.get(anchor) ?? 0;
      seen.set(anchor, count + 1);
      return count ? `${anchor}-${count}` : anchor;
    }),
  );
}

/** The targets of links and pictures in a line. */
function linkTargets(line) {
  const bare = line.replace(/`[^`]*`/g, (span) => "`".repeat(span.length));
  const inline = [...bare.matchAll(/\]\(([^)\s]+)\)/g)];
  return [...inline, ...bare.matchAll(/^\[[^\]]+\]: (\S+)/g)].map((match) => match[1]);
}

/** The fault of a link, or null. */
function linkFault(document, target) {
  if (/^[a-z]+:/.test(target)) return null;
  const [path, anchor] = target.split("#");
  const file = path ? normalize(join(dirname(document), path)) : document;
  if (!existsSync(join(ROOT, file))) return `no file ${file}`;
  if (anchor && !(file.endsWith(".md") && anchors(file).has(anchor))) return `no heading #${anchor} in ${file}`;
  return null;
}

/** A path's `{a,b}` written out. */
function expand(path) {
  const braces = path.match(/^(.*)\{([^}]*)\}(.*)$/);
  return braces ? braces[2].split(",").flatMap((word) => expand(braces[1] + word + braces[3])) : [path];
}

/** The files and folders that a path names, or those of a name without a folder; `*` is any part of a name. */
function named(path) {
  const isName = !path.includes("/");
  return expand(path.replace(/\/$/, "")).flatMap((one) => {
    const source = one.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", "[^/]*");
    const found = PATHS.filter((known) => new RegExp(`^${source}$`).test(known));
    return found.length || !isName ? found : PATHS.filter((known) => new RegExp(`/${source}$`).test(known));
  });
}

/** True if a word between backticks is a path of the repository: `core/src/lib.rs`, `tests/cases/*.toml`, `host/desk/`. */
function isPath(word) {
  if (!/^[\w.@*{},-]+(\/[\w.@*{},-]+)*\/?$/.test(word)) return false;
  if (word.endsWith("/")) return TOP_FOLDERS.has(word.split("/")[0]);
  return word.includes("/") && PATH_ENDINGS.test(word);
}

/** True if a file defines a function, type, constant, test, heading or key of that name. */
function defines(file, name) {
  const text = textOf(file);
  const word = name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  switch (file.split(".").pop()) {
    case "rs":
      return new RegExp(
        `\\b(fn|struct|enum|trait|type|const|static|mod|macro_rules!) ${word}\\b|^ +${word}[,: ({]`,
        "m",
      ).test(text);
    case "js":
      return new RegExp(`\\b(function|class|const|let) ${word}\\b`).test(text);
    case "mjs":
      return (
        ['"', "`"].some((quote) => text.includes(`${quote}${name}`)) ||
        new RegExp(`\\b(function|const) ${word}\\b`).test(text)
      );
    case "md":
      return text.split("\n").some((line) => line.replace(/^#+ /, "") === name && line.startsWith("#"));
    default:
      return text.includes(name);
  }
}

/** The spans between backticks of a line, each with the text behind it. */
function spans(line) {
  const pieces = line.split("`");
  return pieces.slice(0, -1).flatMap((piece, index) => (index % 2 ? [{ word: piece, behind: pieces[index + 1] }] : []));
}

/** The faults of a line's paths and of the names behind them: `` `a/b.rs`: `one`, `two` and `three` ``. */
function pathFaults(document, line) {
  const faults = [];
  let files = null;
  for (const { word, behind } of spans(line)) {
    const [path, name] = word.split(/: (.*)/);
    const isFile = isPath(path) || (/^[\w-]+(\.test)?\.(rs|mjs)$/.test(path) && (name || behind.startsWith(": ")));
    if (isFile) {
      const found = named(path);
      if (!found.length) faults.push(`no file ${path}`);
      if (name && found.length && !found.some((file) => defines(file, name))) faults.push(`no ${name} in ${path}`);
      files = found.length && /^: *$/.test(behind) ? found : null;
    } else if (files) {
      if (!files.some((file) => statSync(join(ROOT, file)).isFile() && defines(file, word)))
        faults.push(`no ${word} in ${files.map((file) => basename(file)).join(", ")}`);
      if (!/^(,| and) $/.test(behind)) files = null;
    }
  }
  const plain = line.replace(/`[^`]*`/g, "").replace(/\]\([^)]*\)/g, "]");
  for (const [path] of plain.matchAll(/(?<![\w/.:-])[\w-]+(\/[\w-]+)*\/[\w-]+(\.[\w-]+)*\.(md|rs|mjs|toml|sh)\b/g)) {
    if (TOP_FOLDERS.has(path.split("/")[0]) && !named(path).length) faults.push(`no file ${path}`);
  }
  return faults;
}

/** Fails with every finding at once. */
function none(findings) {
  assert.equal(findings.length, 0, `\n${findings.join("\n")}`);
}

/** A line with the next ones, as long as a list of names goes on there. */
function withNames(lines, index) {
  const goesOn = /`[:,]$/.test(lines[index]) && index + 1 < lines.length;
  return goesOn ? `${lines[index]} ${withNames(lines, index + 1)}` : lines[index];
}

/** Every line of prose of every document, as `check` judges it. */
function judgeLines(documents, check) {
  return documents.flatMap((path) =>
    proseLines(path).flatMap((_, index, lines) => {
      return check(path, withNames(lines, index)).map((fault) => `${path}:${index + 1}: ${fault}`);
    }),
  );
}

test("links and their headings exist", () => {
  assert.ok(DOCUMENTS.includes("README.md") && DOCUMENTS.includes("docs/operate.md"), DOCUMENTS.join(" "));
  none(
    judgeLines(DOCUMENTS, (path, line) =>
      linkTargets(line)
        .map((target) => linkFault(path, target))
        .filter((fault) => fault !== null),
    ),
  );
});

test("paths exist, and the names behind them are defined there", () => {
  none(judgeLines(DOCUMENTS, pathFaults));
});

test("documents that source files name exist", () => {
  const sources = FILES.filter((path) => /\.(rs|js|mjs|sh|toml|py|yml|service|socket|cfg)$|^Makefile$/.test(path));
  none(
    sources.flatMap((path) =>
      textOf(path)
        .split("\n")
        .flatMap((line, index) => {
          const names = [...line.matchAll(/(?<![\w/."])(docs\/[a-z-]+\.md|[A-Z]+\.md)\b/g)].map((match) => match[1]);
          return names
            .filter((name) => !existsSync(join(ROOT, name)))
            .map((name) => `${path}:${index + 1}: no file ${name}`);
        }),
    ),
  );
});

test("no sentence begins with Whoever, What is not or Of what", () => {
  const sentences = (line) =>
    line
      .replace(/^[\s>#|*-]+/, "")
      .replaceAll("**", "")
      .split(/(?<=[.:;]) |\| /);
  none(judgeLines(DOCUMENTS, (_, line) => sentences(line).filter((sentence) => RIDDLES.test(sentence))));
});

test("prose has one sentence a line", () => {
  const documents = DOCUMENTS.filter((path) => !GENERATED.includes(path));
  none(
    judgeLines(documents, (_, line) => {
      const prose = line.replace(/`[^`]*`/g, "`").replace(/^\s*(- |\d+\. )?(\*\*[^*]+\*\* )?/, "");
      const isSentences = !/^[|#]/.test(prose) && (/[.!](\*\*)?\)? +\S/.test(prose) || /。[^」）)]/.test(prose));
      return isSentences ? [`more than one sentence: ${line}`] : [];
    }),
  );
});

test("names of packages have the version of the workspace", () => {
  const version = textOf("Cargo.toml").match(/^version = "(.*)"$/m)?.[1];
  const readers = FILES.filter((path) => path.endsWith("README.md") || DOCUMENTS.includes(path));
  const named = readers.flatMap((path) =>
    [...textOf(path).matchAll(/kakekomi[-_](?:check|form|sandbox|sandbox-codegen)-(\d+\.\d+\.\d+)/g)].map(
      ([name, found]) => ({ path, name, found }),
    ),
  );
  assert.ok(named.length > 0);
  assert.deepEqual(
    named.filter(({ path, found }) => path !== "CHANGELOG.md" && found !== version),
    [],
  );
});

test("docs/clauses.md has every clause once, each with a status and its tests, and counts them", () => {
  const text = textOf("docs/clauses.md");
  const entries = text.split(/^### /m).slice(1);
  const signs = [..."①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬"];
  const clauses = [
    ["1", 8],
    ["2", 2],
    ["4", 13],
  ].flatMap(([article, count]) => signs.slice(0, count).map((sign) => article + sign));
  none(["3", ...clauses].filter((id) => entries.filter((entry) => entry.startsWith(`${id} `)).length !== 1));
  const counts = { enforced: 0, partly: 0, open: 0 };
  none(
    entries.filter((entry) => {
      const status = entry.match(/^Status: \*\*(enforced|partly|open)\*\*/m)?.[1];
      if (status) counts[status] += 1;
      const hasTest = spans(entry).some(({ word }) => isPath(word));
      const hasIssue = /\(issues? 2[0-4]/.test(entry);
      return !{ enforced: hasTest && !hasIssue, partly: hasTest && hasIssue, open: !hasTest && hasIssue }[status];
    }),
  );
  const summary = `Of the ${entries.length} entries ${counts.enforced} are enforced, ${counts.partly} partly and ${counts.open} open`;
  assert.ok(text.includes(summary), summary);
});
