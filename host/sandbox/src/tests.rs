//! Hostile modules, each with its own error, beside a good one that still works afterwards.

mod corrupt;
mod endless;
mod flat;
mod pools;
mod worst;

use std::sync::Arc;

use bytes::Bytes;

use super::{
    CPU_TIME_BASE, CPU_TIME_BLOCK, CPU_TIME_PER_BLOCK, Digest, INPUT_MAX, Sandbox, SandboxConfig, SandboxError,
    cpu_time_limit,
};

const HEAD: &str =
    r#"(memory (export "memory") 2) (func (export "kakekomi_abi_1")) (func (export "kakekomi_free") (param i32 i32))"#;
const ALLOCATE: &str = r#"(global $next (mut i32) (i32.const 4096))
    (func (export "kakekomi_allocate") (param i32) (result i32)
      global.get $next  (global.set $next (i32.add (global.get $next) (local.get 0))))"#;

/// Builds a module with these functions beside the common ones.
fn wasm(rest: &str) -> Vec<u8> {
    wat::parse_str(format!("(module {rest} {HEAD})")).expect("the test's module")
}

/// Builds a module with this body of its check.
fn checking(body: &str) -> Vec<u8> {
    wasm(&format!(
        r#"{ALLOCATE} (func (export "kakekomi_check") (param i32 i32 i32 i32) (result i64) (local $i i32) {body})"#
    ))
}

fn allocating(body: &str) -> Vec<u8> {
    wasm(&format!(
        r#"(func (export "kakekomi_allocate") (param i32) (result i32) {body})
           (func (export "kakekomi_check") (param i32 i32 i32 i32) (result i64) (i64.const -1))"#
    ))
}

/// Builds a module that returns its text.
fn echo() -> Vec<u8> {
    checking("(i64.or (i64.shl (i64.extend_i32_u (local.get 0)) (i64.const 32)) (i64.extend_i32_u (local.get 1)))")
}

const REPORT: &[u8] = br#"{"ruleset":"test"}"#;

fn context() -> Arc<[u8]> {
    Arc::from(&b"{}"[..])
}

/// Runs the hostile module and returns its error; the good one on the same sandbox still gives its report afterwards.
fn judged(hostile: &[u8]) -> SandboxError {
    let good = echo();
    let sandbox = Sandbox::new(SandboxConfig::of(&good).and(hostile)).expect("a sandbox");
    let module = sandbox.module(&Digest::of(hostile)).expect("loaded");
    let error = super::check::check(module, REPORT, b"{}").expect_err("hostile");
    assert_eq!(sandbox.check_now(sandbox.current(), REPORT.into(), context()).as_deref(), Ok(REPORT));
    error
}

fn loaded(wasm: &[u8]) -> SandboxError {
    Sandbox::new(SandboxConfig::of(&echo()).and(wasm)).expect_err("refused")
}

#[test]
fn the_limit_grows_with_the_text() {
    assert_eq!(cpu_time_limit(0), CPU_TIME_BASE);
    assert_eq!(cpu_time_limit(CPU_TIME_BLOCK / 2), CPU_TIME_BASE + CPU_TIME_PER_BLOCK / 2);
    assert_eq!(cpu_time_limit(CPU_TIME_BLOCK), CPU_TIME_BASE + CPU_TIME_PER_BLOCK);
    assert_eq!(cpu_time_limit(CPU_TIME_BLOCK + 3), CPU_TIME_BASE + CPU_TIME_PER_BLOCK * 262_147 / 262_144);
    assert_eq!(cpu_time_limit(INPUT_MAX), CPU_TIME_BASE + CPU_TIME_PER_BLOCK * 4);
    assert_eq!(cpu_time_limit(usize::MAX), cpu_time_limit(INPUT_MAX));
}

