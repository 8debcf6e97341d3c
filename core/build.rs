//! messages/*.toml → sorted tables that `message.rs` includes.
//!
//! `[issue] "required" = "…"` in both languages → `pub static ISSUE: Table = Table { keys: Column { text: "required…",
//! ends: &[8, …] }, ja: …, en: … };`. No path of the machine goes into the tables: the module must be the same everywhere.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write;
use std::path::Path;

type Table = BTreeMap<String, String>;

/// The tables, by their names in the generated code. Titles that reports use have a table of their own, the only titles in the module.
const TABLES: [&str; 9] =
    ["ISSUE", "ADVISORY", "GUIDANCE", "PROBLEM", "TITLE", "MODULE_TITLE", "HINT", "OPTION", "PAGE"];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=messages");
    println!("cargo::rerun-if-changed=build.rs");
    let (ja, en) = (read("ja")?, read("en")?);
    let mut code = String::new();
    for name in TABLES {
        let (ja, en) = (ja.get(name).ok_or(name)?, en.get(name).ok_or(name)?);
        if !ja.keys().eq(en.keys()) {
            return Err(format!("{name}: the two languages have different keys").into());
        }
        let [keys, ja, en] = [column(ja.keys())?, column(ja.values())?, column(en.values())?];
        writeln!(code, "/// The table `{name}`.")?;
        writeln!(code, "pub static {name}: Table = Table {{ keys: {keys}, ja: {ja}, en: {en} }};")?;
    }
    let target = Path::new(&std::env::var("OUT_DIR")?).join("messages.rs");
    std::fs::write(target, code)?;
    Ok(())
}

/// The tables of a language.
fn read(locale: &str) -> Result<BTreeMap<&'static str, Table>, Box<dyn Error>> {
    let mut tables: BTreeMap<&str, Table> = TABLES.iter().map(|name| (*name, Table::new())).collect();
    for file in [format!("messages/{locale}.toml"), format!("messages/page.{locale}.toml")] {
        let text = std::fs::read_to_string(&file).map_err(|error| format!("{file}: {error}"))?;
        let document: toml::Table = text.parse().map_err(|error| format!("{file}: {error}"))?;
        sort_in(&document, &mut tables).map_err(|error| format!("{file}: {error}"))?;
    }
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

/// Puts each entry of a file into its table.
fn sort_in(document: &toml::Table, tables: &mut BTreeMap<&str, Table>) -> Result<(), String> {
    for (section, entries) in document {
        let entries = entries.as_table().ok_or_else(|| format!("[{section}] is not a table"))?;
        for (key, value) in entries {
            match section.as_str() {
                "issue" | "advisory" | "guidance" | "page" => put(tables, &section.to_uppercase(), key, value)?,
                "field" => {
                    let title = value.get("title").ok_or_else(|| format!("{key}: no title"))?;
                    put(tables, "TITLE", key, title)?;
                    if value.get("in_report").is_some() {
                        put(tables, "MODULE_TITLE", key, title)?;
                    }
                    if let Some(hint) = value.get("hint") {
                        put(tables, "HINT", key, hint)?;
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
