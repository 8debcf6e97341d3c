//! Typical changes touch few files: each patch of `tests/changes` is applied to a scratch copy of the repository.
//!
//! `tests/changes/changes.toml` names the changes and the most files that each may touch; `fax.patch` adds the field
//! `contact.fax` in three files and its cases in a fourth, which does not count.
//! The crates named there are compiled after the change; `KAKEKOMI_CHANGES_COMPILE`, which `make test-long` sets, adds the
//! crates that take long.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on stops"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use kakekomi_tests::source_tree::{files, root};
use serde::Deserialize;

/// The changes that issue 16 asks for, beside the question that docs/performance.md answers.
const NAMES: [&str; 4] = ["fax", "phone-rule", "problem-code", "step-list"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Changes {
    change: Vec<Change>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    /// The patch's file without its ending.
    name: String,
    /// The most files that the change may touch, its cases aside.
    files_max: usize,
    /// Files that do not count: cases, and what a command generates.
    #[serde(default)]
    not_counted: BTreeSet<String>,
    /// Crates that are compiled after the change.
    #[serde(default)]
    compile: Vec<String>,
    /// Crates that are compiled as well by `make test-long`, since they take more than a minute.
    #[serde(default)]
    compile_long: Vec<String>,
}

/// A copy of the repository that is removed after the test.
struct Scratch(PathBuf);

impl Scratch {
    /// Copies every file of the repository that is not built or fetched.
    fn new(name: &str) -> Scratch {
        let folder = std::env::temp_dir().join(format!("kakekomi-change-{name}-{}", std::process::id()));
        copy(&root(), &folder);
        Scratch(folder)
    }

    /// Runs `git apply`, which works on a folder that is no repository.
    fn git_apply(&self, arguments: &[&str], patch: &Path) -> Output {
        let mut command = Command::new("git");
        command.arg("apply").args(arguments).arg(patch).current_dir(&self.0);
        command.env("GIT_CEILING_DIRECTORIES", self.0.parent().unwrap()).env_remove("GIT_DIR").output().unwrap()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        _ = fs::remove_dir_all(&self.0);
    }
}

fn copy(from: &Path, to: &Path) {
    const LEFT_OUT: [&str; 5] = ["target", "node_modules", ".git", "data", "shots"];
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let name = entry.file_name();
        let kind = entry.file_type().unwrap();
        if kind.is_dir() && !LEFT_OUT.iter().any(|left_out| name == **left_out) {
            copy(&entry.path(), &to.join(name));
        } else if kind.is_file() {
            fs::copy(entry.path(), to.join(name)).unwrap();
        }
    }
}

fn patch(name: &str) -> PathBuf {
    root().join(format!("tests/changes/{name}.patch"))
}

/// Explains the update of a patch.
fn instruction(name: &str) -> String {
    format!(
        "make the change in a clean tree as tests/changes/README.md describes it, and record it: \
         git diff -U1 > /tmp/{name}.patch; git checkout .; mv /tmp/{name}.patch tests/changes/"
    )
}

/// Returns the paths that a patch touches: the third column of `git apply --numstat`.
fn touched(scratch: &Scratch, name: &str) -> BTreeSet<String> {
    let output = scratch.git_apply(&["--numstat"], &patch(name));
    assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().filter_map(|line| line.split('\t').nth(2)).map(str::to_owned).collect()
}

fn compile(scratch: &Scratch, name: &str, package: &str) {
    // In a folder of its own: cargo would take the copy's build scripts for the repository's, whose paths relative to the
    // workspace are the same.
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let mut command = Command::new(cargo);
    command.args(["check", "--release", "--locked", "--quiet", "--package", package, "--target-dir"]);
    let output = command.arg(root().join("target/changes")).current_dir(&scratch.0).output().unwrap();
    assert!(output.status.success(), "{name}, {package}: {}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn typical_changes_touch_few_files() {
    let text = fs::read_to_string(root().join("tests/changes/changes.toml")).unwrap();
    let changes = toml::from_str::<Changes>(&text).unwrap().change;
    let names: Vec<_> = changes.iter().map(|change| change.name.as_str()).collect();
    assert_eq!(names, NAMES);
    let is_long = std::env::var_os("KAKEKOMI_CHANGES_COMPILE").is_some();
    for Change { name, files_max, not_counted, compile: packages, compile_long } in &changes {
        assert!(patch(name).exists(), "tests/changes/{name}.patch is missing: {}", instruction(name));
        let scratch = Scratch::new(name);
        let counted: Vec<_> = touched(&scratch, name).difference(not_counted).cloned().collect();
        assert!(!counted.is_empty() && counted.len() <= *files_max, "{name} touches {counted:?}, at most {files_max}");
        let output = scratch.git_apply(&["-C1"], &patch(name));
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{name}.patch no longer applies: {error}\n{}", instruction(name));
        let long = compile_long.iter().filter(|_| is_long);
        packages.iter().chain(long).for_each(|package| compile(&scratch, name, package));
    }
}

/// The fifth question, on the time of a check, is answered in one section of at most 60 lines.
#[test]
fn performance_page_breaks_down_the_time_of_a_check() {
    let page = files().into_iter().find(|file| file.path == "docs/performance.md").unwrap();
    let section = page.text.split("\n## Where the time goes\n").nth(1).expect("the section \"Where the time goes\"");
    let section = section.split("\n## ").next().unwrap();
    assert!(section.contains("µs") && section.lines().count() <= 60, "{} lines", section.lines().count());
}
