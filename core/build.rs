//! messages/*.toml → sorted tables of `(key, sentence)` that `message.rs` includes.
//!
//! `[issue] "required" = "…"` in `ja.toml` → `pub static ISSUE_JA: &[(&str, &str)] = &[("required", "…")];`
//! No path of the machine goes into the tables: the module must come out the same everywhere.

#![allow(clippy::disallowed_methods, reason = "the build reads files; the rules do not")]

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write;
use std::path::Path;

type Table = BTreeMap<String, String>;

/// The tables of a language: the name in the generated code, and the table's keys and sentences.
const TABLES: [&str; 8] = ["ISSUE", "ADVISORY", "GUIDANCE", "PROBLEM", "TITLE", "HINT", "OPTION", "PAGE"];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=messages");
    println!("cargo::rerun-if-changed=build.rs");
    let mut code = String::new();
    for locale in ["ja", "en"] {
        let mut tables: BTreeMap<&str, Table> = TABLES.iter().map(|name| (*name, Table::new())).collect();
        for file in [format!("messages/{locale}.toml"), format!("messages/page.{locale}.toml")] {
            let text = std::fs::read_to_string(&file).map_err(|error| format!("{file}: {error}"))?;
            let document: toml::Table = text.parse().map_err(|error| format!("{file}: {error}"))?;
            sort_in(&document, &mut tables).map_err(|error| format!("{file}: {error}"))?;
        }
        for (name, table) in &tables {
            let suffix = locale.to_uppercase();
            writeln!(
                code,
                "/// The table `{name}` of the language `{locale}`.\npub static {name}_{suffix}: &[(&str, &str)] = &{:?};",
                rows(table)
            )?;
        }
    }
    let target = Path::new(&std::env::var("OUT_DIR")?).join("messages.rs");
    std::fs::write(target, code)?;
    Ok(())
}

fn rows(table: &Table) -> Vec<(&String, &String)> {
    table.iter().collect()
}

/// Puts each entry of a file into its table.
fn sort_in(document: &toml::Table, tables: &mut BTreeMap<&str, Table>) -> Result<(), String> {
    for (section, entries) in document {
        let entries = entries.as_table().ok_or_else(|| format!("[{section}] is no table"))?;
        for (key, value) in entries {
            match section.as_str() {
                "issue" => put(tables, "ISSUE", key, value)?,
                "advisory" => put(tables, "ADVISORY", key, value)?,
                "guidance" => put(tables, "GUIDANCE", key, value)?,
                "problem" => put(tables, "PROBLEM", key, value)?,
                "page" => put(tables, "PAGE", key, value)?,
                "field" => {
                    let field = value.as_table().ok_or_else(|| format!("{key}: no title"))?;
                    put(tables, "TITLE", key, field.get("title").ok_or_else(|| format!("{key}: no title"))?)?;
                    if let Some(hint) = field.get("hint") {
                        put(tables, "HINT", key, hint)?;
                    }
                }
                "option" => {
                    for (word, title) in value.as_table().ok_or_else(|| format!("{key}: no options"))? {
                        put(tables, "OPTION", &format!("{key} {word}"), title)?;
                    }
                }
                other => return Err(format!("[{other}] is no table of ours")),
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
        Some(_) => Err(format!("{key} stands twice")),
    }
}
