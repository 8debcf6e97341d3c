//! Sentences of codes, from `messages/*.toml`, which has all text for people.
//!
//! `(LengthTooLong, {"max": 200}, ja)` → 「200文字までで…」. A sentence for one field, under the key
//! `"required /contact/company"`, goes before the general one under `"required"`.

use alloc::borrow::Cow;

mod tables {
    use super::{Column, PageTable, Table};
    include!(concat!(env!("OUT_DIR"), "/messages.rs"));
}

use crate::code::Code;
use crate::issue::{Issue, Params};
use crate::locale::{Locale, PageLanguage};
use crate::text::{are_digits, concat};

/// Keys, sorted, and the sentence of each in both languages.
///
/// All texts are one string, end to end: in the module a string each costs eight bytes more, which compress badly.
struct Table {
    keys: Column,
    ja: Column,
    en: Column,
}

struct Column {
    text: &'static str,
    /// The end of each row, in bytes.
    ends: &'static [u16],
}

impl Column {
    fn get(&self, row: usize) -> Option<&'static str> {
        let end = |row: usize| self.ends.get(row).copied().map(usize::from);
        let start = row.checked_sub(1).map_or(Some(0), end)?;
        self.text.get(start..end(row)?)
    }

    fn rows(&self) -> impl Iterator<Item = &'static str> {
        (0..self.ends.len()).filter_map(|row| self.get(row))
    }
}

impl Table {
    fn find(&self, key: &str, locale: Locale) -> Option<&'static str> {
        let row = self.first_not_before(key);
        if self.keys.get(row)? == key { self.column(locale).get(row) } else { None }
    }

    /// The first row whose key is not less than `key`.
    fn first_not_before(&self, key: &str) -> usize {
        let (mut low, mut high) = (0, self.keys.ends.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            if self.keys.get(middle).is_some_and(|other| other < key) { low = middle + 1 } else { high = middle }
        }
        low
    }

    const fn column(&self, locale: Locale) -> &Column {
        match locale {
            Locale::Ja => &self.ja,
            Locale::En => &self.en,
        }
    }
}

/// A table of the page, which has easier words as well.
struct PageTable {
    table: Table,
    easy: Column,
}

impl PageTable {
    fn find(&self, key: &str, language: PageLanguage) -> Option<&'static str> {
        let row = self.table.first_not_before(key);
        if self.table.keys.get(row)? == key { self.column(language).get(row) } else { None }
    }

    const fn column(&self, language: PageLanguage) -> &Column {
        match language {
            PageLanguage::Ja => &self.table.ja,
            PageLanguage::En => &self.table.en,
            PageLanguage::Easy => &self.easy,
        }
    }
}

/// The sentence of an issue, with its numbers and the titles of its largest texts filled in.
pub fn of_issue(issue: &Issue, locale: Locale) -> Cow<'static, str> {
    let titles = issue.largest.as_ref().map(|largest| largest.1.as_str()).filter(|titles| !titles.is_empty());
    // The sentence with titles has a path of its own.
    let sentence = sentence(issue.code, if titles.is_some() { "largest" } else { &issue.path }, locale);
    if let Some(titles) = titles {
        Cow::Owned(format_sentence(&substitute(sentence, "largest", titles), &issue.params))
    } else if issue.params == Params::none() {
        Cow::Borrowed(sentence)
    } else {
        Cow::Owned(format_sentence(sentence, &issue.params))
    }
}

/// The sentence of a code at a path: the field's own, or the general one. Its numbers are blanks such as `{max}`, for
/// [`format_sentence`].
pub fn sentence(code: Code, path: &str, locale: Locale) -> &'static str {
    let (table, code) = (&tables::ISSUE, code.as_str());
    let row = table.first_not_before(code);
    let general = table.keys.get(row) == Some(code);
    // In the sorted table a field's own sentences follow the general one; most codes have none.
    let has_own = table.keys.get(row + usize::from(general)).and_then(|next| next.strip_prefix(code));
    let own = has_own
        .filter(|rest| rest.starts_with(' '))
        .and_then(|_| table.find(&concat(&[code, " ", &pattern(path)]), locale));
    own.or_else(|| table.column(locale).get(row).filter(|_| general)).unwrap_or(code)
}

