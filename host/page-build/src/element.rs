//! What stands on partners' pages: the element, the form for inline mode, and the words of both and of `/partners`.
//!
//! ```text
//! www/embed/kakekomi.js …, core/messages/embed.*.toml [element]  →  element.js, one script of a few kilobytes
//! www/embed/mount.js …, which is the page                        →  inline.js, one script that exports `mount`
//! core/messages/embed.*.toml [partners]                          →  PARTNER_WORDS, by language and key
//! tests/fixtures/embed/<version>.js                              →  RELEASED, files that stand in pages for ever
//! ```

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::messages::read_messages;
use crate::script::script;

/// A table of words of one language.
type Words = BTreeMap<String, String>;

/// The script of the element, and the one for inline mode, by name.
///
/// # Errors
/// A file that cannot be read or linked.
pub fn scripts(www: &Path, messages: &Path) -> Result<[(&'static str, String); 2], String> {
    let words = [("ja", words(messages, "ja", "element")?), ("en", words(messages, "en", "element")?)];
    let read = |name: &str| match name {
        "embed/words.js" => Ok(script_of(&words)),
        _ => fs::read_to_string(www.join(name)).map_err(|error| format!("www/{name}: {error}")),
    };
    Ok([("element.js", script("embed/kakekomi.js", &read)?), ("inline.js", script("embed/mount.js", &read)?)])
}

/// The words of `/partners` as a constant.
///
/// # Errors
/// A file that cannot be read.
pub fn partner_words(messages: &Path) -> Result<String, String> {
    let mut code = String::from(
        "/// The words of `/partners`, by language and key.\npub static PARTNER_WORDS: &[(&str, &str, &str)] = &[\n",
    );
    for locale in ["ja", "en"] {
        for (key, word) in words(messages, locale, "partners")? {
            let _ = writeln!(code, "    ({locale:?}, {key:?}, {word:?}),");
        }
    }
    code += "];\n";
    Ok(code)
}

fn words(messages: &Path, locale: &str, table: &str) -> Result<Words, String> {
    let name = format!("embed.{locale}.toml");
    let mut tables: BTreeMap<String, Words> = read_messages(messages, &name)?;
    tables.remove(table).ok_or_else(|| format!("{name}: no [{table}]"))
}

/// `export const WORDS = {…};`: Rust writes a plain text as JavaScript reads it, but for control characters.
fn script_of(words: &[(&str, Words)]) -> String {
    let mut text = String::from("export const WORDS = {");
    for (locale, words) in words {
        let _ = write!(text, "{locale}: {{");
        for (key, word) in words {
            let _ = write!(text, "{key}: \"{}\", ", word.replace('\\', "\\\\").replace('"', "\\\""));
        }
        text += "}, ";
    }
    text + "};\n"
}
