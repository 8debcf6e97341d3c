//! What goes into an archive, and that nothing else of the machine does.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on stops")]

use std::collections::BTreeMap;
use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

use kakekomi_packages::pack;

const FORM: &str = r#"{
  "name": "@kakekomi/form",
  "version": "0.0.0",
  "files": ["made.js", "types.d.ts", "integrity.json"]
}
"#;
const CHECK: &str = r#"{ "name": "@kakekomi/check", "version": "0.0.0", "files": ["./index.js", "lib/"] }"#;
const PYTHON: &str = r#"
[project]
name = "kakekomi-check"
dynamic = ["version"]
description = "Checks drafts"
readme = "README.md"
requires-python = ">=3.10"
license = "Apache-2.0"
dependencies = ["wasmtime>=40"]
optional-dependencies = { fastapi = ["fastapi"] }
"#;
const SOURCES: [(&str, &str); 12] = [
    ("LICENSE", "Apache License\n"),
    ("host/export/types.d.ts", "export {};\n"),
    ("wasm/packages/form/package.json", FORM),
    ("wasm/packages/check/package.json", CHECK),
    ("wasm/packages/check/index.js", "export const x = 1;\n"),
    ("wasm/packages/check/lib/y.js", "export const y = 2;\n"),
    ("wasm/packages/check/README.md", "# Check\n"),
    ("wasm/packages/check/test.js", "not in the package\n"),
    ("wasm/packages/python/pyproject.toml", PYTHON),
    ("wasm/packages/python/README.md", "# Prüfung\n"),
    ("wasm/packages/python/kakekomi_check/__init__.py", "x: int = 1\n"),
    ("wasm/packages/python/kakekomi_check/__pycache__/left.pyc", "left by a tool\n"),
];

/// Writes a tree of sources; every file gets the mode and the age.
fn tree<'s>(name: &str, sources: impl IntoIterator<Item = (&'s str, &'s str)>, mode: u32, age: u64) -> PathBuf {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    _ = fs::remove_dir_all(&root);
    for (name, text) in sources {
        let path = root.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        File::open(&path).unwrap().set_modified(SystemTime::now() - Duration::from_secs(age)).unwrap();
    }
    root
}

fn packed(root: &Path) -> Result<BTreeMap<String, Vec<u8>>, String> {
    let generated = [("made.js".to_owned(), b"made by the build\n".to_vec())];
    Ok(pack(root, "1.2.3", &generated).map_err(|error| error.to_string())?.into_iter().collect())
}

/// Replaces one source and returns the error.
fn error_with(test: &str, replaced: &str, by: &str) -> String {
    let sources = SOURCES.into_iter().map(|(of, old)| (of, if of == replaced { by } else { old }));
    packed(&tree(test, sources, 0o644, 0)).unwrap_err()
}

