//! 50,000 invalid pointers and lengths: each is a named error, none a panic.

use super::super::INPUT_MAX;
use super::{ALLOCATE, Digest, Sandbox, SandboxConfig, context, wasm};

const ANSWERS: u64 = 50_000;

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

#[test]
fn a_corrupted_pointer_or_length_is_a_named_error() {
    // It returns the number in the first eight bytes of the text.
    let echoing = wasm(&format!(
        r#"{ALLOCATE} (func (export "kakekomi_check") (param i32 i32 i32 i32) (result i64) (i64.load (local.get 0)))"#
    ));
    let sandbox = Sandbox::new(SandboxConfig::of(&echoing)).expect("a sandbox");
    let module = Digest::of(&echoing);
    let mut dice = Dice(7);
    let edges =
        [0_u64, 1, 18, 4_096, 131_071, 131_072, 131_073, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, INPUT_MAX as u64];
    let mut codes = std::collections::BTreeSet::new();
    for _ in 0..ANSWERS {
        let half = |dice: &mut Dice| match dice.below(3) {
            0 => dice.roll() & 0xffff_ffff,
            _ => edges[dice.below(edges.len())],
        };
        let answer = half(&mut dice) << 32 | half(&mut dice);
        let error = sandbox.check_now(&module, answer.to_le_bytes().to_vec().into(), context()).expect_err("no report");
        codes.insert(error.code());
    }
    let known = [
        "memory.range",
        "report.unwritable",
        "context.invalid",
        "sandbox.bad_pointer",
        "sandbox.bad_report",
        "sandbox.failure",
    ];
    assert!(codes.iter().all(|code| known.contains(code)), "{codes:?}");
    assert!(codes.contains("sandbox.bad_pointer") && codes.contains("sandbox.bad_report"), "{codes:?}");
}
