//! Versions that change under open pages: a page that was opened before a deployment and sent after it.
//!
//! `tests/fixtures/modules` holds a module of an older build, which accepts 午前12時 as a time of day; the
//! current rules do not, since it is noon to some and midnight to others.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on stops"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kakekomi_sandbox::{Digest, Sandbox};
use kakekomi_tests::applicant::{example, submission, with};
use kakekomi_tests::same::Stream;
use kakekomi_tests::server::{Home, Server};
use kakekomi_tests::source_tree::root;
use kakekomi_tests::wire::Request;
use serde_json::{Value, json};

/// The digest of the fixture.
const OLDER: &str = "61ee3b540a702afa61aeed6758341603b7496665d7fcfcf1258013ee68ff9f48";

fn fixture() -> PathBuf {
    root().join("tests/fixtures/modules")
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Starts a desk that was deployed over an older one: its data folder has the older module.
fn deployed(more: impl FnOnce(&Path)) -> Server {
    let home = Home::new();
    let modules = home.path().join("data/modules");
    copy(&fixture(), &modules);
    more(&modules);
    Server::start_in(home)
}

fn current(server: &Server) -> String {
    server.send(&Request::get("/v1/desk")).json()["module"].as_str().unwrap().to_owned()
}

fn from_older(key: &str, draft: &[u8]) -> Request {
    submission(key, draft).header("kakekomi-module", &format!("sha256:{OLDER}"))
}

/// Makes a draft that the older module accepts and the current one does not.
fn between(home: &Home) -> Vec<u8> {
    with(
        &example(home, &[]),
        "/incident/occurred_at",
        json!({ "at": { "year": "2026", "month": "10", "day": "20", "time": "午前12時" } }),
    )
}

#[test]
fn case_accepted_by_both_modules_is_stored_with_both_reports() {
    let server = deployed(|_| {});
    let answer = server.send(&from_older("k", &example(&server.home, &[])));
    assert_eq!(answer.status, 201, "{}", answer.text());
    assert_eq!(
        answer.header("kakekomi-module"),
        Some(current(&server).as_str()),
        "the module in force has judged last"
    );
    let number = answer.json()["number"].as_str().unwrap().to_owned();
    let case: Value = serde_json::from_slice(&server.home.run(&["cases", "show", &number, "--json"]).stdout).unwrap();
    assert_eq!(case["page_module"], format!("sha256:{OLDER}"));
    assert_eq!(case["module"], current(&server).as_str());
    assert_eq!((&case["report"]["accepted"], &case["page_report"]["accepted"]), (&json!(true), &json!(true)));
    assert_eq!(case["report"]["context"], case["page_report"]["context"], "both judged in one context");
}

#[test]
fn draft_refused_by_the_current_module_is_not_stored() {
    let server = deployed(|_| {});
    let draft = between(&server.home);
    let answer = server.send(&from_older("k", &draft));
    answer.assert_problem("superseded", 409, "module.superseded");
    let problem = answer.json();
    assert_eq!(problem["report"]["issues"][0]["code"], "moment.time");
    assert_eq!(problem["current"]["module"].as_str(), Some(current(&server).as_str()));
    let description = server.send(&Request::get(problem["current"]["describe"]["ja"].as_str().unwrap()));
    assert_eq!(description.json()["ruleset"], problem["current"]["ruleset"]);
    assert_eq!(server.home.cases().len(), 0);
    // The page loads the current module, the person corrects the draft, and the same key is still free.
    let mended = with(&draft, "/incident/occurred_at", json!({ "unknown": true }));
    let answer = server.send(&submission("k", &mended).header("kakekomi-module", &current(&server)));
    assert_eq!(answer.status, 201, "{}", answer.text());
}

#[test]
fn draft_refused_by_the_pages_module_gets_its_report() {
    let server = deployed(|_| {});
    let draft = with(&between(&server.home), "/contact/phone", "110");
    let answer = server.send(&from_older("k", &draft));
    answer.assert_problem("issues", 422, "draft.issues");
    assert_eq!(answer.json()["report"]["issues"].as_array().unwrap().len(), 1, "the older module sees one issue");
    assert_eq!(answer.header("kakekomi-module"), Some(format!("sha256:{OLDER}").as_str()));
}

#[test]
fn older_page_can_reload_its_module() {
    let server = deployed(|_| {});
    for file in [format!("{OLDER}.wasm"), format!("{OLDER}.js"), format!("{OLDER}/describe.ja.json")] {
        let answer = server.send(&Request::get(&format!("/module/{file}")));
        assert_eq!((answer.status, answer.body), (200, fs::read(fixture().join(&file)).unwrap()), "{file}");
    }
}

#[test]
fn retired_module_is_refused() {
    let server =
        deployed(|modules| fs::write(modules.join("retired.txt"), format!("{OLDER} # a wrong rule\n")).unwrap());
    let answer = server.send(&from_older("k", &example(&server.home, &[])));
    answer.assert_problem("retired", 409, "module.retired");
    assert_eq!(answer.json()["current"]["module"].as_str(), Some(current(&server).as_str()));
    assert_eq!(server.home.cases().len(), 0);
}

#[test]
fn desk_archives_its_module_and_names_one_that_it_cannot_load() {
    // The markers of another ABI, and no module at all.
    let other =
        b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0\x07\x12\x01\x0ekakekomi_abi_2\0\0\x0a\x04\x01\x02\0\x0b";
    let server = deployed(|modules| {
        fs::write(modules.join("other.wasm"), other).unwrap();
        fs::write(modules.join("broken.wasm"), b"no module").unwrap();
    });
    let own = current(&server).replace("sha256:", "");
    assert!(server.home.path().join(format!("data/modules/{own}.wasm")).is_file());
    let named = format!("sha256:{}", Digest::of(other));
    let answer = server.send(&submission("k", &example(&server.home, &[])).header("kakekomi-module", &named));
    answer.assert_problem("another ABI", 409, "module.unknown");
    let log = server.stop().log;
    assert!(log.contains(&format!("{named} is left out: the module speaks ABI 2, this program ABI 1")), "{log}");
    assert!(
        log.contains(&format!("sha256:{} is left out: the module cannot be loaded", Digest::of(b"no module"))),
        "{log}"
    );
}

#[test]
fn old_contexts_and_new_modules_are_compatible() {
    let older = fs::read(fixture().join(format!("{OLDER}.wasm"))).unwrap();
    let sandbox = Sandbox::new(kakekomi_service::embedded_module::sandbox_config().and(&older)).unwrap();
    let older = Digest::of(&older);
    let ask = |module: &Digest, text: &[u8], context: Vec<u8>| {
        sandbox.check_now(module, text.to_vec().into(), Arc::from(context)).unwrap()
    };
    let stream = Stream::new(3);
    for question in (0..300).map(|number| stream.question(number)) {
        if kakekomi_core::Context::read(&question.context).is_err() {
            continue;
        }
        // A newer host adds keys; a module echoes the keys it knows, and the other one replays them.
        let mut more: Value = serde_json::from_slice(&question.context).unwrap();
        // Keys that are newer than the older module.
        for document in ["consent", "policy"] {
            more[document].as_object_mut().unwrap().remove("in_force_since");
        }
        more.as_object_mut().unwrap().remove("questions");
        let known = more.to_string().into_bytes();
        more["weather"] = json!({ "sky": "clear" });
        let more = more.to_string().into_bytes();
        for (first, then) in [(&older, sandbox.current()), (sandbox.current(), &older)] {
            let report = ask(first, &question.text, more.clone());
            let echoed: Value = serde_json::from_slice::<Value>(&report).unwrap()["context"].clone();
            assert!(echoed.get("weather").is_none());
            let replayed = ask(then, &question.text, echoed.to_string().into_bytes());
            assert_eq!(replayed, ask(then, &question.text, known.clone()));
        }
    }
}