/// Reads an archive with a program of the system.
fn read_with(program: &str, arguments: &[&str], archive: &[u8]) -> String {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{}.archive", arguments.concat().replace('/', "_")));
    fs::write(&file, archive).unwrap();
    let output = Command::new(program)
        .args(arguments)
        .env("TZ", "UTC")
        .stdin(Stdio::from(File::open(&file).unwrap()))
        .output()
        .unwrap();
    assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn same_source_gives_the_same_bytes() {
    let one = packed(&tree("same-one", SOURCES, 0o644, 0)).unwrap();
    let other = packed(&tree("same-other", SOURCES.into_iter().rev(), 0o600, 1_000_000_000)).unwrap();
    assert!(one == other);
    // Of this very source on every machine. A change of the compressor in Cargo.lock may change them.
    let sums = String::from_utf8(one["SHA256SUMS"].clone()).unwrap();
    assert_eq!(
        sums,
        "dbeb919873fd9666fe4ac0b9697c2aa0c27467f8fab997ce2787a638042c6faf  kakekomi-form-1.2.3.tgz
\
         22a1c0d0dba8020f0da344478315e8394b99d18c8a3fd8d2c1c0c7f1c7d62960  kakekomi-check-1.2.3.tgz
\
         a684c789df1eb1e3b4e7f9c05238b57c077f94602ee6880ce6de64de15f61ec6  kakekomi_check-1.2.3-py3-none-any.whl
"
    );
}

#[test]
fn npm_packages_have_what_files_names() {
    let archives = packed(&tree("npm", SOURCES, 0o644, 0)).unwrap();
    let listed = |name: &str| read_with("tar", &["--list", "--gzip", "--file", "-"], &archives[name]);
    assert_eq!(
        listed("kakekomi-check-1.2.3.tgz"),
        "package/LICENSE\npackage/README.md\npackage/index.js\npackage/lib/y.js\npackage/package.json\n"
    );
    assert_eq!(
        listed("kakekomi-form-1.2.3.tgz"),
        "package/LICENSE\npackage/integrity.json\npackage/made.js\npackage/package.json\npackage/types.d.ts\n"
    );
    let text = |name| {
        read_with(
            "tar",
            &["--extract", "--gzip", "--to-stdout", "--file", "-", name],
            &archives["kakekomi-form-1.2.3.tgz"],
        )
    };
    assert_eq!(text("package/package.json"), FORM.replace("0.0.0", "1.2.3"));
    assert_eq!(text("package/made.js"), "made by the build\n");
    let digests: BTreeMap<String, String> = serde_json::from_str(&text("package/integrity.json")).unwrap();
    assert_eq!(digests.keys().collect::<Vec<_>>(), ["LICENSE", "made.js", "package.json", "types.d.ts"]);
    assert!(digests.values().all(|digest| digest.starts_with("sha384-") && digest.len() == 71), "{digests:?}");
    let verbose =
        read_with("tar", &["--list", "--verbose", "--gzip", "--file", "-"], &archives["kakekomi-check-1.2.3.tgz"]);
    assert!(
        verbose.lines().all(|line| line.starts_with("-rw-r--r-- 0/0") && line.contains("1980-01-01 00:00")),
        "{verbose}"
    );
}

#[test]
fn wheel_has_its_packages_and_their_record() {
    let archives = packed(&tree("wheel", SOURCES, 0o644, 0)).unwrap();
    let wheel = &archives["kakekomi_check-1.2.3-py3-none-any.whl"];
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(wheel)).unwrap();
    let mut text = |name: &str| std::io::read_to_string(archive.by_name(name).unwrap()).unwrap();
    let metadata = text("kakekomi_check-1.2.3.dist-info/METADATA");
    let (head, readme) = metadata.split_once("\n\n").unwrap();
    assert_eq!(readme, "# Prüfung\n");
    for line in [
        "Name: kakekomi-check",
        "Version: 1.2.3",
        "License-Expression: Apache-2.0",
        "Requires-Dist: wasmtime>=40",
        "Requires-Dist: fastapi ; extra == 'fastapi'",
    ] {
        assert!(head.lines().any(|found| found == line), "{line}: {head}");
    }
    let record = text("kakekomi_check-1.2.3.dist-info/RECORD");
    assert!(
        record.starts_with("kakekomi_check/__init__.py,sha256=Ek7R10uOYs3ZbyzPclZpgzNuvJa9W6W5CGwGU26b_Ug,11\n"),
        "{record}"
    );
    let recorded: Vec<_> = record.lines().filter_map(|line| line.split(',').next()).collect();
    let names: Vec<_> = archive.file_names().map(Result::unwrap).collect();
    assert_eq!(recorded, names);
}

#[test]
fn mistake_in_a_package_is_named() {
    let check = "wasm/packages/check/package.json";
    for (test, name, text, words) in [
        ("pattern", check, CHECK.replace("lib/", "*.js"), ["check/package.json", "*.js"]),
        ("outside", check, CHECK.replace("lib/", "../form"), ["check/package.json", "../form"]),
        ("missing", check, CHECK.replace("lib/", "none.js"), ["check/package.json", "none.js"]),
        (
            "twice",
            check,
            CHECK.replace("{ ", "{ \"x\": { \"version\": \"0.0.0\" }, "),
            ["check/package.json", "exactly once"],
        ),
        (
            "key",
            "wasm/packages/python/pyproject.toml",
            PYTHON.to_owned() + "scripts = {}",
            ["pyproject.toml", "scripts"],
        ),
    ] {
        let error = error_with(test, name, &text);
        assert!(words.iter().all(|word| error.contains(word)), "{test}: {error}");
    }
}

#[test]
fn folder_without_a_manifest_is_left_out() {
    let archives = packed(&tree("none", [SOURCES[0]], 0o644, 0)).unwrap();
    assert_eq!(archives.into_iter().collect::<Vec<_>>(), [("SHA256SUMS".to_owned(), Vec::new())]);
}
