//! The packages of the real server, installed by npm and pip.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on stops"
)]

use std::fs;
use std::path::Path;
use std::process::Command;

use kakekomi_http::embedded::PACKAGES;
use kakekomi_service::desk::documents::sha256;
use kakekomi_tests::server::{Home, Server};
use kakekomi_tests::source_tree::root;
use kakekomi_tests::wire::Request;

fn ending_with(ending: &str) -> impl Iterator<Item = &'static str> {
    PACKAGES.iter().map(|(name, _)| *name).filter(move |name| name.ends_with(ending))
}

fn assert_runs(command: &mut Command) {
    let output = command.output().unwrap();
    let words = [output.stdout, output.stderr].map(|words| String::from_utf8_lossy(&words).into_owned());
    assert!(output.status.success(), "{command:?}\n{}", words.concat());
}

#[test]
fn every_package_folder_has_its_archive_of_the_workspaces_version() {
    let version = env!("CARGO_PKG_VERSION");
    for (manifest, archive) in [
        ("form/package.json", format!("kakekomi-form-{version}.tgz")),
        ("check/package.json", format!("kakekomi-check-{version}.tgz")),
        ("python/pyproject.toml", format!("kakekomi_check-{version}-py3-none-any.whl")),
    ] {
        let is_there = root().join("wasm/packages").join(manifest).is_file();
        assert_eq!(PACKAGES.iter().any(|(name, _)| *name == archive), is_there, "{archive}");
    }
}

#[test]
fn packages_are_served_to_everybody_and_kept_by_their_version() {
    let server = Server::start();
    let list = server.send(&Request::get("/packages/"));
    assert_eq!(list.header("content-type"), Some("text/html; charset=utf-8"));
    let sums = server.send(&Request::get("/packages/SHA256SUMS")).text();
    for (name, bytes) in PACKAGES {
        let target = format!("/packages/{name}");
        let answer = server.send(&Request::get(&target));
        assert_eq!(answer.status, 200, "{name}");
        assert!(answer.body == *bytes, "{name}");
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"), "{name}");
        assert_eq!(answer.header("cross-origin-resource-policy"), Some("cross-origin"), "{name}");
        let known = server.send(&Request::get(&target).header("if-none-match", answer.header("etag").unwrap()));
        assert_eq!(known.status, 304, "{name}");
        assert!(list.text().contains(&format!("href=\"{name}#sha256={}\"", sha256(bytes))), "{name}");
        let is_archive = *name != "SHA256SUMS";
        let policy = answer.header("cache-control").unwrap();
        assert_eq!(policy.contains("immutable"), is_archive, "{name}: {policy}");
        assert_eq!(sums.contains(&format!("{}  {name}\n", sha256(bytes))), is_archive, "{name}");
    }
    server.send(&Request::get("/packages/kakekomi-check-9.9.9.tgz")).assert_problem("unknown", 404, "http.not_found");
}

#[test]
fn command_writes_what_the_desk_serves() {
    let home = Home::new();
    assert!(home.run(&["packages", "out"]).status.success());
    let mut written: Vec<_> = fs::read_dir(home.path().join("out")).unwrap().map(|file| file.unwrap().path()).collect();
    written.sort();
    assert_eq!(written.len(), PACKAGES.len());
    for (path, (name, bytes)) in written.iter().zip(PACKAGES) {
        assert!(path.file_name().unwrap() == *name && fs::read(path).unwrap() == *bytes, "{name}");
    }
}

#[test]
fn npm_installs_the_served_tarballs_without_a_registry() {
    let server = Server::start();
    let project = server.home.path().join("project");
    fs::create_dir_all(&project).unwrap();
    fs::write(project.join("package.json"), "{}").unwrap();
    for name in ending_with(".tgz") {
        let mut npm = Command::new("npm");
        npm.args([
            "install",
            "--no-audit",
            "--no-fund",
            "--registry",
            "http://127.0.0.1:9/",
            "--cache",
            "../npm-cache",
        ]);
        assert_runs(npm.arg(format!("http://{}/packages/{name}", server.at)).current_dir(&project));
        let package = name.strip_prefix("kakekomi-").and_then(|name| name.split('-').next()).unwrap();
        let installed = project.join("node_modules/@kakekomi").join(package);
        let manifest: serde_json::Value =
            serde_json::from_slice(&fs::read(installed.join("package.json")).unwrap()).unwrap();
        assert_eq!(manifest["version"], env!("CARGO_PKG_VERSION"), "{name}");
        assert!(installed.join("LICENSE").is_file(), "{name}");
    }
}

#[test]
fn pip_installs_the_served_wheel_without_an_index() {
    let server = Server::start();
    for name in ending_with(".whl") {
        let target = server.home.path().join("site");
        let mut pip = Command::new(root().join("tests/same/python.sh"));
        pip.args(["-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target"]).arg(&target);
        assert_runs(pip.arg(format!("http://{}/packages/{name}", server.at)).current_dir(root()));
        assert!(is_recorded(&target), "{name}");
    }
}

/// Tells if the installed package has its metadata and the mark of its types.
fn is_recorded(target: &Path) -> bool {
    let version = env!("CARGO_PKG_VERSION");
    let info = target.join(format!("kakekomi_check-{version}.dist-info"));
    info.join("RECORD").is_file() && target.join("kakekomi_check/py.typed").is_file()
}
