//! Rules of the repository that no compiler enforces. ARCHITECTURE.md names each of these tests beside its
//! invariant; a rule that gets in the way is changed here and there together.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on stops"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use kakekomi_tests::source_tree::{Source, files, root};

/// Lines of the longest file that need not be split.
const LINES_MAX: usize = 400;

/// Files that may be longer, each with its reason.
const LONG: [(&str, &str); 0] = [];

/// The only files with `unsafe` in them, each for one operation without a safe equivalent.
const UNSAFE: [&str; 4] =
    ["host/sandbox/src/precompiled.rs", "host/service/src/embedded_module.rs", "wasm/src/abi.rs", "wasm/src/arena.rs"];

/// The source folders of the core's crates.
const CORE: [&str; 2] = ["core/src", "core/describe/src"];

/// Forbidden dependencies of the host's crates, which keep the layers apart: HTTP knows no SQL, the store knows neither HTTP
/// nor age, the use case knows neither HTTP nor SQL, the sandbox knows nothing of the desk.
const LAYERS: [(&str, &[&str]); 12] = [
    ("host/http", &["sqlx"]),
    ("host/mail", &["age", "axum", "hyper", "sqlx", "kakekomi-casework", "kakekomi-desk-pages", "kakekomi-http"]),
    (
        "host/store",
        &[
            "age",
            "axum",
            "hyper",
            "kakekomi-sealing",
            "kakekomi-http",
            "kakekomi-service",
            "kakekomi-sandbox",
            "wasmtime",
        ],
    ),
    ("host/sealing", &["axum", "hyper", "sqlx", "kakekomi-http", "kakekomi-service", "kakekomi-store", "wasmtime"]),
    ("host/evidence", &["age", "axum", "hyper", "sqlx", "kakekomi-core", "kakekomi-http", "kakekomi-service"]),
    ("host/casework", &["age", "axum", "hyper", "sqlx", "kakekomi-http", "kakekomi-desk-pages"]),
    ("host/purposes", &["age", "axum", "hyper", "sqlx", "kakekomi-http", "kakekomi-service", "kakekomi-store"]),
    ("host/delivery", &["axum", "hyper", "sqlx", "kakekomi-http", "kakekomi-service", "kakekomi-sealing"]),
    ("host/oidc", &["axum", "sqlx", "kakekomi-accounts", "kakekomi-http", "kakekomi-service", "kakekomi-store"]),
    ("host/http-client", &["axum", "kakekomi-http", "kakekomi-service", "kakekomi-store", "sqlx"]),
    ("host/service", &["axum", "hyper", "sqlx", "kakekomi-http"]),
    (
        "host/sandbox",
        &["axum", "hyper", "sqlx", "kakekomi-artifact", "kakekomi-http", "kakekomi-service", "kakekomi-store"],
    ),
];

/// The source folders of the host's crates.
const HOST: [&str; 12] = [
    "host/src",
    "host/http/src",
    "host/sandbox/src",
    "host/sandbox/codegen/src",
    "host/sealing/src",
    "host/store/src",
    "host/evidence/src",
    "host/mail/src",
    "host/purposes/src",
    "host/service/src",
    "host/page-build/src",
    "wasm/packages/src",
];

/// Dependencies of the rules: none knows a clock, a file, a network or a JavaScript engine.
const CORE_DEPENDENCIES: [&str; 2] = ["garde", "serde"];

/// Fails with every finding at once.
fn none(findings: impl IntoIterator<Item = String>) {
    let findings: Vec<_> = findings.into_iter().collect();
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}

fn rust() -> impl Iterator<Item = Source> {
    files().into_iter().filter(|file| file.is(".rs"))
}

/// Lists the library code, without tests.
fn library() -> impl Iterator<Item = Source> {
    let test = |path: &str| {
        path.starts_with("tests/")
            || path.contains("/tests/")
            || path.ends_with("/tests.rs")
            || path.ends_with("_tests.rs")
    };
    rust().filter(move |file| !test(&file.path))
}

