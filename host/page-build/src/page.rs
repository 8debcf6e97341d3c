//! The page as it is served, whose document names one script and one style instead of many, and the scripts for partners.
//!
//! ```text
//! www/index.html, all styles, www/app/main.js …  →  index.html, style.css, script.js
//! www/embed/parent_bridge.js …                   →  around.js, which only a page of a partner loads
//! www/embed/kakekomi.js …                        →  element.js, the element of a few kilobytes
//! www/embed/mount.js …, which is the page        →  inline.js, which exports `mount`
//! ```
//!
//! `www/index.html` in the folder names every style and `main.js`, so that `serve --page www` works without a build.

use std::fs;
use std::path::Path;

use crate::script::script;
use crate::{style, words};

/// The line of the document that names its script.
const SCRIPT: &str = "<script type=\"module\" src=\"/page/";
/// The name in the document of the script that only a page of a partner loads.
const PARTNERS: &str = "/page/embed/parent_bridge.js";
/// The beginning of a line of the document that names a style.
const STYLE: &str = "<link rel=\"stylesheet\" href=\"/page/";

/// Makes document, scripts and style of a folder, by name.
///
/// # Errors
/// A file that cannot be read, linked or made small; a document that names no script.
pub fn page(folder: &Path) -> Result<[(&'static str, String); 4], String> {
    let read = |name: &str| fs::read_to_string(folder.join(name)).map_err(|error| format!("www/{name}: {error}"));
    let (mut lines, mut scripts, mut styles) = (Vec::new(), String::new(), String::new());
    for line in read("index.html")?.lines() {
        if let Some(named) = line.strip_prefix(STYLE) {
            if styles.is_empty() {
                lines.push(format!("{STYLE}style.css\">"));
            }
            styles += &one_style(named, &read)?;
        } else if let Some(entry) = line.strip_prefix(SCRIPT) {
            scripts = script(before_quote(entry), &read)?;
            lines.push(format!("{SCRIPT}script.js\"></script>"));
        } else {
            lines.push(line.replace(PARTNERS, "/page/around.js"));
        }
    }
    if scripts.is_empty() || styles.is_empty() {
        return Err("www/index.html names no script or no style, each on a line of its own".to_owned());
    }
    let around = script("embed/parent_bridge.js", &read)?;
    Ok([("index.html", lines.join("\n")), ("script.js", scripts), ("around.js", around), ("style.css", styles)])
}

/// Makes the script of the element, and the one for inline mode, by name.
///
/// # Errors
/// A file that cannot be read or linked.
pub fn embed(folder: &Path, messages: &Path) -> Result<[(&'static str, String); 2], String> {
    let read = |name: &str| match name {
        "embed/words.js" => words::element_words(messages),
        _ => fs::read_to_string(folder.join(name)).map_err(|error| format!("www/{name}: {error}")),
    };
    Ok([("element.js", script("embed/kakekomi.js", &read)?), ("inline.js", script("embed/mount.js", &read)?)])
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
