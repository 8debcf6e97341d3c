//! The page as it is served, whose document names one script and one style instead of many, and the scripts for partners.
//!
//! ```text
//! www/index.html, all styles, www/app/main.js …  →  index.html, style.css, script.js
//! www/embed/parent_bridge.js …                   →  around.js, which only a page of a partner loads
//! www/embed/kakekomi.js …                        →  element.js, the element of a few kilobytes
//! www/embed/mount.js …, which is the page        →  inline.js, which exports `mount`
//! www/components/receipt_record/…                →  later.js, which the page loads when the answers are reviewed
//! ```
//!
//! `www/index.html` in the folder names every style and `main.js`, so that `serve --page www` works without a build.

use std::fs;
use std::path::Path;

use crate::script::{script, scripts};
use crate::{style, words};

/// The line of the document that names its script.
const SCRIPT: &str = "<script type=\"module\" src=\"/page/";
/// The name in the document of the script that only a page of a partner loads.
const PARTNERS: &str = "/page/embed/parent_bridge.js";
/// The entry of the script that the page loads later, and its names in the page's script before and after.
const LATER_ENTRY: &str = "components/receipt_record/receipt_record.js";
const LATER: (&str, &str) = ("/page/components/receipt_record/receipt_record.js", "/page/later.js");
/// The beginning of a line of the document that names a style.
const STYLE: &str = "<link rel=\"stylesheet\" href=\"/page/";

/// Makes document, scripts and style of a folder, by name.
///
/// # Errors
/// A file that cannot be read, linked or made small; a document that names no script.
pub fn page(folder: &Path) -> Result<[(&'static str, String); 5], String> {
    let read = |name: &str| fs::read_to_string(folder.join(name)).map_err(|error| format!("www/{name}: {error}"));
    let (mut lines, mut main, mut later, mut styles) = (Vec::new(), String::new(), String::new(), String::new());
    for line in read("index.html")?.lines() {
        if let Some(named) = line.strip_prefix(STYLE) {
            if styles.is_empty() {
                lines.push(format!("{STYLE}style.css\">"));
            }
            styles += &one_style(named, &read)?;
        } else if let Some(entry) = line.strip_prefix(SCRIPT) {
            (main, later) = with_later(before_quote(entry), &read)?;
            lines.push(format!("{SCRIPT}script.js\"></script>"));
        } else {
            lines.push(line.replace(PARTNERS, "/page/around.js"));
        }
    }
    if main.is_empty() || styles.is_empty() {
        return Err("www/index.html names no script or no style, each on a line of its own".to_owned());
    }
    let around = script("embed/parent_bridge.js", &read)?;
    Ok([
        ("index.html", lines.join("\n")),
        ("script.js", main),
        ("later.js", later),
        ("around.js", around),
        ("style.css", styles),
    ])
}

/// Makes the script of the element, and the two for inline mode, by name.
///
/// # Errors
/// A file that cannot be read or linked.
pub fn embed(folder: &Path, messages: &Path) -> Result<[(&'static str, String); 3], String> {
    let read = |name: &str| match name {
        "embed/words.js" => words::element_words(messages),
        _ => fs::read_to_string(folder.join(name)).map_err(|error| format!("www/{name}: {error}")),
    };
    let (inline, later) = with_later("embed/mount.js", &read)?;
    Ok([("element.js", script("embed/kakekomi.js", &read)?), ("inline.js", inline), ("inline_later.js", later)])
}

/// Makes the script of an entry, which names the later one as it is served, and the later one.
fn with_later(entry: &str, read: &dyn Fn(&str) -> Result<String, String>) -> Result<(String, String), String> {
    let (main, later) = scripts(entry, LATER_ENTRY, read)?;
    if !main.contains(LATER.0) {
        return Err(format!("{entry} does not load {}", LATER.0));
    }
    Ok((main.replace(LATER.0, LATER.1), later))
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