#[test]
fn endless_recursion_exceeds_the_stack() {
    let recursion = "(call $deeper (i64.const 1))) (func $deeper (param i64) (result i64) (i64.add (local.get 0) (call $deeper (local.get 0)))";
    let error = judged(&checking(recursion));
    assert_eq!((error.code(), error), ("sandbox.stack", SandboxError::Stack));
}

#[test]
fn a_trap_is_a_trap() {
    for body in ["unreachable", "(i64.div_u (i64.const 1) (i64.const 0))", "(i64.load (i32.const -1))"] {
        assert!(matches!(judged(&checking(body)), SandboxError::Trap(_)), "{body}");
    }
    let calls_import = wat::parse_str(format!(
        r#"(module (import "a" "b" (func $import)) {HEAD} {ALLOCATE}
           (func (export "kakekomi_check") (param i32 i32 i32 i32) (result i64) (call $import) (i64.const 0)))"#
    ));
    assert!(matches!(judged(&calls_import.expect("the test's module")), SandboxError::Trap(_)));
}

#[test]
fn endless_growth_of_memory_is_ended() {
    assert_eq!(judged(&checking("(drop (memory.grow (i32.const 1024))) (i64.const 0)")), SandboxError::Memory);
    let eats = "(loop $again (drop (memory.grow (i32.const 1))) (br $again)) (i64.const 0)";
    assert_eq!(judged(&checking(eats)), SandboxError::Memory);
    let table = format!(
        r#"(table $t 1 funcref) {ALLOCATE} (func (export "kakekomi_check") (param i32 i32 i32 i32) (result i64)
           (drop (table.grow $t (ref.null func) (i32.const 100000))) (i64.const 0))"#
    );
    assert_eq!(judged(&wasm(&table)), SandboxError::Memory);
}

#[test]
fn allocated_memory_must_be_in_range() {
    for pointer in ["0", "-1", "131072", "131060"] {
        assert_eq!(judged(&allocating(&format!("(i32.const {pointer})"))), SandboxError::NoRoom, "{pointer}");
    }
}

#[test]
fn a_report_must_be_in_range() {
    // Pointer and length: beyond the end, over the end, over 32 bits together, and longer than any report.
    for (pointer, len) in [(131_073_u64, 0_u64), (131_060, 18), (0x7fff_ffff, 0xffff_ffff), (0, (16 << 20) + 1)] {
        let answer = checking(&format!("(i64.const {})", pointer << 32 | len));
        assert_eq!(judged(&answer), SandboxError::BadPointer, "{pointer} {len}");
    }
}

#[test]
fn an_answer_must_be_a_report() {
    for data in [r"\ff\fe\00", r"{\22ruleset\22:\ff}", r"{\22rules\22:1}", r" {\22ruleset\22:1}", "", r"{\22ruleset\22"]
    {
        let len = wat_len(data);
        let rest = format!(
            r#"(data (i32.const 64) "{data}") {ALLOCATE}
               (func (export "kakekomi_check") (param i32 i32 i32 i32) (result i64) (i64.const {}))"#,
            64_u64 << 32 | len
        );
        assert_eq!(judged(&wasm(&rest)), SandboxError::BadReport, "{data}");
    }
}

/// Counts the bytes of a string in the text format, where `\xx` is one.
fn wat_len(data: &str) -> u64 {
    (data.len() - 2 * data.matches('\\').count()) as u64
}

#[test]
fn an_error_of_the_module_keeps_its_number() {
    for (number, code) in [
        (-1, "context.invalid"),
        (-2, "report.unwritable"),
        (-3, "memory.range"),
        (-77, "sandbox.failure"),
        (i64::MIN, "sandbox.failure"),
    ] {
        let error = judged(&checking(&format!("(i64.const {number})")));
        assert_eq!(error, SandboxError::Failure(number));
        assert_eq!(error.code(), code);
    }
}

