//! Sentences of `core/messages` that are shown outside the form, as constants.
//!
//! ```text
//! start.ja.toml  hours = "受付時間：平日"     →  START_WORDS ("ja.hours", "受付時間：平日")
//! start.en.toml  failed = "[Try again]."    →  START_WORDS ("en.failed", "<a href=\"\">Try again</a>.")
//! return.*.toml                             →  RETURN_WORDS "{\"ja\":{…},\"en\":{…}}"
//! files.*.toml [offer], [files]             →  upload/offer_words.js, upload/file_words.js
//! embed.ja.toml  [partners] title = "組み込み"  →  PARTNER_WORDS ("ja", "title", "組み込み")
//! embed.ja.toml  [element]                  →  export const WORDS = {"ja":{…},…};
//! ```

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;

const LOCALES: [&str; 2] = ["ja", "en"];

/// Sentences of one locale by key.
type Words = BTreeMap<String, String>;

/// The sentences of the document, as a constant of names and HTML: they are shown before any script runs.
///
/// # Errors
/// A file that cannot be read or is no table of sentences.
pub fn start_words(messages: &Path) -> Result<String, String> {
    let mut html = Vec::new();
    for locale in LOCALES {
        let words: Words = read_messages(messages, &format!("start.{locale}.toml"))?;
        html.extend(words.iter().map(|(key, word)| (format!("{locale}.{key}"), with_link(word))));
    }
    let about = "/// The sentences of the document, as HTML by name.";
    Ok(format!("{about}\npub static START_WORDS: &[(&str, &str)] = &{html:?};\n"))
}

/// The sentences of the return page, as a constant of JSON: its script takes them from the document.
///
/// # Errors
/// As [`start_words`].
pub fn return_words(messages: &Path) -> Result<String, String> {
    let read = |locale| read_messages(messages, &format!("return.{locale}.toml"));
    let words = json(&Locales { ja: read("ja")?, en: read("en")? })?;
    Ok(format!(
        "/// The sentences of the return page by locale and key, as JSON.\npub static RETURN_WORDS: &str = {words:?};\n"
    ))
}

/// The modules of the page that hold sentences of `files.*.toml`, and the table of each.
const FILE_WORDS: [(&str, &str); 2] =
    [("JSON.parse(\"{{offer_words}}\")", "offer"), ("JSON.parse(\"{{file_words}}\")", "files")];

/// The sentences on evidence files, as a constant of blanks and what fills them: JSON with the languages.
///
/// # Errors
/// As [`start_words`].
pub fn file_words(messages: &Path) -> Result<String, String> {
    let blanks = file_blanks(messages)?;
    let about = "/// The blanks of the page's modules, and the sentences on evidence files in their places.";
    Ok(format!("{about}\npub static FILE_WORDS: &[(&str, &str)] = &{blanks:?};\n"))
}

/// Lists the blanks of the page's modules, and the sentences that fill them.
///
/// # Errors
/// As [`start_words`].
pub fn file_blanks(messages: &Path) -> Result<Vec<(&'static str, String)>, String> {
    let filled = |(blank, table)| {
        let mut languages = BTreeMap::new();
        for language in ["ja", "en", "easy"] {
            let name = format!("files.{language}.toml");
            let mut tables: BTreeMap<String, Words> = read_messages(messages, &name)?;
            let mut words = tables.remove(table).ok_or_else(|| format!("{name}: no [{table}]"))?;
            for word in words.values_mut() {
                *word = annotated(word);
            }
            languages.insert(language, words);
        }
        Ok((blank, serde_json::to_string(&languages).map_err(|error| error.to_string())?))
    };
    FILE_WORDS.into_iter().map(filled).collect()
}

/// `｜電源《でんげん》` with Unicode's characters for annotations, as in the words of the form (core/build.rs).
fn annotated(word: &str) -> String {
    word.replace('｜', "\u{fff9}").replace('《', "\u{fffa}").replace('》', "\u{fffb}")
}

/// The sentences of `/partners`, as a constant of locales, keys and sentences.
///
/// # Errors
/// As [`start_words`].
pub fn partner_words(messages: &Path) -> Result<String, String> {
    let mut words = Vec::new();
    for locale in LOCALES {
        let table = embed_words(messages, locale, "partners")?;
        words.extend(table.into_iter().map(|(key, word)| (locale, key, word)));
    }
    let about = "/// The words of `/partners`, by locale and key.";
    Ok(format!("{about}\npub static PARTNER_WORDS: &[(&str, &str, &str)] = &{words:?};\n"))
}

/// The sentences of the element, as a constant in JavaScript.
///
/// # Errors
/// As [`start_words`].
pub fn element_words(messages: &Path) -> Result<String, String> {
    let read = |locale| embed_words(messages, locale, "element");
    let words = json(&Locales { ja: read("ja")?, en: read("en")? })?;
    Ok(format!("export const WORDS = {words};\n"))
}

/// Sentences of both locales.
#[derive(Serialize)]
struct Locales {
    ja: Words,
    en: Words,
}

fn json(words: &Locales) -> Result<String, String> {
    serde_json::to_string(words).map_err(|error| error.to_string())
}

fn embed_words(messages: &Path, locale: &str, table: &str) -> Result<Words, String> {
    let name = format!("embed.{locale}.toml");
    let mut tables: BTreeMap<String, Words> = read_messages(messages, &name)?;
    tables.remove(table).ok_or_else(|| format!("{name}: no [{table}]"))
}

/// Reads a file of the folder `core/messages` and asks cargo to build anew when it changes.
fn read_messages<T: DeserializeOwned>(messages: &Path, name: &str) -> Result<T, String> {
    let path = messages.join(name);
    println!("cargo::rerun-if-changed={}", path.display());
    let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    toml::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))
}

/// `[Try again].` → `<a href="">Try again</a>.`: an empty address loads the same page again. Safe in an attribute as well.
fn with_link(sentence: &str) -> String {
    let text = sentence.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
    text.replace('[', "<a href=\"\">").replace(']', "</a>")
}
