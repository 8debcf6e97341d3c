//! Whatever a guest answers instead of its report: the engine has failed, and nothing is stored.
//!
//! A guest that answers with the very report that the rules give is the control: its case is stored.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on stops")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bytes::Bytes;
use kakekomi_core::Locale;
use kakekomi_sandbox::{Digest, Sandbox, SandboxConfig};
use kakekomi_sealing::KeyFolder;
use kakekomi_service::capacity::{Capacity, CapacityLimits};
use kakekomi_service::desk::Desk;
use kakekomi_service::example;
use kakekomi_service::sealed_case::CaseSealer;
use kakekomi_service::submit::{IdempotencyKey, Intake, Outcome, PageModule, Submission};
use kakekomi_store::clock;
use kakekomi_store::{self as store, Filter, Store};

/// Builds a module with this check; `$answer` is the position of its data.
fn guest(carried: &[u8], check: &str) -> Vec<u8> {
    let data = carried.iter().fold(String::new(), |data, byte| data + &format!("\\{byte:02x}"));
    wat::parse_str(format!(
        r#"(module (memory (export "memory") 300) (data (i32.const 64) "{data}") (global $next (mut i32) (i32.const 17000000))
           (func (export "kakekomi_abi_1")) (func (export "kakekomi_free") (param i32 i32))
           (func (export "kakekomi_allocate") (param i32) (result i32)
             global.get $next (global.set $next (i32.add (global.get $next) (local.get 0))))
           (func (export "kakekomi_check") (param i32 i32 i32 i32) (result i64) {check}))"#
    ))
    .expect("the test's module")
}

/// A module that answers with these bytes.
fn answering(report: &[u8]) -> Vec<u8> {
    guest(report, &format!("(i64.const {})", 64_u64 << 32 | report.len() as u64))
}

/// Submits the example draft with this module; returns the outcome and the number of stored cases.
async fn submitted(desk: &Arc<Desk>, draft: &[u8], now: i64, wasm: &[u8]) -> (Outcome, u64) {
    let folder = std::env::temp_dir().join(format!("kakekomi-guest-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    let keys = KeyFolder::at(folder.join("keys"));
    keys.create_demo().unwrap();
    let store: Arc<dyn Store> = store::open(&store::url_in(&folder)).await.unwrap();
    let rulesets = BTreeMap::from([(Digest::of(wasm), kakekomi_core::RULESET.to_owned())]);
    let intake = Intake {
        desk: Arc::clone(desk),
        sandbox: Arc::new(Sandbox::new(SandboxConfig { threads: 1, ..SandboxConfig::of(wasm) }).unwrap()),
        store: Arc::clone(&store),
        sealer: Arc::new(CaseSealer::load(&keys, None).unwrap()),
        capacity: Arc::new(Capacity::new(CapacityLimits::default(), None)),
        retired: Arc::new(BTreeSet::new()),
        rulesets: Arc::new(rulesets),
    };
    let submission = Submission {
        by_phone: None,
        text: Bytes::copy_from_slice(draft),
        key: IdempotencyKey::read(b"k").unwrap(),
        module: PageModule::Current,
        return_hash: None,
        locale: Locale::Ja,
        through: None,
        client: None,
    };
    let outcome = intake.submit(submission, now).await.outcome;
    let stored = store.count(&Filter::default()).await.unwrap();
    store.close().await.unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    (outcome, stored)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_answer_but_the_report_itself_makes_a_case() {
    let (desk, now) = (Arc::new(Desk::load(None).unwrap()), clock::now());
    let draft = example::example("other", &desk).unwrap().into_bytes();
    let context = desk.context(now, Locale::Ja).unwrap().to_bytes();
    let right = String::from_utf8(kakekomi_core::answer(&draft, &context).unwrap()).unwrap();
    let (outcome, stored) = submitted(&desk, &draft, now, &answering(right.as_bytes())).await;
    assert!(matches!(outcome, Outcome::Stored(_)) && stored == 1, "{outcome:?}");

    let issue = r#""issues":[{"path":"","code":"x","params":{},"message":"m"}]"#;
    let changes = [
        ("a member twice", r#","hidden":["#, r#","hidden":[],"hidden":["#),
        ("a member missing", r#","progress":"#, r#","steps":"#),
        ("accepted with issues", r#""issues":[]"#, issue),
        ("refused without an issue", r#""accepted":true"#, r#""accepted":false"#),
        ("a verdict that is none", r#""accepted":true"#, r#""accepted":1"#),
        ("another moment", r#""context":{"now":"#, r#""context":{"now":1"#),
        ("another language", r#""locale":"ja""#, r#""locale":"en""#),
        ("another calendar", r#""open":"09:00""#, r#""open":"00:00""#),
        ("another ruleset", r#"{"ruleset":"2"#, r#"{"ruleset":"3"#),
        ("no agreement", r#""consent":{"document":{"version""#, r#""consent":{"document":{"edition""#),
        ("half of it", r#","progress":"#, "\0"),
    ];
    let mut guests: Vec<_> = changes
        .into_iter()
        .map(|(name, from, to)| {
            assert!(right.contains(from), "{name}: the report has no {from}");
            let answer = right.replacen(from, to, 1);
            (name, answering(answer.split('\0').next().unwrap().as_bytes()))
        })
        .collect();
    let huge = format!("(i64.const {})", 64_u64 << 32 | ((16 << 20) + 1));
    guests.extend([
        ("nothing", answering(b"")),
        ("garbage", answering(b"\xff\xfe")),
        ("more than any report", guest(right.as_bytes(), &huge)),
        ("beyond its memory", guest(b"", "(i64.const -9223372032559808512)")),
        ("a trap", guest(b"", "unreachable")),
        ("a loop", guest(b"", "(loop $again (br $again)) (i64.const 0)")),
        ("recursion", guest(b"", "(call $deeper (i64.const 1))) (func $deeper (param i64) (result i64) (i64.add (local.get 0) (call $deeper (local.get 0)))")),
        ("memory without end", guest(b"", "(loop $again (drop (memory.grow (i32.const 64))) (br $again)) (i64.const 0)")),
    ]);
    for (name, wasm) in guests {
        let (outcome, stored) = submitted(&desk, &draft, now, &wasm).await;
        assert!(matches!(outcome, Outcome::EngineFailed) && stored == 0, "{name}: {outcome:?}, {stored} stored");
    }
}
