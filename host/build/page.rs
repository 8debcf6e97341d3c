//! The page as it is served: a document that names one script and one style instead of many.
//!
//! `www/index.html` as it stands in the folder names every style and `main.js`, so that `serve --page www` works
//! without a build; here those lines are taken out and one of each put in.

use std::fs;
use std::path::Path;

use super::{link, squeeze};

/// Where the document names its script.
const SCRIPT: &str = "<script type=\"module\" src=\"/page/";
/// Where it names a style.
const STYLE: &str = "<link rel=\"stylesheet\" href=\"/page/";

/// Document, script and style of a folder, by name.
///
/// # Errors
/// A file that cannot be read, linked or squeezed; a document that names no script.
pub fn page(folder: &Path) -> Result<[(&'static str, String); 3], String> {
    let read = |name: &str| fs::read_to_string(folder.join(name)).map_err(|error| format!("www/{name}: {error}"));
    let (mut lines, mut script, mut style) = (Vec::new(), String::new(), String::new());
    for line in read("index.html")?.lines() {
        if let Some(named) = line.strip_prefix(STYLE) {
            if style.is_empty() {
                lines.push(format!("{STYLE}style.css\">"));
            }
            style += &one_style(named, &read)?;
        } else if let Some(entry) = line.strip_prefix(SCRIPT) {
            script = link::link(before_quote(entry), &read)?;
            lines.push(format!("{SCRIPT}script.js\"></script>"));
        } else {
            lines.push(line.to_owned());
        }
    }
    if script.is_empty() || style.is_empty() {
        return Err("www/index.html names no script or no style, each on a line of its own".to_owned());
    }
    Ok([("index.html", lines.join("\n")), ("script.js", script), ("style.css", style)])
}

/// `print.css" media="print">` → its rules, within `@media print{…}`.
fn one_style(named: &str, read: &dyn Fn(&str) -> Result<String, String>) -> Result<String, String> {
    let name = before_quote(named);
    let rules = squeeze::style(&read(name)?).map_err(|error| format!("www/{name}: {error}"))?;
    Ok(match named.split_once("media=\"") {
        Some((_, media)) => format!("@media {}{{{rules}}}", before_quote(media)),
        None => rules,
    })
}

fn before_quote(text: &str) -> &str {
    text.split('"').next().unwrap_or_default()
}
