//! The page as it is served, whose document names one script and one style instead of many, and the scripts for partners.
//!
//! ```text
//! www/index.html, all styles, www/app/main.js …  →  index.html, style.css, script.js
//! www/embed/parent_bridge.js …                   →  around.js, which only a page of a partner loads
//! www/embed/kakekomi.js …                        →  element.js, the element of a few kilobytes
//! www/embed/mount.js …, which is the page        →  inline.js, which exports `mount`
//! www/components/receipt_record/…                →  later.js, which the page loads when the answers are reviewed
//! www/components/case_files/…                    →  files.js and files.css, which receipt and return page load for evidence files
//! www/return.html, www/return/main.js …          →  return.html, return.js, and return.css with what style.css has not
//! ```
//!
//! Both documents in the folder name every style and `main.js`, so that `serve --page www` works without a build.

use std::fs;
use std::path::Path;

use crate::link::{Module, link, link_after};
use crate::script::{finish, finish_loaded, hand_over, script};
use crate::{style, words};

/// The line of the document that names its script.
const SCRIPT: &str = "<script type=\"module\" src=\"/page/";
/// The name in the document of the script that only a page of a partner loads.
const PARTNERS: &str = "/page/embed/parent_bridge.js";
/// The entry of the script that the page loads later, and its names in the page's script before and after.
const LATER_ENTRY: &str = "components/receipt_record/receipt_record.js";
const LATER: (&str, &str) = ("/page/components/receipt_record/receipt_record.js", "/page/later.js");
/// The entry of the script for evidence files, its style, and the names of both before and after.
const FILES_ENTRY: &str = "components/case_files/case_files.js";
const FILES_SHEET: &str = "components/case_files/case_files.css";
const FILES: (&str, &str) = ("/page/components/case_files/case_files.js", "/page/files.js");
const FILES_STYLE: (&str, &str) = ("/page/components/case_files/case_files.css", "/page/files.css");
/// The lists of names that a script hands over to the later one, and to that for evidence files.
const SHARED: &str = "shared";
const SHARED_WITH_FILES: &str = "sharedWithFiles";
/// The beginning of a line of the document that names a style.
const STYLE: &str = "<link rel=\"stylesheet\" href=\"/page/";