/// Finds files below any of `places` whose code contains any of `words`.
fn naming(places: &[&str], words: &[&str]) -> Vec<String> {
    let here = library().filter(|file| places.iter().any(|place| file.below(place)));
    here.flat_map(|file| {
        let code = file.code();
        let found = words.iter().filter(|word| code.contains(*word)).map(|word| format!("{}: {word}", file.path));
        found.collect::<Vec<_>>()
    })
    .collect()
}

fn manifest(path: &str) -> toml::Table {
    toml::from_str(&std::fs::read_to_string(root().join(path)).unwrap()).unwrap()
}

#[test]
fn core_uses_no_clock_file_or_network() {
    let dependencies: Vec<_> =
        manifest("core/Cargo.toml")["dependencies"].as_table().unwrap().keys().cloned().collect();
    assert_eq!(dependencies, CORE_DEPENDENCIES);
    // The compiler does the rest: no path of the core leads to more of the standard library than `core` and `alloc`.
    let root = std::fs::read_to_string(root().join("core/src/lib.rs")).unwrap();
    assert!(root.contains("extern crate core as std;"));
}

#[test]
fn crates_of_the_host_depend_only_on_the_layers_below() {
    let found = LAYERS.iter().flat_map(|(folder, refused)| {
        let manifest = manifest(&format!("{folder}/Cargo.toml"));
        let dependencies = manifest["dependencies"].as_table().unwrap().clone();
        refused
            .iter()
            .filter(move |name| dependencies.contains_key(**name))
            .map(move |name| format!("{folder}: {name}"))
    });
    none(found);
}

#[test]
fn core_has_no_floating_point() {
    none(naming(&CORE, &["f32", "f64"]));
}

#[test]
fn host_checks_with_the_module_only() {
    let findings = naming(&HOST, &["kakekomi_core::check", "kakekomi_core::answer"]);
    none(findings.into_iter().filter(|finding| !finding.starts_with("host/src/cli/check.rs: kakekomi_core::answer")));
}

#[test]
fn bench_is_left_out_of_the_tests_and_has_none() {
    let bench = files().into_iter().filter(|file| file.path.starts_with("tests/bench/src/"));
    none(bench.filter(|file| file.text.contains("#[test]")).map(|file| file.path));
}

#[test]
fn only_the_listed_files_have_unsafe_code() {
    let words =
        |code: &str| code.split(|char: char| !char.is_alphanumeric() && char != '_').any(|word| word == "unsafe");
    let mut found: Vec<_> = library().filter(|file| words(&file.bare())).map(|file| file.path).collect();
    found.sort();
    assert_eq!(found, UNSAFE);
}

/// The module's build removes the functions that would call one (wasm/artifact/build/panics.rs).
#[test]
fn module_passes_no_closure_to_javascript() {
    none(naming(&["wasm/src", "core/src", "core/describe/src"], &["Closure", "js_sys::futures", "spawn_local"]));
}

#[test]
fn files_hold_one_idea() {
    let endings = [".rs", ".js", ".mjs", ".ts", ".css", ".sh", "Makefile", ".ci/run"];
    // Released files stay unchanged.
    let sources = files().into_iter().filter(|file| !file.path.starts_with("tests/fixtures/"));
    let sources = sources.filter(|file| endings.iter().any(|ending| file.is(ending)));
    let long = sources
        .filter(|file| file.text.lines().count() > LINES_MAX && !LONG.iter().any(|(path, _)| *path == file.path));
    none(long.map(|file| format!("{}: {} lines", file.path, file.text.lines().count())));
}

#[test]
fn files_are_named_for_what_they_hold() {
    let vague = ["util", "utils", "helper", "helpers", "common", "misc", "shared"];
    let stem = |path: &str| path.rsplit('/').next().unwrap().split('.').next().unwrap().to_owned();
    none(files().into_iter().filter(|file| vague.contains(&stem(&file.path).as_str())).map(|file| file.path));
}