/// Fills the numbers into a sentence.
pub fn format_sentence(sentence: &str, params: &Params) -> String {
    params.iter().fold(sentence.to_owned(), |filled, (name, value)| substitute(&filled, name, &value.to_string()))
}

/// Replaces a name in braces by a value.
pub fn substitute(sentence: &str, name: &str, value: &str) -> String {
    let mut filled = String::with_capacity(sentence.len() + value.len());
    let mut rest = sentence;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        if let Some(behind) = after.strip_prefix(name).and_then(|after| after.strip_prefix('}')) {
            filled.push_str(value);
            rest = behind;
        } else {
            filled.push('{');
            rest = after;
        }
    }
    filled.push_str(rest);
    filled
}

/// The sentence of an advisory; `{missing}` is for the caller to fill in.
pub fn advisory(code: Code, locale: Locale) -> &'static str {
    tables::ADVISORY.find(code.as_str(), locale).unwrap_or(code.as_str())
}

/// The sentence of a piece of guidance.
pub fn guidance(code: Code, locale: Locale) -> &'static str {
    tables::GUIDANCE.find(code.as_str(), locale).unwrap_or(code.as_str())
}

/// The sentence of a reason for an urgency, by its code.
pub(crate) fn urgency(code: &'static str, locale: Locale) -> &'static str {
    tables::URGENCY.find(code, locale).unwrap_or(code)
}

/// The title of a field or section by its path (list entries as `*`).
pub fn title(pattern: &str, language: impl Into<PageLanguage>) -> Option<&'static str> {
    tables::TITLE.find(pattern, language.into())
}

/// The question that a field asks, by its path; none where the title says enough.
pub fn question(pattern: &str, language: impl Into<PageLanguage>) -> Option<&'static str> {
    tables::QUESTION.find(pattern, language.into())
}

/// The title of a field that holds a long text or that clause 4⑫'s interview asks for: these few titles are in the module, by
/// `in_report` in `messages/*.toml`.
pub fn module_title(path: &str, locale: Locale) -> Option<&'static str> {
    tables::MODULE_TITLE.find(path, locale)
}

/// The hint of a field by its path.
pub fn hint(pattern: &str, language: impl Into<PageLanguage>) -> Option<&'static str> {
    tables::HINT.find(pattern, language.into())
}

/// The title of an option of a field.
pub fn option(pattern: &str, word: &str, language: impl Into<PageLanguage>) -> Option<&'static str> {
    tables::OPTION.find(&concat(&[pattern, " ", word]), language.into())
}

/// The sentence of an HTTP problem; `{phone}` and `{max}` are for the host to fill in.
pub fn problem(code: &str, locale: Locale) -> Option<&'static str> {
    tables::PROBLEM.find(code, locale)
}

/// The page's own words by key.
pub fn page(language: impl Into<PageLanguage>) -> impl Iterator<Item = (&'static str, &'static str)> {
    tables::PAGE.table.keys.rows().zip(tables::PAGE.column(language.into()).rows())
}

/// Every key of every table with the table's name, for tests and documents; all languages have the same.
pub fn keys() -> Vec<(&'static str, &'static str)> {
    let tables = [
        ("issue", &tables::ISSUE),
        ("advisory", &tables::ADVISORY),
        ("guidance", &tables::GUIDANCE),
        ("urgency", &tables::URGENCY),
        ("problem", &tables::PROBLEM),
        ("title", &tables::TITLE.table),
        ("question", &tables::QUESTION.table),
        ("hint", &tables::HINT.table),
        ("option", &tables::OPTION.table),
        ("page", &tables::PAGE.table),
    ];
    tables.into_iter().flat_map(|(name, table)| table.keys.rows().map(move |key| (name, key))).collect()
}

/// `/devices/3/os` → `/devices/*/os`
pub fn pattern(path: &str) -> String {
    let mut pattern = String::with_capacity(path.len());
    for (index, step) in path.split('/').enumerate() {
        if index > 0 {
            pattern.push('/');
        }
        pattern.push_str(if are_digits(step) { "*" } else { step });
    }
    pattern
}