/// Makes the documents, scripts and styles of a folder, by name.
///
/// # Errors
/// A file that cannot be read, linked or made small; a document that names no script.
pub fn page(folder: &Path, messages: &Path) -> Result<[(&'static str, String); 10], String> {
    let read = reader(folder, messages)?;
    let form = Document::read("index.html", &read)?;
    let visit = Document::read("return.html", &read)?;
    let [main, later, visits, files] = page_scripts(&form.entry, &visit.entry, &read)?;
    let beyond: Vec<_> = visit.styles.iter().filter(|named| !form.styles.contains(named)).cloned().collect();
    Ok([
        ("index.html", form.served(&["style.css"], "script.js")),
        ("return.html", visit.served(&["style.css", "return.css"], "return.js")),
        ("script.js", main),
        ("later.js", later),
        ("return.js", visits),
        ("files.js", files),
        ("files.css", one_style(FILES_SHEET, &read)?),
        ("around.js", script("embed/parent_bridge.js", &read)?),
        ("style.css", one_sheet(&form.styles, &read)?),
        ("return.css", one_sheet(&beyond, &read)?),
    ])
}

/// Makes a function that reads a file of the page, with the sentences on evidence files in their places.
fn reader(folder: &Path, messages: &Path) -> Result<impl Fn(&str) -> Result<String, String>, String> {
    let blanks = words::file_blanks(messages)?;
    Ok(move |name: &str| {
        let text = fs::read_to_string(folder.join(name)).map_err(|error| format!("www/{name}: {error}"))?;
        Ok(blanks.iter().fold(text, |text, (blank, words)| text.replace(blank, words)))
    })
}

/// Makes four scripts: the form, its later script, the return page, and evidence files, which the later script and the return page load.
fn page_scripts(form: &str, visit: &str, read: &dyn Fn(&str) -> Result<String, String>) -> Result<[String; 4], String> {
    let mut main = link(form, read)?;
    let mut later = link_after(&main, LATER_ENTRY, read)?;
    let mut visits = link(visit, read)?;
    let is_visits = |module: &&Module| visits.iter().any(|other| other.path == module.path);
    let common: Vec<Module> = main.iter().chain(&later).filter(is_visits).cloned().collect();
    let files = link_after(&common, FILES_ENTRY, read)?;
    hand_over(&mut later, SHARED_WITH_FILES, &files)?;
    hand_over(&mut visits, SHARED_WITH_FILES, &files)?;
    hand_over(&mut main, SHARED, &later)?;
    Ok([
        renamed(&finish(&main)?, LATER)?,
        renamed(&finish_loaded(&later, &main)?, FILES)?,
        renamed(&finish(&visits)?, FILES)?,
        renamed(&finish_loaded(&files, &common)?, FILES_STYLE)?,
    ])
}

/// Puts the name of a file as it is served in the place of its name before.
fn renamed(script: &str, (before, after): (&str, &str)) -> Result<String, String> {
    if script.contains(before) { Ok(script.replace(before, after)) } else { Err(format!("no script loads {before}")) }
}

/// A document of the page: its lines, the styles that it names, and the entry of its script.
struct Document {
    lines: Vec<String>,
    styles: Vec<String>,
    entry: String,
}

impl Document {
    fn read(name: &str, read: &dyn Fn(&str) -> Result<String, String>) -> Result<Document, String> {
        let lines: Vec<_> = read(name)?.lines().map(str::to_owned).collect();
        let named = |start: &str| lines.iter().filter_map(|line| line.strip_prefix(start)).map(str::to_owned).collect();
        let (styles, entries): (Vec<_>, Vec<_>) = (named(STYLE), named(SCRIPT));
        let entry = entries.first().map(|entry| before_quote(entry).to_owned()).filter(|_| !styles.is_empty());
        let entry = entry.ok_or(format!("www/{name} names no script or no style, each on a line of its own"))?;
        Ok(Document { lines, styles, entry })
    }

    /// Writes the document with one script and these styles, in the place of the first style and of the script.
    fn served(&self, styles: &[&str], script: &str) -> String {
        let mut lines = Vec::new();
        let mut styles = styles.iter();
        for line in &self.lines {
            if line.starts_with(STYLE) {
                lines.extend(styles.by_ref().map(|style| format!("{STYLE}{style}\">")));
            } else if line.starts_with(SCRIPT) {
                lines.push(format!("{SCRIPT}{script}\"></script>"));
            } else {
                lines.push(line.replace(PARTNERS, "/page/around.js"));
            }
        }
        lines.join("\n")
    }
}

/// Joins the rules of the styles that a document names.
fn one_sheet(named: &[String], read: &dyn Fn(&str) -> Result<String, String>) -> Result<String, String> {
    named.iter().map(|named| one_style(named, read)).collect()
}

/// Makes the script of the element, and the two for inline mode, by name.
///
/// # Errors
/// A file that cannot be read or linked.
pub fn embed(folder: &Path, messages: &Path) -> Result<[(&'static str, String); 3], String> {
    let file = reader(folder, messages)?;
    let read = |name: &str| match name {
        "embed/words.js" => words::element_words(messages),
        _ => file(name),
    };
    let mut inline = link("embed/mount.js", &read)?;
    let later = link_after(&inline, LATER_ENTRY, &read)?;
    hand_over(&mut inline, SHARED, &later)?;
    let later = finish_loaded(&later, &inline)?;
    let inline = renamed(&finish(&inline)?, LATER)?;
    Ok([("element.js", script("embed/kakekomi.js", &read)?), ("inline.js", inline), ("inline_later.js", later)])
}

/// `print.css" media="print">` → its rules, within `@media print{…}`.
fn one_style(named: &str, read: &dyn Fn(&str) -> Result<String, String>) -> Result<String, String> {
    let name = before_quote(named);
    let rules = style::style(&read(name)?).map_err(|error| format!("www/{name}: {error}"))?;
    Ok(match named.split_once("media=\"") {
        Some((_, media)) => format!("@media {}{{{rules}}}", before_quote(media)),
        None => rules,
    })
}

fn before_quote(text: &str) -> &str {
    text.split('"').next().unwrap_or_default()
}
