//! The host's memory after 20,000 checks, each in a fresh instance, is what it was after the first few.
//! (One instance for 20,000 checks: `host/sandbox/src/tests/flat.rs`.) Alone in its process, so that no
//! other test's memory is counted.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on stops"
)]

use std::sync::Arc;

use kakekomi_sandbox::Sandbox;
use kakekomi_tests::same::Stream;

const CHECKS: u64 = 20_000;
/// Bytes by which a process may grow by chance: an allocator's arena, not an instance's memory (1 MiB) a check.
const CHANCE: u64 = 16 << 20;

#[test]
fn memory_stays_flat_over_many_fresh_instances() {
    let sandbox = Sandbox::new(kakekomi_service::embedded_module::sandbox_config()).unwrap();
    let stream = Stream::new(5);
    let check = |number: u64| {
        let question = stream.question(number % 500);
        let context: Arc<[u8]> = question.context.into();
        drop(sandbox.check_now(sandbox.current(), question.text.into(), context));
    };
    // Checks each of the five hundred drafts once, so that the largest report was made.
    (0..500).for_each(check);
    let before = resident();
    (500..CHECKS).for_each(check);
    let after = resident();
    assert!(after < before + CHANCE, "{before} bytes, then {after}");
}

/// Resident memory in bytes (Linux; elsewhere 0, and nothing is tested).
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.trim().trim_end_matches("kB").trim().parse::<u64>().unwrap_or_default() * 1024
}
