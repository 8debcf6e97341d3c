//! The worst honest drafts on the module of this repository: up to 512 KiB with the most issues, the longest reports and the
//! deepest nesting.

use std::sync::Arc;

use bytes::Bytes;

use super::super::check::check_within;
use super::super::{MEMORY_MAX, Sandbox, SandboxConfig, cpu_time_limit};

/// The longest draft in bytes, and the longest text whose fields are reported (contract).
const TEXT_MAX: usize = 256 * 1024;
const READ_MAX: usize = 512 * 1024;

const CONTEXT: &str = r#"{"now":1795140000000,"locale":"ja",
    "consent":{"version":"1","sha256":{"ja":"DIGEST","en":"DIGEST"}},"policy":{"version":"1","sha256":{"ja":"DIGEST","en":"DIGEST"}},
    "calendar":{"open":"09:00","close":"17:00","offset":"+09:00","year_end":{"from":"12-29","to":"01-03"},
                "weekday_excludes_holidays":true,"extra_closed":[],"extra_open":[],"holidays":["2026-01-01"],"last_year":2027}}"#;

pub(super) fn context() -> Arc<[u8]> {
    CONTEXT.replace("DIGEST", &"a".repeat(64)).into_bytes().into()
}

/// A short key for a number: `a`, `b`, … `z`, `ab`, …
fn key(mut number: usize) -> String {
    let mut key = String::new();
    loop {
        key.push(char::from(b"abcdefghijklmnopqrstuvwxyz"[number % 26]));
        number /= 26;
        if number == 0 {
            return key;
        }
    }
}

/// `head`, as many pieces as fit with commas between them, `tail`.
fn full(max: usize, head: &str, piece: impl Fn(usize) -> String, tail: &str) -> Bytes {
    let mut text = head.to_owned();
    for number in 0.. {
        let next = piece(number);
        if text.len() + next.len() + 1 + tail.len() > max {
            break;
        }
        if number > 0 {
            text.push(',');
        }
        text.push_str(&next);
    }
    (text + tail).into()
}

fn worst(max: usize) -> Vec<(&'static str, Bytes)> {
    let unknown = |number| format!(r#""{}":0"#, key(number));
    let many = |count| (0..count).map(unknown).collect::<Vec<_>>().join(",");
    let section = |name: &str, rows: usize, keys| {
        format!(r#"{{"{name}":[{}]}}"#, vec![format!("{{{}}}", many(keys)); rows].join(",")).into()
    };
    vec![
        ("unknown keys", full(max, "{", unknown, "}")),
        ("unknown keys of a section", full(max, r#"{"contact":{"#, unknown, "}}")),
        ("unknown keys twice each", full(max, "{", |number| unknown(number / 2), "}")),
        (
            "unknown keys twice each, as deep as they come",
            full(max, r#"{"incident":{"discovered_at":{"at":{"#, |number| unknown(number / 2), "}}}}"),
        ),
        ("unknown keys without values", full(max, "{", |number| format!(r#""{}":null"#, key(number)), "}")),
        ("unknown keys of each device", section("devices", 20, max / 164)),
        ("unknown keys of each log", section("logs", 50, max / 410)),
        ("too many devices", full(max, r#"{"devices":["#, |_| "{}".to_owned(), "]}")),
        ("priorities that are none", full(max, r#"{"incident":{"priorities":["#, |_| r#""a""#.to_owned(), "]}}")),
        ("lists as deep as may be", full(max, "[", |_| "[".repeat(31) + &"]".repeat(31), "]")),
        ("control characters", full(max, r#"{"incident":{"summary":""#, |_| r"\u0001".to_owned(), r#""}}"#)),
        ("what looks like secrets", full(max, r#"{"incident":{"summary":""#, |_| "password: ".to_owned(), r#""}}"#)),
        (
            "secrets announced and never named",
            full(max, r#"{"incident":{"summary":""#, |_| "pw以下".to_owned(), r#""}}"#),
        ),
    ]
}

#[test]
fn the_worst_drafts_pass_with_a_quarter_of_their_time() {
    let sandbox = Sandbox::new(SandboxConfig::of(kakekomi_artifact::WASM)).expect("a sandbox");
    for (name, text) in [READ_MAX, TEXT_MAX].into_iter().flat_map(worst) {
        assert!(text.len() <= READ_MAX, "{name}");
        let module = sandbox.module(sandbox.current()).expect("loaded");
        let report = check_within(module, &text, &context(), cpu_time_limit(text.len()) / 4).expect(name);
        assert!(report.len() < MEMORY_MAX / 8, "{name}: a report of {} bytes", report.len());
    }
}

#[test]
fn a_longer_text_is_reported_as_too_long() {
    let sandbox = Sandbox::new(SandboxConfig::of(kakekomi_artifact::WASM)).expect("a sandbox");
    let report = |len| sandbox.check_now(sandbox.current(), vec![b' '; len].into(), context()).expect("a report");
    let over = report(READ_MAX + 1);
    assert!(String::from_utf8_lossy(&over).contains(r#""code":"text.too_long""#));
    assert_eq!(report(3 << 20), over);
}
