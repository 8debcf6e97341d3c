//! A guest that answers what it is told, told 100,000 corrupted answers: no panic, and no verdict that
//! the report did not have.

use super::super::check::INPUT_MAX;
use super::{ALLOCATE, Digest, Sandbox, SandboxConfig, SandboxError, context, echo, wasm};
use crate::submit::Verdict;

const ANSWERS: u64 = 50_000;

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

/// What JSON is made of, and what it never holds.
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
    let sandbox = Sandbox::new(SandboxConfig::of(&echo())).expect("a sandbox");
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
        match sandbox.check_now(sandbox.current(), bytes.into(), context()) {
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

#[test]
fn a_corrupted_pointer_or_length_is_a_named_error() {
    // It answers with the number that stands in the text's first eight bytes.
    let told = wasm(&format!(
        r#"{ALLOCATE} (func (export "kakekomi_check") (param i32 i32 i32 i32) (result i64) (i64.load (local.get 0)))"#
    ));
    let sandbox = Sandbox::new(SandboxConfig::of(&told)).expect("a sandbox");
    let module = Digest::of(&told);
    let mut dice = Dice(7);
    let edges =
        [0_u64, 1, 18, 4_096, 131_071, 131_072, 131_073, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, INPUT_MAX as u64];
    let mut said = std::collections::BTreeSet::new();
    for _ in 0..ANSWERS {
        let half = |dice: &mut Dice| match dice.below(3) {
            0 => dice.roll() & 0xffff_ffff,
            _ => edges[dice.below(edges.len())],
        };
        let answer = half(&mut dice) << 32 | half(&mut dice);
        let error = sandbox.check_now(&module, answer.to_le_bytes().to_vec().into(), context()).expect_err("no report");
        said.insert(error.code());
    }
    let known = [
        "memory.range",
        "report.unwritable",
        "context.invalid",
        "sandbox.bad_pointer",
        "sandbox.bad_report",
        "sandbox.failure",
    ];
    assert!(said.iter().all(|code| known.contains(code)), "{said:?}");
    assert!(said.contains("sandbox.bad_pointer") && said.contains("sandbox.bad_report"), "{said:?}");
}
