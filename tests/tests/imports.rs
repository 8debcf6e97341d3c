//! No file of a crate imports itself by way of others: a reader can begin at the files that import nothing.
//!
//! `tests/src/imports.rs` states the rule.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on stops"
)]

use kakekomi_tests::imports::{circles, graph};
use kakekomi_tests::source_tree::files;

#[test]
fn imports_run_in_one_direction() {
    let files = files();
    let roots = files.iter().filter_map(|file| file.path.strip_suffix("/lib.rs"));
    let crates: Vec<_> = roots.collect();
    assert!(crates.contains(&"core/src") && crates.contains(&"wasm/src"), "{crates:?}");
    let found: Vec<_> = crates.iter().flat_map(|folder| circles(&graph(&files, folder))).collect();
    let lines: Vec<_> = found.iter().map(|way| format!("{} → {}", way.join(" → "), way[0])).collect();
    assert!(lines.is_empty(), "{}", lines.join("\n"));
}
