//! Reads of 50,000 corrupted reports, which a module echoes: no panic, and no verdict that the report did not have.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test that cannot go on stops")]

use std::sync::Arc;

use kakekomi_sandbox::{Sandbox, SandboxConfig, SandboxError};
use kakekomi_service::submit::Verdict;

const ANSWERS: u64 = 50_000;

/// A module that returns its text.
const ECHO: &str = r#"(module (memory (export "memory") 2) (global $next (mut i32) (i32.const 4096))
    (func (export "kakekomi_abi_1")) (func (export "kakekomi_free") (param i32 i32))
    (func (export "kakekomi_allocate") (param i32) (result i32)
      global.get $next (global.set $next (i32.add (global.get $next) (local.get 0))))
    (func (export "kakekomi_check") (param i32 i32 i32 i32) (result i64)
      (i64.or (i64.shl (i64.extend_i32_u (local.get 0)) (i64.const 32)) (i64.extend_i32_u (local.get 1)))))"#;

const REPORTS: [(&str, bool); 2] = [
    (
        r#"{"ruleset":"r","context":{"now":5,"locale":"ja"},"accepted":true,"issues":[],"advisories":[],"guidance":[],"progress":[{"section":"contact","required":4,"answered":4,"unknown":0}],"hidden":[],"values":{"contact":{"company":"れい \\"株\\""}}}"#,
        true,
    ),
    (
        r#"{"ruleset":"r","context":{"now":5,"locale":"ja"},"accepted":false,"issues":[{"path":"/contact/phone","code":"phone.invalid","params":{},"message":"m"}],"advisories":[],"guidance":[],"progress":[],"hidden":[],"values":{}}"#,
        false,
    ),
];

/// xorshift64*: the same corruptions on every machine.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.roll() >> 33).unwrap_or_default() % end.max(1)
    }
}

/// Bytes that JSON is made of, and two that it never has.
const MARKS: &[u8] = b"\"{}[],:\\ 0tfn\xff\x00";

fn corrupt(report: &mut Vec<u8>, dice: &mut Dice) {
    let (at, length) = (dice.below(report.len()), 1 + dice.below(40));
    let end = (at + length).min(report.len());
    match dice.below(5) {
        0 => report.truncate(at),
        1 => drop(report.drain(at..end)),
        2 => {
            let again = report[at..end].to_vec();
            report.splice(at..at, again);
        }
        3 => report[at] ^= 1 << dice.below(8),
        _ => report[at] = MARKS[dice.below(MARKS.len())],
    }
}

#[test]
fn a_corrupted_report_is_refused_or_has_the_verdict_that_it_had() {
    let sandbox =
        Sandbox::new(SandboxConfig::of(&wat::parse_str(ECHO).expect("the test's module"))).expect("a sandbox");
    let mut dice = Dice(20_261_124);
    let (mut refused, mut read) = (0, 0);
    for number in 0..ANSWERS {
        let (report, accepted) = REPORTS[usize::from(number % 2 == 0)];
        let mut bytes = report.as_bytes().to_vec();
        for _ in 0..=dice.below(3) {
            if !bytes.is_empty() {
                corrupt(&mut bytes, &mut dice);
            }
        }
        match sandbox.check_now(sandbox.current(), bytes.into(), Arc::from(&b"{}"[..])) {
            Err(error) => {
                assert_eq!(error, SandboxError::BadReport);
                refused += 1;
            }
            Ok(bytes) => match Verdict::read(bytes) {
                Ok(verdict) => {
                    assert_eq!(verdict.accepted(), accepted);
                    read += 1;
                }
                Err(_) => refused += 1,
            },
        }
    }
    assert!(refused > read && read > 0, "{refused} refused, {read} read");
}
