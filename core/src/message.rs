//! Code → sentence, from `messages/*.toml`, the only home of language text.
//!
//! `(LengthTooLong, {"max": 200}, ja)` → 「200文字までで…」. A sentence for one field, under the key
//! `"required /contact/company"`, goes before the general one under `"required"`.

mod tables {
    include!(concat!(env!("OUT_DIR"), "/messages.rs"));
}

use crate::code::Code;
use crate::context::Locale;
use crate::issue::Params;

type Table = &'static [(&'static str, &'static str)];

/// The sentence of an issue at a path, with its numbers filled in.
pub fn issue(code: Code, path: &str, params: &Params, locale: Locale) -> String {
    let table = pick(locale, tables::ISSUE_JA, tables::ISSUE_EN);
    let sentence =
        own_sentence(table, code.as_str(), path).or_else(|| find(table, code.as_str())).unwrap_or(code.as_str());
    let mut filled = sentence.to_owned();
    for (name, value) in params.iter() {
        filled = filled.replace(&format!("{{{name}}}"), &value.to_string());
    }
    filled
}

/// The sentence of an advisory; `{missing}` is for the caller to fill in.
pub fn advisory(code: Code, locale: Locale) -> &'static str {
    find(pick(locale, tables::ADVISORY_JA, tables::ADVISORY_EN), code.as_str()).unwrap_or(code.as_str())
}

/// The sentence of a piece of guidance.
pub fn guidance(code: Code, locale: Locale) -> &'static str {
    find(pick(locale, tables::GUIDANCE_JA, tables::GUIDANCE_EN), code.as_str()).unwrap_or(code.as_str())
}

/// The title of a field or section by its path (list entries as `*`).
pub fn title(pattern: &str, locale: Locale) -> Option<&'static str> {
    find(pick(locale, tables::TITLE_JA, tables::TITLE_EN), pattern)
}

/// The hint of a field by its path.
pub fn hint(pattern: &str, locale: Locale) -> Option<&'static str> {
    find(pick(locale, tables::HINT_JA, tables::HINT_EN), pattern)
}

/// The title of an option of a field.
pub fn option(pattern: &str, word: &str, locale: Locale) -> Option<&'static str> {
    find(pick(locale, tables::OPTION_JA, tables::OPTION_EN), &format!("{pattern} {word}"))
}

/// The sentence of an HTTP problem; `{phone}` and `{max}` are for the host to fill in.
pub fn problem(code: &str, locale: Locale) -> Option<&'static str> {
    find(pick(locale, tables::PROBLEM_JA, tables::PROBLEM_EN), code)
}

/// The page's own words by key.
pub fn page(locale: Locale) -> Table {
    pick(locale, tables::PAGE_JA, tables::PAGE_EN)
}

/// Every key of every table of a language with the table's name, for tests and documents.
pub fn keys(locale: Locale) -> Vec<(&'static str, &'static str)> {
    let tables = [
        ("issue", pick(locale, tables::ISSUE_JA, tables::ISSUE_EN)),
        ("advisory", pick(locale, tables::ADVISORY_JA, tables::ADVISORY_EN)),
        ("guidance", pick(locale, tables::GUIDANCE_JA, tables::GUIDANCE_EN)),
        ("problem", pick(locale, tables::PROBLEM_JA, tables::PROBLEM_EN)),
        ("title", pick(locale, tables::TITLE_JA, tables::TITLE_EN)),
        ("hint", pick(locale, tables::HINT_JA, tables::HINT_EN)),
        ("option", pick(locale, tables::OPTION_JA, tables::OPTION_EN)),
        ("page", pick(locale, tables::PAGE_JA, tables::PAGE_EN)),
    ];
    tables.into_iter().flat_map(|(name, table)| table.iter().map(move |(key, _)| (name, *key))).collect()
}

/// `/devices/3/os` → `/devices/*/os`
pub fn pattern(path: &str) -> String {
    let steps = path
        .split('/')
        .map(|step| if !step.is_empty() && step.bytes().all(|byte| byte.is_ascii_digit()) { "*" } else { step });
    steps.collect::<Vec<_>>().join("/")
}

/// The sentence of a code for one field. In the sorted table these follow the general one; where
/// there is none, as for most codes, no pattern is made.
fn own_sentence(table: Table, code: &str, path: &str) -> Option<&'static str> {
    let start = table.partition_point(|(key, _)| *key <= code);
    let (key, _) = table.get(start)?;
    if !key.strip_prefix(code)?.starts_with(' ') {
        return None;
    }
    find(table, &format!("{code} {}", pattern(path)))
}

fn pick(locale: Locale, ja: Table, en: Table) -> Table {
    match locale {
        Locale::Ja => ja,
        Locale::En => en,
    }
}

fn find(table: Table, key: &str) -> Option<&'static str> {
    let index = table.binary_search_by(|(name, _)| (*name).cmp(key)).ok()?;
    table.get(index).map(|(_, sentence)| *sentence)
}
