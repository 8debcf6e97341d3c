//! Names and phrases that language.md replaced do not come back.
//!
//! `tests/old-names.toml` lists each file with the items that had other names there: `pub struct Walk` in
//! `core/src/form/visit.rs` fails with that file and name.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on stops"
)]

use std::collections::BTreeSet;

use kakekomi_tests::source_tree::{Source, files, root};
use serde::Deserialize;

/// The words before an item's name in Rust and JavaScript.
const DEFINITIONS: [&str; 11] =
    ["fn", "struct", "enum", "const", "static", "mod", "type", "trait", "function", "class", "macro_rules!"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    renamed: Vec<Renamed>,
    gone: Gone,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Renamed {
    files: Vec<String>,
    old: BTreeSet<String>,
    #[serde(default)]
    variants: BTreeSet<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Gone {
    paths: Vec<String>,
}

fn table() -> Table {
    toml::from_str(&std::fs::read_to_string(root().join("tests/old-names.toml")).unwrap()).unwrap()
}

/// Returns the names that a line of code defines: `pub(super) const fn each(…)` → `each`.
fn defined(line: &str) -> Option<&str> {
    let mut words = line.split_whitespace().peekable();
    while let Some(word) = words.next() {
        if DEFINITIONS.contains(&word) && words.peek().is_some_and(|next| !DEFINITIONS.contains(next)) {
            return words.next().map(identifier);
        }
    }
    None
}

/// Returns the identifier that a text begins with: `each<T>(value` → `each`.
fn identifier(text: &str) -> &str {
    text.split(|char: char| !char.is_alphanumeric() && char != '_' && char != '$').next().unwrap_or_default()
}

/// Returns the old names that a file still defines.
fn still_defined(file: &Source, renamed: &Renamed) -> Vec<String> {
    let bare = file.bare();
    let items = bare.lines().filter_map(defined).filter(|name| renamed.old.contains(*name));
    let variants = bare
        .lines()
        .map(str::trim_start)
        .map(|line| (identifier(line), line))
        .filter(|(name, line)| renamed.variants.contains(*name) && line[name.len()..].starts_with([',', '(', ' ']))
        .map(|(name, _)| name);
    items.chain(variants).map(|name| format!("{}: {name}", file.path)).collect()
}

#[test]
fn no_item_is_defined_under_its_old_name() {
    let files = files();
    let mut found = Vec::new();
    for renamed in table().renamed {
        let here: Vec<_> = files.iter().filter(|file| renamed.files.iter().any(|path| file.below(path))).collect();
        assert!(!here.is_empty(), "none of {:?} exists: follow the moved file in tests/old-names.toml", renamed.files);
        found.extend(here.into_iter().flat_map(|file| still_defined(file, &renamed)));
    }
    assert!(found.is_empty(), "old names of language.md:\n{}", found.join("\n"));
}

#[test]
fn no_file_has_its_old_path() {
    let found: Vec<_> = table().gone.paths.into_iter().filter(|path| root().join(path).exists()).collect();
    assert!(found.is_empty(), "old paths of language.md: {found:?}");
}

#[test]
fn definitions_are_recognized() {
    let file = |text: &str| Source { path: "core/src/a.rs".to_owned(), text: text.to_owned() };
    let renamed =
        Renamed { files: Vec::new(), old: ["each".to_owned()].into(), variants: ["Either".to_owned()].into() };
    for text in ["pub(super) const fn each<T>(a: T) {}", "mod each;", "enum Need {\n    Either,\n}", "Either(&'a str),"]
    {
        assert_eq!(still_defined(&file(text), &renamed).len(), 1, "{text}");
    }
    for text in ["// fn each()", "fn each_one() {}", "let each = 1;", "Need::Either => {}", "\"fn each()\""] {
        assert_eq!(still_defined(&file(text), &renamed), Vec::<String>::new(), "{text}");
    }
}

/// Openings of sentences that language.md refuses: they keep the subject from the reader.
const OPENINGS: [&str; 3] = ["Whoever", "What is not", "Of what"];

/// Returns the first refused opening of a sentence in a line of prose.
fn refused_opening(line: &str) -> Option<&'static str> {
    let text = line.trim_start_matches(|char: char| char.is_whitespace() || "/!*#->|`".contains(char));
    let mut starts = vec![text];
    starts.extend([". ", "? ", "! ", "| "].iter().flat_map(|end| text.split(end).skip(1)));
    OPENINGS.into_iter().find(|opening| {
        starts
            .iter()
            .any(|start| start.strip_prefix(opening).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric)))
    })
}

/// Checks if a line of a source file is a comment. Markdown is checked by `tests/docs_links.test.mjs`.
fn is_comment(file: &Source, line: &str) -> bool {
    let line = line.trim_start();
    ["//", "/*", "* "].iter().any(|mark| line.starts_with(mark))
        || line.contains(" // ")
        || line.starts_with('#') && !file.is(".rs")
}

#[test]
fn no_comment_begins_with_a_refused_opening() {
    let endings = [".rs", ".js", ".mjs", ".ts", ".css", ".sh", ".toml", ".c", ".py", "Makefile"];
    let sources = files().into_iter().filter(|file| {
        endings.iter().any(|ending| file.is(ending))
            && !file.below("tests/fixtures")
            && file.path != "tests/tests/old_names.rs"
    });
    let found: Vec<_> = sources
        .flat_map(|file| {
            let lines = file.text.lines().enumerate();
            let refused = lines.filter(|(_, line)| is_comment(&file, line)).filter_map(|(at, line)| {
                let line = line.rsplit_once(" // ").map_or(line, |(_, comment)| comment);
                refused_opening(line).map(|opening| format!("{}:{}: {opening}", file.path, at + 1))
            });
            refused.collect::<Vec<_>>()
        })
        .collect();
    assert!(found.is_empty(), "sentences that language.md refuses:\n{}", found.join("\n"));
}

#[test]
fn refused_openings_are_recognized() {
    assert_eq!(refused_opening("/// Whoever asks twice does not want to wait."), Some("Whoever"));
    assert_eq!(refused_opening("- It is so. What is not 2xx is refused."), Some("What is not"));
    assert_eq!(refused_opening("It is for whoever asks."), None);
    assert_eq!(refused_opening("# Of whatever kind."), None);
}