#[test]
fn invalid_modules_are_not_loaded() {
    let imports_memory = wat::parse_str(r#"(module (import "a" "m" (memory 1)))"#).expect("the test's module");
    let large = wat::parse_str(r#"(module (memory (export "memory") 1025))"#).expect("the test's module");
    for bytes in [&b""[..], b"\0asm", b"(module)", &large] {
        assert!(matches!(loaded(bytes), SandboxError::BadModule(_)), "{bytes:?}");
    }
    assert!(matches!(loaded(&imports_memory), SandboxError::WrongAbi(_)));
    let none = SandboxConfig { modules: Vec::new(), ..SandboxConfig::of(b"") };
    assert!(matches!(Sandbox::new(none), Err(SandboxError::BadModule(_))));
}

#[test]
fn every_export_must_have_its_types() {
    let all = [
        ("kakekomi_abi_1", r#"(func (export "kakekomi_abi_1"))"#),
        ("kakekomi_allocate", r#"(func (export "kakekomi_allocate") (param i32) (result i32) (i32.const 0))"#),
        ("kakekomi_check", r#"(func (export "kakekomi_check") (param i32 i32 i32 i32) (result i64) (i64.const -1))"#),
        ("kakekomi_free", r#"(func (export "kakekomi_free") (param i32 i32))"#),
        ("memory", r#"(memory (export "memory") 1)"#),
    ];
    for (missing, _) in all {
        let others = all.iter().filter(|(name, _)| *name != missing).map(|(_, text)| *text).collect::<String>();
        for instead in [String::new(), format!(r#"(func (export "{missing}") (param i64))"#)] {
            let module = wat::parse_str(format!("(module {others} {instead})")).expect("the test's module");
            assert_eq!(loaded(&module), SandboxError::WrongAbi(missing));
        }
    }
}

#[test]
fn another_abi_is_named() {
    let speaks = |markers: &str| {
        let exports = r#"(memory (export "memory") 1) (func (export "kakekomi_allocate") (param i32) (result i32) (i32.const 0))"#;
        wat::parse_str(format!("(module {exports} {markers})")).expect("the test's module")
    };
    let marker = |version: &str| format!(r#"(func (export "kakekomi_abi_{version}"))"#);
    for (versions, found) in [(vec!["2"], "2"), (vec!["0"], "0"), (vec!["2", "3"], "2 and 3")] {
        let error = loaded(&speaks(&versions.into_iter().map(marker).collect::<String>()));
        assert_eq!(error, SandboxError::OtherAbi(found.to_owned()));
        let words = error.to_string();
        assert!(words.contains(&format!("speaks ABI {found}")) && words.contains("this program ABI 1"), "{words}");
    }
    // A module may speak several: the one that is known counts, and must then be whole.
    assert!(matches!(loaded(&speaks(&[marker("1"), marker("2")].concat())), SandboxError::WrongAbi(_)));
}

#[test]
fn a_kept_module_that_cannot_be_loaded_is_left_out_and_named() {
    let (good, bad) = (echo(), b"no module".to_vec());
    let config = SandboxConfig::of(&good).and_if_it_loads(&bad).and_if_it_loads(&good);
    let sandbox = Sandbox::new(config).expect("a sandbox");
    let left_out: Vec<_> = sandbox.left_out().iter().map(|(digest, error)| (digest.clone(), error.code())).collect();
    assert_eq!(left_out, [(Digest::of(&bad), "sandbox.bad_module")]);
    assert!(!sandbox.has(&Digest::of(&bad)) && sandbox.has(&Digest::of(&good)));
}

#[test]
fn every_check_is_in_a_fresh_instance() {
    // It traps when its memory or its global shows that it ran before.
    let remembers = checking(
        "(if (i32.load (i32.const 1000)) (then unreachable)) (i32.store (i32.const 1000) (i32.const 7))
         (if (i32.ne (global.get $next) (i32.add (i32.const 4098) (local.get 1))) (then unreachable))
         (i64.or (i64.shl (i64.extend_i32_u (local.get 0)) (i64.const 32)) (i64.extend_i32_u (local.get 1)))",
    );
    let sandbox = Sandbox::new(SandboxConfig::of(&remembers)).expect("a sandbox");
    for _ in 0..1000 {
        assert_eq!(sandbox.check_now(sandbox.current(), REPORT.into(), context()).as_deref(), Ok(REPORT));
    }
}

#[test]
fn empty_and_oversized_texts_are_errors() {
    let sandbox = Sandbox::new(SandboxConfig::of(&echo())).expect("a sandbox");
    let check = |text: Vec<u8>| sandbox.check_now(sandbox.current(), text.into(), context());
    assert_eq!(check(Vec::new()), Err(SandboxError::BadReport));
    assert_eq!(check(vec![b' '; 200_000]), Err(SandboxError::NoRoom));
    assert_eq!(check(vec![b' '; INPUT_MAX + 1]), Err(SandboxError::NoRoom));
}

#[tokio::test]
async fn check_threads_give_the_report_and_know_their_modules() {
    let sandbox = Sandbox::new(SandboxConfig::of(&echo())).expect("a sandbox");
    assert_eq!(sandbox.check(None, sandbox.current(), REPORT.into(), context()).await.as_deref(), Ok(REPORT));
    let other = Digest::of(b"another");
    assert!(sandbox.has(sandbox.current()) && !sandbox.has(&other));
    assert_eq!(sandbox.check(None, &other, REPORT.into(), context()).await, Err(SandboxError::UnknownModule(other)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_full_queue_is_busy_and_drains() {
    // Some milliseconds, and then a refusal.
    let slow = checking(
        "(loop $again (local.set $i (i32.add (local.get $i) (i32.const 1))) (br_if $again (i32.lt_u (local.get $i) (i32.const 3000000))))
         (i64.const -1)",
    );
    let text = Bytes::from(vec![b' '; 30_000]);
    let config = SandboxConfig { threads: 1, queue: 1, ..SandboxConfig::of(&echo()).and(&slow) };
    let sandbox = Sandbox::new(config).expect("a sandbox");
    let slow = Digest::of(&slow);
    let waiting: Vec<_> = (0..8)
        .map(|_| {
            let (sandbox, slow, text) = (sandbox.clone(), slow.clone(), text.clone());
            tokio::spawn(async move { sandbox.check(None, &slow, text, context()).await })
        })
        .collect();
    let mut busy = 0;
    for check in waiting {
        match check.await.expect("no panic") {
            Err(SandboxError::Busy) => busy += 1,
            other => assert_eq!(other, Err(SandboxError::Failure(-1))),
        }
    }
    assert!((1..8).contains(&busy), "{busy}");
    assert_eq!(sandbox.check(None, sandbox.current(), REPORT.into(), context()).await.as_deref(), Ok(REPORT));
}

#[test]
fn a_digest_is_read_with_and_without_its_prefix() {
    let digest = Digest::of(b"test");
    assert_eq!(digest.to_string(), "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08");
    assert_eq!(format!("sha256:{digest}").parse().as_ref(), Ok(&digest));
    assert_eq!(digest.as_str().parse().as_ref(), Ok(&digest));
    for text in ["", "sha256:", "sha512:00", &digest.as_str()[1..], &format!("sha256:sha256:{digest}"), &"g".repeat(64)]
    {
        assert!(text.parse::<Digest>().is_err(), "{text}");
    }
}

#[test]
fn no_error_holds_a_form_value() {
    let secret = br#"{"ruleset":"himitsu"#;
    let traps = checking("unreachable");
    let sandbox = Sandbox::new(SandboxConfig::of(&traps)).expect("a sandbox");
    let error = sandbox.check_now(sandbox.current(), secret[..].into(), context()).expect_err("a trap");
    assert!(!format!("{error} {error:?}").contains("himitsu"));
    assert_eq!(error.code(), "sandbox.trap");
}
