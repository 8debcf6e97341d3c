//! Random input to the parser, the module's ABI and the HTTP bodies, for twenty seconds each.
//!
//! ```text
//! seed, number → a draft of the stream (kakekomi_tests::same), damaged → invariants of every input
//! ```
//!
//! A failure is named by its seed and number, and `KAKEKOMI_SEED` reproduces it. `KAKEKOMI_FUZZ_SECONDS` sets the
//! duration; docs/durability.md has the results of long runs.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on stops"
)]

mod abi;
mod http;
mod parser;

use std::time::{Duration, Instant};

fn number(name: &str, by_default: u64) -> u64 {
    std::env::var(name).map_or(by_default, |value| value.parse().expect("a number"))
}

/// Calls `one` with the seed and 0, 1, 2 … until the time is over; returns the number of calls.
#[expect(clippy::print_stderr, reason = "how much was tried belongs to the result")]
fn for_a_minute(what: &str, mut one: impl FnMut(u64, u64)) -> u64 {
    let seed = number("KAKEKOMI_SEED", 20_261_125);
    let time = Duration::from_secs(number("KAKEKOMI_FUZZ_SECONDS", 20));
    let started = Instant::now();
    let mut count = 0;
    while started.elapsed() < time {
        let tried = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| one(seed, count)));
        assert!(tried.is_ok(), "{what}: KAKEKOMI_SEED={seed}, number {count}");
        count += 1;
    }
    eprintln!("{what}: {count} inputs in {} s, seed {seed}", started.elapsed().as_secs());
    count
}