#[test]
fn every_module_has_a_doc_comment() {
    let silent =
        rust().filter(|file| !file.text.lines().any(|line| line.starts_with("//!")) || !file.text.starts_with("//!"));
    none(silent.map(|file| file.path));
}

#[test]
fn both_languages_have_the_same_keys() {
    for name in ["{}.toml", "page.{}.toml", "embed.{}.toml", "start.{}.toml", "return.{}.toml"] {
        let [ja, en] = ["ja", "en"].map(|locale| {
            let path = format!("core/messages/{}", name.replace("{}", locale));
            let mut keys = BTreeSet::new();
            collect(&toml::Value::Table(manifest(&path)), "", &mut keys);
            assert!(!keys.is_empty(), "{path}");
            keys
        });
        none(ja.symmetric_difference(&en).map(|key| format!("{name}: {key} stands in one language only")));
    }
}

fn collect(value: &toml::Value, at: &str, keys: &mut BTreeSet<String>) {
    match value {
        toml::Value::Table(members) => {
            members.iter().for_each(|(key, value)| collect(value, &format!("{at} › {key}"), keys));
        }
        toml::Value::String(text) if text.trim().is_empty() => panic!("{at} is empty"),
        _ => _ = keys.insert(at.to_owned()),
    }
}

#[test]
fn numbers_in_sentences_are_the_same_in_both_languages() {
    for name in ["{}.toml", "page.{}.toml", "embed.{}.toml", "start.{}.toml", "return.{}.toml"] {
        let [ja, en] = ["ja", "en"].map(|locale| {
            let mut blanks = BTreeMap::new();
            placeholders(
                &toml::Value::Table(manifest(&format!("core/messages/{}", name.replace("{}", locale)))),
                "",
                &mut blanks,
            );
            blanks
        });
        none(
            ja.iter()
                .filter(|(key, blanks)| en.get(*key) != Some(blanks))
                .map(|(key, blanks)| format!("{name}:{key}: {blanks:?}")),
        );
    }
}

/// Collects the `{…}` of every sentence.
fn placeholders(value: &toml::Value, at: &str, found: &mut BTreeMap<String, BTreeSet<String>>) {
    match value {
        toml::Value::Table(members) => {
            members.iter().for_each(|(key, value)| placeholders(value, &format!("{at} › {key}"), found));
        }
        toml::Value::String(text) => {
            let names =
                text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name.to_owned());
            found.insert(at.to_owned(), names.collect());
        }
        _ => {}
    }
}

#[test]
fn sentences_are_only_in_message_files() {
    let page = files()
        .into_iter()
        .filter(|file| file.below("www") && [".js", ".mjs", "index.html"].iter().any(|end| file.is(end)));
    let words = page
        .filter(|file| file.code().contains(japanese))
        .map(|file| format!("{}: Japanese outside a comment", file.path));
    let sentence =
        |text: &str| text.contains(japanese) && ["。", "です", "ます", "ください"].iter().any(|end| text.contains(end));
    let program = library()
        .filter(|file| HOST.iter().any(|folder| file.below(folder)) || file.below("core") || file.below("wasm"));
    let sentences = program.flat_map(|file| {
        let found = file
            .literals()
            .into_iter()
            .filter(|literal| sentence(literal))
            .map(|literal| format!("{}: {literal}", file.path));
        found.collect::<Vec<_>>()
    });
    none(words.chain(sentences));
}

/// Hiragana, katakana and the common ideographs.
fn japanese(char: char) -> bool {
    matches!(char, '\u{3041}'..='\u{30FF}' | '\u{4E00}'..='\u{9FFF}')
}

#[test]
fn library_code_does_not_panic() {
    let words = [".unwrap()", ".expect(", "panic!(", "todo!(", "unimplemented!(", "dbg!(", "unreachable!("];
    none(naming(&HOST, &words));
    none(naming(&["core/src", "core/describe/src", "wasm/src"], &words));
}

