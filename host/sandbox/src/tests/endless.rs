//! Modules that never return: their processor time ends them, over an ordinary text and over the longest draft.

use super::super::check::check_within;
use super::{
    CPU_TIME_BLOCK, Digest, REPORT, Sandbox, SandboxConfig, SandboxError, checking, context, cpu_time_limit, echo,
};
use crate::cpu_deadline::CpuDeadline;

/// The length of the example draft.
const ORDINARY: usize = 3_181;

const WORK: [(&str, &str); 6] = [
    ("nothing", ""),
    ("a table of branches", "(block $one (block $two (br_table $one $two (local.get $i))))"),
    ("a call", "(drop (call $one))"),
    ("divisions", "(local.set $i (i32.div_u (i32.const -1) (i32.or (local.get $i) (i32.const 3))))"),
    ("bulk operations", "(memory.fill (i32.const 0) (i32.const 1) (i32.const 59000000))"),
    (
        "waiting for memory",
        "(local.set $i (i32.and (i32.add (i32.mul (i32.add (local.get $i) (i32.load (local.get $i)))
            (i32.const 1664525)) (i32.const 1013904223)) (i32.const 0x37ffffc)))",
    ),
];

/// Builds a module that repeats this work for ever.
fn endless(work: &str) -> Vec<u8> {
    checking(&format!(
        "(drop (memory.grow (i32.const 900))) (loop $again {work} (br $again)) (i64.const 0))
         (func $one (result i32) (i32.const 1)"
    ))
}

#[test]
fn endless_work_is_ended_by_its_processor_time() {
    for (name, work) in WORK {
        let hostile = endless(work);
        let sandbox = Sandbox::new(SandboxConfig::of(&echo()).and(&hostile)).expect("a sandbox");
        let module = sandbox.module(&Digest::of(&hostile)).expect("loaded");
        for length in [ORDINARY, CPU_TIME_BLOCK] {
            let limit = cpu_time_limit(length);
            // One bulk operation takes up to 71 ms, and a tick is 5 ms; the rest is for a busy machine.
            let (early, late) =
                (CpuDeadline::after(limit), CpuDeadline::after(limit * 2 + limit / 2 + cpu_time_limit(0) * 4));
            let error = check_within(module, REPORT, b"{}", limit).expect_err("endless");
            assert_eq!(error, SandboxError::Deadline, "{name}");
            assert!(early.is_over() && !late.is_over(), "{name} over {length} bytes");
        }
        assert_eq!(sandbox.check_now(sandbox.current(), REPORT.into(), context()).as_deref(), Ok(REPORT), "{name}");
    }
}

#[test]
fn an_endless_allocation_is_ended_by_its_processor_time() {
    let hostile = super::allocating("(loop $again (br $again)) (i32.const 0)");
    assert_eq!(super::judged(&hostile), SandboxError::Deadline);
}

#[test]
fn ends_by_time_are_counted_for_each_module() {
    let (good, hostile) = (echo(), endless(""));
    let sandbox = Sandbox::new(SandboxConfig::of(&good).and(&hostile)).expect("a sandbox");
    for _ in 0..2 {
        let error = sandbox.check_now(&Digest::of(&hostile), REPORT.into(), context()).expect_err("endless");
        assert_eq!((error.code(), error), ("sandbox.deadline", SandboxError::Deadline));
    }
    sandbox.check_now(sandbox.current(), REPORT.into(), context()).expect("a report");
    let mut counts: Vec<_> = sandbox.deadlines().map(|(digest, count)| (digest.clone(), count)).collect();
    counts.sort_by_key(|(_, count)| *count);
    assert_eq!(counts, [(Digest::of(&good), 0), (Digest::of(&hostile), 2)]);
}
