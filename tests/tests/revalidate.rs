//! The programs of docs/revalidate.md, each run from scratch: the desk's bytes, its exit codes, and a
//! wrong module.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on stops"
)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use kakekomi_sandbox::Digest;
use kakekomi_tests::applicant::example;
use kakekomi_tests::server::{Home, Server};
use kakekomi_tests::source_tree::root;

#[path = "../../host/service/examples/revalidate.rs"]
#[allow(dead_code, missing_docs, reason = "its main is for the command line")]
mod example_program;

/// The four files on a partner's server, and the module's digest.
struct Partner {
    home: Home,
    digest: &'static str,
}

impl Partner {
    fn new() -> Partner {
        let home = Home::new();
        let (draft, context) = kakekomi_tests::example().unwrap();
        let partner = Partner { home, digest: kakekomi_artifact::SHA256 };
        std::fs::write(partner.file("kakekomi.wasm"), kakekomi_artifact::WASM).unwrap();
        std::fs::write(partner.file("context.json"), context).unwrap();
        std::fs::write(partner.file("right.json"), &draft).unwrap();
        std::fs::write(partner.file("wrong.json"), b"{\"contact\":{\"phone\":\"110\",\"phone\":1.0}}").unwrap();
        partner
    }

    fn file(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// Makes the native core's report.
    fn report(&self, draft: &str) -> Vec<u8> {
        let read = |name: &str| std::fs::read(self.file(name)).unwrap();
        kakekomi_core::answer(&read(draft), &read("context.json")).unwrap()
    }

    fn run(&self, program: &[&str], wanted: &str, draft: &str) -> Output {
        let mut command = Command::new(program[0]);
        command.args(&program[1..]).current_dir(root());
        command.arg(self.file("kakekomi.wasm")).arg(wanted).arg(self.file("context.json")).arg(self.file(draft));
        command.output().unwrap_or_else(|error| panic!("{program:?}: {error}"))
    }

    fn assert_works(&self, program: &[&str]) {
        for (draft, code) in [("right.json", 0), ("wrong.json", 1)] {
            let output = self.run(program, self.digest, draft);
            let words = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(code), "{program:?} {draft}: {words}");
            assert_eq!(trimmed(&output.stdout), self.report(draft), "{program:?} {draft}");
        }
        let other = self.run(program, &"0".repeat(64), "right.json");
        assert_eq!(other.status.code(), Some(2), "{program:?}: another module");
        assert!(String::from_utf8_lossy(&other.stderr).contains(self.digest), "{program:?} names what it found");
        let named = self.run(program, &format!("sha256:{}", self.digest), "right.json");
        assert_eq!(named.status.code(), Some(0), "{program:?}: the digest as the desk writes it");
        self.assert_says_why(program, r#"(func (export "kakekomi_abi_2"))"#, "ABI 1");
        self.assert_says_why(program, TRAPS, "unreachable");
    }

    /// Asserts that a missing report is an error, neither a verdict nor an empty output.
    fn assert_says_why(&self, program: &[&str], exports: &str, why: &str) {
        let wasm = wat::parse_str(format!(r#"(module (memory (export "memory") 20) {exports})"#)).unwrap();
        std::fs::write(self.file("kakekomi.wasm"), &wasm).unwrap();
        let output = self.run(program, Digest::of(&wasm).as_str(), "right.json");
        std::fs::write(self.file("kakekomi.wasm"), kakekomi_artifact::WASM).unwrap();
        let words = String::from_utf8_lossy(&output.stderr);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(4), 0), "{program:?}: {words}");
        assert!(words.contains(why), "{program:?}: {words}");
    }
}

/// Makes a module that traps in a check.
const TRAPS: &str = r#"(func (export "kakekomi_abi_1")) (func (export "kakekomi_free") (param i32 i32))
    (func (export "kakekomi_allocate") (param i32) (result i32) (i32.const 64))
    (func (export "kakekomi_check") (param i32 i32 i32 i32) (result i64) unreachable)"#;

fn trimmed(output: &[u8]) -> &[u8] {
    output.strip_suffix(b"\n").unwrap_or(output)
}

#[test]
fn in_node() {
    Partner::new().assert_works(&["node", "docs/revalidate/revalidate.mjs"]);
}

#[test]
fn in_python() {
    Partner::new().assert_works(&["tests/same/python.sh", "docs/revalidate/revalidate.py"]);
}

#[test]
fn in_rust() {
    let partner = Partner::new();
    let judge = |wanted: &str, draft: &str| {
        let file = |name: &str| partner.file(name);
        example_program::revalidate(&file("kakekomi.wasm"), wanted, &file("context.json"), &file(draft))
    };
    for (draft, accepted) in [("right.json", true), ("wrong.json", false)] {
        let verdict = judge(partner.digest, draft).unwrap();
        assert_eq!((verdict.accepted(), verdict.report()), (accepted, partner.report(draft).as_slice()));
    }
    let other = judge(&"0".repeat(64), "right.json").unwrap_err().to_string();
    assert!(other.contains(partner.digest), "{other}");
}

#[test]
fn documented_setup_works_from_scratch() {
    let server = Server::start();
    let text = std::fs::read_to_string(root().join("docs/revalidate.md")).unwrap();
    let lines =
        text.lines().skip_while(|line| !line.starts_with("    desk=")).take_while(|line| line.starts_with("    "));
    let script = lines.map(str::trim_start).collect::<Vec<_>>().join("\n");
    let script = script.replacen("https://desk.example.jp", &format!("http://{}", server.at), 1);
    let folder = Home::new();
    std::fs::copy(root().join("docs/revalidate/revalidate.mjs"), folder.path().join("revalidate.mjs")).unwrap();
    std::fs::write(folder.path().join("draft.json"), example(&server.home, &[])).unwrap();
    let output = Command::new("sh").args(["-euc", &script]).current_dir(folder.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stdout.starts_with(b"{\"ruleset\":"));
}

#[test]
fn in_a_shell_with_curl() {
    let server = Server::start();
    let (desk, digest) = (format!("http://{}", server.at), kakekomi_artifact::SHA256);
    let file = |name: &str, bytes: &[u8]| {
        let path = server.home.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let run = |wanted: &str, draft: &Path| {
        let program = root().join("docs/revalidate/revalidate.sh");
        Command::new("sh").arg(program).args([&desk, wanted]).arg(draft).output().unwrap()
    };
    let right = run(digest, &file("right.json", &example(&server.home, &[])));
    assert_eq!(right.status.code(), Some(0), "{}", String::from_utf8_lossy(&right.stderr));
    assert!(right.stdout.starts_with(b"{\"ruleset\":"));
    assert_eq!(run(digest, &file("wrong.json", b"{}")).status.code(), Some(1));
    assert_eq!(run(digest, &file("none.json", b"{")).status.code(), Some(1));
    let other = run(&"0".repeat(64), &file("right.json", &example(&server.home, &[])));
    assert_eq!(other.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&other.stderr).contains(digest));
}
