//! Source files of the project, for tests that check the repository itself.
//!
//! `files()` → every source file with its path; [`Source::code`] is its text without comments and
//! without its unit tests, [`Source::literals`] the string literals in that, [`Source::bare`] the rest.

use std::fs;
use std::path::{Path, PathBuf};

/// Folders that hold nothing written here.
const NOT_OURS: [&str; 5] = ["target", "node_modules", ".git", "data", "shots"];

/// The folder of the workspace.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// A file of the project.
#[derive(Debug)]
pub struct Source {
    /// From the workspace's folder, with `/`: `core/src/lib.rs`.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// Every text file of the project, by path.
pub fn files() -> Vec<Source> {
    let root = root();
    let mut found = Vec::new();
    walk(&root, &root, &mut found);
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

fn walk(root: &Path, folder: &Path, found: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if path.is_dir() {
            if !NOT_OURS.contains(&name.as_str()) {
                walk(root, &path, found);
            }
        } else if let Ok(text) = fs::read_to_string(&path) {
            let steps = path.strip_prefix(root).unwrap().iter().map(|step| step.to_string_lossy().into_owned());
            found.push(Source { path: steps.collect::<Vec<_>>().join("/"), text });
        }
    }
}

/// The addresses that the page's document names: script, style and the module's glue.
pub fn named_in(document: &str) -> Vec<String> {
    let targets = ["href=\"/", "src=\"/"].into_iter().flat_map(|before| document.split(before).skip(1));
    targets.filter_map(|rest| rest.split('"').next()).map(|path| format!("/{path}")).collect()
}

impl Source {
    /// Checks if the path has an ending such as `.rs`.
    pub fn is(&self, ending: &str) -> bool {
        self.path.ends_with(ending)
    }

    /// Checks if the file is below a folder or is that file.
    pub fn below(&self, place: &str) -> bool {
        self.path == place || self.path.strip_prefix(place).is_some_and(|rest| rest.starts_with('/'))
    }

    /// The text without comments and, in Rust, without the unit tests at the file's end.
    pub fn code(&self) -> String {
        self.scanned().code
    }

    /// The string literals of [`Source::code`].
    pub fn literals(&self) -> Vec<String> {
        self.scanned().literals
    }

    /// [`Source::code`] without its string literals.
    pub fn bare(&self) -> String {
        self.scanned().bare
    }

    fn scanned(&self) -> Scanned {
        let text = if self.is(".rs") { self.text.split("#[cfg(test)]\nmod ").next().unwrap() } else { &self.text };
        scan(text, self.is(".rs"))
    }
}

/// A text taken apart.
#[derive(Default)]
struct Scanned {
    code: String,
    bare: String,
    literals: Vec<String>,
}

/// Takes comments away, and string literals apart.
fn scan(text: &str, is_rust: bool) -> Scanned {
    let mut rest = text;
    let mut scanned = Scanned::default();
    while let Some(first) = rest.chars().next() {
        let (length, is_literal) = if rest.starts_with("//") {
            rest = &rest[rest.find('\n').unwrap_or(rest.len())..];
            continue;
        } else if rest.starts_with("/*") {
            rest = &rest[rest.find("*/").map_or(rest.len(), |at| at + 2)..];
            continue;
        } else if is_rust && let Some(length) = raw_string(rest) {
            (length, true)
        } else if first == '"' || (!is_rust && (first == '\'' || first == '`')) {
            (quoted(rest, first), true)
        } else if first == '\'' {
            (character(rest), false)
        } else {
            (first.len_utf8(), false)
        };
        let (piece, after) = rest.split_at(length);
        scanned.code.push_str(piece);
        if is_literal {
            scanned.literals.push(piece.to_owned());
        } else {
            scanned.bare.push_str(piece);
        }
        rest = after;
    }
    scanned
}

/// The length of a literal up to its closing quote.
fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, char) in text.char_indices().skip(1) {
        match char {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if char == quote => return at + char.len_utf8(),
            _ => {}
        }
    }
    text.len()
}

/// The length of a raw string (`r"…"`, `r#"…"#`, with or without `b`), if one begins here.
fn raw_string(text: &str) -> Option<usize> {
    let start = text.strip_prefix('b').unwrap_or(text).strip_prefix('r')?;
    let hashes = start.len() - start.trim_start_matches('#').len();
    let body = start[hashes..].strip_prefix('"')?;
    let close = format!("\"{}", "#".repeat(hashes));
    let end = body.find(&close)?;
    Some(text.len() - body.len() + end + close.len())
}

/// The length of a character literal, or of the quote of a lifetime.
fn character(text: &str) -> usize {
    let mut chars = text.char_indices().skip(1);
    match (chars.next(), chars.next()) {
        (Some((_, '\\')), _) => quoted(text, '\''),
        (Some(_), Some((at, '\''))) => at + 1,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::Source;

    fn source(path: &str, text: &str) -> Source {
        Source { path: path.to_owned(), text: text.to_owned() }
    }

    #[test]
    fn comments_and_unit_tests_are_excluded() {
        let rust = "//! あ\nlet a = '\"'; // \"い\"\nlet b: &'static str = \"う // え\"; /* お */ r#\"か\"#\n#[cfg(test)]\nmod tests { \"き\" }";
        let source = source("a.rs", rust);
        assert_eq!(source.literals(), ["\"う // え\"", "r#\"か\"#"]);
        assert!(!source.code().contains(['あ', 'い', 'お', 'き']));
    }

    #[test]
    fn all_three_javascript_quotes_are_recognized() {
        let source = source("a.js", "const a = 'x' + `y` + \"z\"; // い");
        assert_eq!(source.literals(), ["'x'", "`y`", "\"z\""]);
        assert_eq!(source.bare(), "const a =  +  + ; ");
    }

    #[test]
    fn folder_with_a_longer_name_is_not_below() {
        let file = source("host/store/src/sqlite.rs", "");
        assert!(file.below("host/store") && !file.below("host/sto"));
    }
}
