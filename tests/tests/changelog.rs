//! The changelog names the right module of every release.
//!
//! A release is cut by a heading `## 0.2.0 — ruleset … — module sha256:…` as `kakekomi module` prints them:
//! from then on the sources of that version must build this module.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on stops"
)]

use std::collections::BTreeSet;
use std::fs;

use kakekomi_sandbox::Digest;
use kakekomi_service::releases::releases;
use kakekomi_tests::server::Home;
use kakekomi_tests::source_tree::root;
use serde_json::Value;

#[test]
fn every_heading_names_a_release_or_unreleased() {
    let text = fs::read_to_string(root().join("CHANGELOG.md")).unwrap();
    let headings: Vec<_> = text.lines().filter(|line| line.starts_with("## ")).collect();
    let unreleased = format!("## Unreleased — ruleset {}", kakekomi_core::RULESET);
    let open = usize::from(headings[0] == unreleased);
    assert_eq!(
        headings.len(),
        open + releases().count(),
        "a heading names no module, or not this ruleset: {headings:?}"
    );
    let modules: BTreeSet<_> = releases().map(|release| release.module).collect();
    assert_eq!(modules.len(), releases().count(), "two releases with one module");
}

#[test]
fn sources_of_a_release_build_its_module() {
    let ours = releases().find(|release| release.version == env!("CARGO_PKG_VERSION"));
    if let Some(release) = ours {
        assert_eq!(release.module.as_str(), kakekomi_artifact::SHA256);
        assert_eq!(release.ruleset, kakekomi_core::RULESET);
    }
}

#[test]
fn archived_module_has_its_named_digest() {
    let folder = root().join("tests/fixtures/modules");
    let mut found = 0;
    for release in releases() {
        let Ok(wasm) = fs::read(folder.join(format!("{}.wasm", release.module))) else { continue };
        assert_eq!(Digest::of(&wasm), release.module);
        let description = fs::read(folder.join(release.module.as_str()).join("describe.ja.json")).unwrap();
        assert_eq!(serde_json::from_slice::<Value>(&description).unwrap()["ruleset"], release.ruleset);
        found += 1;
    }
    assert!(found > 0, "tests/fixtures has the module of one release at least");
}

#[test]
fn doctor_reports_the_release_of_the_module() {
    let output = Home::new().run(&["doctor", "--json", "--listen", "127.0.0.1:9"]);
    let whole: Value = serde_json::from_slice(&output.stdout).unwrap();
    let finding = whole["findings"].as_array().unwrap().iter().find(|finding| finding["check"] == "release").unwrap();
    let released = releases().any(|release| release.module.as_str() == kakekomi_artifact::SHA256);
    assert_eq!(finding["level"], if released { "ok" } else { "warning" }, "{finding}");
}