#[test]
fn no_test_is_disabled() {
    let off = |file: &Source| match file.path.rsplit('.').next() {
        Some("rs") => file.text.contains("#[ignore"),
        Some("js" | "mjs") => {
            [".skip(", ".only(", ".fixme(", ".todo(", "skip:", "todo:"].iter().any(|mark| file.bare().contains(mark))
        }
        _ => false,
    };
    none(files().into_iter().filter(|file| file.path != "tests/tests/tidy.rs" && off(file)).map(|file| file.path));
}

/// Features unify: another crate may switch on a feature of a dependency for the native core alone, and the two builds would
/// no longer be the same program.
#[test]
fn core_sees_the_same_features_in_both_builds() {
    let native = features(&["--package", "kakekomi", "--edges", "normal"]);
    let module = features(&["--package", "kakekomi-wasm", "--edges", "normal", "--target", "wasm32-unknown-unknown"]);
    for dependency in CORE_DEPENDENCIES {
        let [native, module] = [&native, &module].map(|tree| &tree[dependency]);
        let more: BTreeSet<_> = native.difference(module).map(String::as_str).collect();
        let harmless: BTreeSet<_> = HARMLESS.iter().copied().collect();
        assert!(module.is_subset(native) && more.is_subset(&harmless), "native {native:?}, module {module:?}");
    }
}

/// Features of serde that the host's crates switch on: they only implement its traits for more types.
const HARMLESS: [&str; 2] = ["alloc", "rc"];

/// Package → its features, as cargo resolves them for one build.
fn features(arguments: &[&str]) -> BTreeMap<String, BTreeSet<String>> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let fixed = ["tree", "--locked", "--offline", "--prefix", "none", "--format", "{p}\t{f}"];
    let output = Command::new(cargo).args(fixed).args(arguments).current_dir(root()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (package, list) in text.lines().filter_map(|line| line.split_once('\t')) {
        let name = package.split(' ').next().unwrap().to_owned();
        let words =
            list.trim_end_matches(" (*)").split(',').map(str::trim).filter(|word| !word.is_empty() && *word != "(*)");
        found.entry(name).or_default().extend(words.map(str::to_owned));
    }
    found
}

#[test]
fn list_of_codes_is_up_to_date() {
    let found = std::fs::read_to_string(root().join("docs/codes.md")).unwrap_or_default();
    assert!(
        found == kakekomi_tests::codes::markdown(),
        "make it anew: cargo run --release -p kakekomi-tests --bin codes-md > docs/codes.md"
    );
}

#[test]
fn table_of_routes_is_up_to_date() {
    let (found, made) = kakekomi_tests::routes::http_md();
    assert!(found == made, "make it anew: cargo run --release -p kakekomi-tests --bin http-md");
}

#[test]
fn table_of_purposes_is_up_to_date() {
    let (found, made) = kakekomi_tests::purposes::purposes_md();
    assert!(found == made, "make it anew: cargo run --release -p kakekomi-tests --bin purposes-md");
}

#[test]
fn no_file_contains_a_machine_path_or_registry_address() {
    // Joined here, so that this file does not contain them.
    let home = std::env::var("HOME").unwrap_or_default();
    let words = [
        format!("{}/", root().parent().unwrap().display()),
        format!("{home}/"),
        ["registry", ".npmjs"].concat(),
        ["index.crates", ".io"].concat(),
    ];
    let ours = files().into_iter().filter(|file| file.path != "Cargo.lock" && !file.is("package-lock.json"));
    let found = ours.flat_map(|file| {
        words
            .iter()
            .filter(|word| word.len() > 6 && file.text.contains(*word))
            .map(|word| format!("{}: {word}", file.path))
            .collect::<Vec<_>>()
    });
    none(found);
}

#[test]
fn npm_lock_file_contains_no_address() {
    for file in files().into_iter().filter(|file| file.is("package-lock.json")) {
        let addresses = file.text.lines().filter(|line| line.contains("\"resolved\": \"http")).count();
        assert_eq!(addresses, 0, "{}: npm install --omit-lockfile-registry-resolved leaves them out", file.path);
    }
}
