//! messages/*.toml → sorted tables that `message.rs` includes.
//!
//! `[issue] "required" = "…"` in both languages → `pub static ISSUE: Table = Table { keys: Column { text: "required…",
//! ends: &[8, …] }, ja: …, en: … };`. No path of the machine goes into the tables: the module must be the same everywhere.
//!
//! The tables of the page have やさしい日本語 as well, from `easy.toml` and `page.easy.toml`; what these leave out stays Japanese.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write;
use std::path::Path;

type Table = BTreeMap<String, String>;

/// The tables of reports and problems, by their names in the generated code. Titles that reports use have a table of their own, the
/// only titles in the module.
const REPORT_TABLES: [&str; 6] = ["ISSUE", "ADVISORY", "GUIDANCE", "URGENCY", "PROBLEM", "MODULE_TITLE"];
/// The tables of the page, which the module does not hold.
const PAGE_TABLES: [&str; 5] = ["TITLE", "QUESTION", "HINT", "OPTION", "PAGE"];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=messages");
    println!("cargo::rerun-if-changed=build.rs");
    let (ja, en, easy) = (read("ja")?, read("en")?, read_files("easy")?);
    let mut code = String::new();
    for name in REPORT_TABLES.into_iter().chain(PAGE_TABLES) {
        let (ja, en) = (ja.get(name).ok_or(name)?, en.get(name).ok_or(name)?);
        if !ja.keys().eq(en.keys()) {
            return Err(format!("{name}: the two languages have different keys").into());
        }
        let table = format!(
            "Table {{ keys: {}, ja: {}, en: {} }}",
            column(ja.keys())?,
            column(ja.values())?,
            column(en.values())?
        );
        writeln!(code, "/// The table `{name}`.")?;
        if PAGE_TABLES.contains(&name) {
            let easy = easy_column(ja, easy.get(name).ok_or(name)?).map_err(|error| format!("{name}: {error}"))?;
            writeln!(code, "pub static {name}: PageTable = PageTable {{ table: {table}, easy: {easy} }};")?;
        } else {
            writeln!(code, "pub static {name}: Table = {table};")?;
        }
    }
    let target = Path::new(&std::env::var("OUT_DIR")?).join("messages.rs");
    std::fs::write(target, code)?;
    Ok(())
}

/// The tables of the files of a language.
fn read_files(language: &str) -> Result<BTreeMap<&'static str, Table>, Box<dyn Error>> {
    let names = REPORT_TABLES.into_iter().chain(PAGE_TABLES);
    let mut tables: BTreeMap<&str, Table> = names.map(|name| (name, Table::new())).collect();
    for file in [format!("messages/{language}.toml"), format!("messages/page.{language}.toml")] {
        let text = std::fs::read_to_string(&file).map_err(|error| format!("{file}: {error}"))?;
        let document: toml::Table = text.parse().map_err(|error| format!("{file}: {error}"))?;
        sort_in(&document, &mut tables, language != "easy").map_err(|error| format!("{file}: {error}"))?;
    }
    Ok(tables)
}

/// The tables of a language of reports, with the problems.
fn read(locale: &str) -> Result<BTreeMap<&'static str, Table>, Box<dyn Error>> {
    let mut tables = read_files(locale)?;
    let file = "messages/problems.toml";
    let problems: toml::Table = std::fs::read_to_string(file).map_err(|error| format!("{file}: {error}"))?.parse()?;
    for (code, sentences) in &problems {
        let sentence = sentences.get(locale).ok_or_else(|| format!("{file}: {code}: no {locale}"))?;
        put(&mut tables, "PROBLEM", code, sentence).map_err(|error| format!("{file}: {error}"))?;
    }
    Ok(tables)
}

/// Texts end to end, and the end of each.
fn column<'t>(texts: impl Iterator<Item = &'t String>) -> Result<String, Box<dyn Error>> {
    let (mut whole, mut ends) = (String::new(), Vec::new());
    for text in texts {
        whole.push_str(text);
        ends.push(u16::try_from(whole.len()).map_err(|_| "a table of messages is longer than 64 KiB")?);
    }
    Ok(format!("Column {{ text: {whole:?}, ends: &{ends:?} }}"))
}

/// The column of やさしい日本語: a text for each key, the Japanese one if there is no easier one.
fn easy_column(ja: &Table, easy: &Table) -> Result<String, Box<dyn Error>> {
    if let Some(key) = easy.keys().find(|key| !ja.contains_key(*key)) {
        return Err(format!("{key}: not in Japanese").into());
    }
    let texts = ja.iter().map(|(key, text)| annotated(easy.get(key).unwrap_or(text)));
    column(texts.collect::<Result<Vec<_>, _>>()?.iter())
}

/// `｜電源《でんげん》` with Unicode's characters for annotations, which the page draws as words with readings, but not in an answer.
fn annotated(text: &str) -> Result<String, String> {
    let mut rest = text.split('｜');
    let mut made = rest.next().unwrap_or_default().to_owned();
    for part in rest {
        let (base, part) = part.split_once('《').ok_or_else(|| format!("no reading after ｜: {text}"))?;
        let (reading, after) = part.split_once('》').ok_or_else(|| format!("no end of a reading: {text}"))?;
        write!(made, "\u{fff9}{base}\u{fffa}{reading}\u{fffb}{after}").map_err(|error| error.to_string())?;
    }
    if made.contains(['《', '》']) { Err(format!("a reading without ｜: {text}")) } else { Ok(made) }
}

/// Puts each entry of a file into its table; the titles of fields may be needed.
fn sort_in(document: &toml::Table, tables: &mut BTreeMap<&str, Table>, titled: bool) -> Result<(), String> {
    for (section, entries) in document {
        let entries = entries.as_table().ok_or_else(|| format!("[{section}] is not a table"))?;
        for (key, value) in entries {
            match section.as_str() {
                "issue" | "advisory" | "guidance" | "urgency" | "page" => {
                    put(tables, &section.to_uppercase(), key, value)?;
                }
                "field" => {
                    if titled && value.get("title").is_none() {
                        return Err(format!("{key} has no title"));
                    }
                    for (table, part) in [("TITLE", "title"), ("QUESTION", "question"), ("HINT", "hint")] {
                        if let Some(text) = value.get(part) {
                            put(tables, table, key, text)?;
                        }
                    }
                    if let Some(title) = value.get("title").filter(|_| value.get("in_report").is_some()) {
                        put(tables, "MODULE_TITLE", key, title)?;
                    }
                }
                "option" => {
                    for (word, title) in value.as_table().ok_or_else(|| format!("{key}: no options"))? {
                        put(tables, "OPTION", &format!("{key} {word}"), title)?;
                    }
                }
                other => return Err(format!("[{other}] is not a known table")),
            }
        }
    }
    Ok(())
}

fn put(tables: &mut BTreeMap<&str, Table>, name: &str, key: &str, value: &toml::Value) -> Result<(), String> {
    let sentence = value.as_str().ok_or_else(|| format!("{key}: no text"))?;
    let table = tables.get_mut(name).ok_or_else(|| format!("{name}: no such table"))?;
    match table.insert(key.to_owned(), sentence.to_owned()) {
        None => Ok(()),
        Some(_) => Err(format!("{key} occurs twice")),
    }
}
