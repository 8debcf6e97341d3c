//! Modules that never end by themselves, over an ordinary text and over the longest: fuel ends those that
//! work, the processor's time those that wait for memory, each within 100 ms of a processor.

use std::time::{Duration, Instant};

use super::super::TIME_MAX;
use super::{Digest, FUEL_BYTES_MAX, REPORT, Sandbox, SandboxConfig, SandboxError, checking, context, echo, fuel};

/// As long as the example draft.
const ORDINARY: usize = 3_181;

/// Work that fuel ends in time over every text.
const LOOPS: [(&str, &str); 3] = [
    ("nothing", ""),
    ("a condition", "(if (local.get $i) (then (local.set $i (i32.const 0))))"),
    ("a table of branches", "(block $one (block $two (br_table $one $two (local.get $i))))"),
];

/// Work that is slower than its price: over the longest text the processor's time may end it before the fuel does.
const SLOWER: [(&str, &str); 3] = [
    ("a call", "(drop (call $free_nothing))"),
    ("divisions", "(local.set $i (i32.div_u (i32.const -1) (i32.or (local.get $i) (i32.const 3))))"),
    ("roots", "(local.set $i (i32.trunc_f64_u (f64.sqrt (f64.div (f64.const 3e9) (f64.const 7.1)))))"),
];

/// Hops over 62 MiB, where hardly any hop is in a cache: 4 fuel, and as long as the memory takes.
const WAITS: &str = "(drop (memory.grow (i32.const 1000)))
    (loop $again HOPS (br $again)) (i64.const 0)";
const HOP: &str = "(local.set $i (i32.and (i32.add (i32.mul (i32.add (local.get $i) (i32.load (local.get $i)))
    (i32.const 1664525)) (i32.const 1013904223)) (i32.const 0x3dffffc)))";

/// A module that does this without end.
fn endless(work: &str) -> Vec<u8> {
    checking(&format!("(loop $again {work} (br $again)) (i64.const 0)) (func $free_nothing (result i32) (i32.const 0)"))
}

/// What the module's check says over a text of this length, and how long it took by the clock, the best of five.
fn ended(wasm: &[u8], length: usize) -> (SandboxError, Duration) {
    let sandbox = Sandbox::new(SandboxConfig::of(&echo()).and(wasm)).expect("a sandbox");
    let (module, text) = (Digest::of(wasm), vec![b' '; length]);
    let tries = (0..5).map(|_| {
        let start = Instant::now();
        let error = super::super::check::check(
            sandbox.module(&module).expect("loaded"),
            text.get(..100).unwrap_or(&text),
            b"{}",
            fuel(length, 2),
        );
        (error.map(|answer| answer.report).expect_err("endless"), start.elapsed())
    });
    let ended = tries.min_by_key(|(_, time)| *time).expect("five tries");
    assert_eq!(sandbox.check_now(sandbox.current(), REPORT.into(), context()).as_deref(), Ok(REPORT));
    ended
}

#[test]
fn whoever_works_without_end_is_ended_by_fuel() {
    for (length, name) in [(ORDINARY, "an ordinary text"), (FUEL_BYTES_MAX, "the longest text")] {
        for (work, code) in LOOPS.into_iter().chain(SLOWER) {
            let (error, time) = ended(&endless(code), length);
            println!("{work} over {name}: {error:?} after {} ms", time.as_millis());
            // The fuel of the longest text lasts about as long as the time: which of them ends it is the machine's.
            let late = error == SandboxError::Deadline && length == FUEL_BYTES_MAX;
            assert!(error == SandboxError::OutOfFuel || late, "{work} over {name}: {error:?}");
        }
    }
}

#[test]
fn whoever_waits_without_end_is_ended_by_the_processors_time() {
    let waits = checking(&WAITS.replace("HOPS", &HOP.repeat(64)));
    let (error, time) = ended(&waits, FUEL_BYTES_MAX);
    println!("waiting for memory over the longest text: {error:?} after {} ms", time.as_millis());
    assert_eq!(error, SandboxError::Deadline);
    assert!(time >= TIME_MAX, "{time:?}");
}
