//! Others go on while hostile modules and long drafts are at work: every lane has threads of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;

use super::super::LONG_DRAFT_BYTES;
use super::{Digest, FUEL_BYTES_MAX, REPORT, Sandbox, SandboxConfig, SandboxError, checking, context, echo};

/// Hostile modules at once, and askers of each.
const HOSTILE: usize = 4;
/// Good checks whose time counts.
const GOOD: usize = 400;

/// A module that loops without end; each number makes other bytes.
fn endless(number: usize) -> Vec<u8> {
    checking(&format!("(loop $again (drop (i32.const {number})) (br $again)) (i64.const 0)"))
}

/// Times of good checks by the module in force, sorted.
async fn good(sandbox: &Sandbox) -> Vec<Duration> {
    let mut times = Vec::new();
    for _ in 0..GOOD {
        let start = Instant::now();
        let report = sandbox.check(None, sandbox.current(), REPORT.into(), context()).await;
        times.push(start.elapsed());
        assert_eq!(report.as_deref(), Ok(REPORT));
    }
    times.sort();
    times
}

/// The time that 99 of 100 stay below.
fn p99(times: &[Duration]) -> Duration {
    times[times.len() * 99 / 100]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hostile_modules_delay_one_another_and_nobody_else() {
    let modules: Vec<_> = (0..HOSTILE).map(endless).collect();
    let config = modules.iter().fold(SandboxConfig::of(&echo()), |config, module| config.and(module));
    let sandbox = Sandbox::new(config).expect("a sandbox");
    let alone = good(&sandbox).await;
    let done = Arc::new(AtomicBool::new(false));
    let text = Bytes::from(vec![b' '; 100_000]);
    let attackers: Vec<_> = modules
        .iter()
        .map(|module| {
            let (sandbox, module, done, text) = (sandbox.clone(), Digest::of(module), Arc::clone(&done), text.clone());
            tokio::spawn(async move {
                let mut times = Vec::new();
                while !done.load(Ordering::Relaxed) {
                    let start = Instant::now();
                    match sandbox.check(None, &module, text.clone(), context()).await {
                        Err(SandboxError::OutOfFuel | SandboxError::Deadline | SandboxError::Busy) => {
                            times.push(start.elapsed());
                        }
                        other => panic!("{other:?}"),
                    }
                }
                times
            })
        })
        .collect();
    let attacked = good(&sandbox).await;
    done.store(true, Ordering::Relaxed);
    let mut refused = Vec::new();
    for attacker in attackers {
        refused.extend(attacker.await.expect("no panic"));
    }
    refused.sort();
    println!("p99 alone {:?}, beside {} hostile checks {:?}", p99(&alone), refused.len(), p99(&attacked));
    assert!(refused.len() >= HOSTILE, "{}", refused.len());
    // In one lane a good check would wait for a hostile one each time. A busy machine slows both; `make bench` prints
    // the figures.
    let (good, hostile) = (attacked[GOOD / 2], refused[refused.len() / 2]);
    assert!(good * 4 < hostile, "a good check takes {good:?} beside hostile ones of {hostile:?}");
    for module in &modules {
        assert!(sandbox.module(&Digest::of(module)).expect("loaded").is_suspect());
    }
    assert!(!sandbox.module(sandbox.current()).expect("loaded").is_suspect());
}

#[tokio::test]
async fn a_module_is_suspect_once_it_uses_more_than_half_of_its_fuel() {
    // Some 66 units a round, of 10 million: a quarter, and more than half.
    let counts = |rounds: u32| {
        checking(&format!(
            "(loop $again (local.set $i (i32.add (local.get $i) (i32.const 1))) (br_if $again (i32.lt_u (local.get $i) (i32.const {rounds}))))
             (i64.or (i64.shl (i64.extend_i32_u (local.get 0)) (i64.const 32)) (i64.extend_i32_u (local.get 1)))"
        ))
    };
    for (rounds, suspect) in [(40_000, false), (120_000, true)] {
        let sandbox = Sandbox::new(SandboxConfig::of(&counts(rounds))).expect("a sandbox");
        assert_eq!(sandbox.check(None, sandbox.current(), REPORT.into(), context()).await.as_deref(), Ok(REPORT));
        assert_eq!(sandbox.module(sandbox.current()).expect("loaded").is_suspect(), suspect, "{rounds}");
    }
}

#[tokio::test]
async fn every_lane_judges_alike() {
    let sandbox = Sandbox::new(SandboxConfig::of(kakekomi_artifact::WASM)).expect("a sandbox");
    let context = super::worst::context();
    for length in [2, LONG_DRAFT_BYTES, LONG_DRAFT_BYTES + 1, FUEL_BYTES_MAX, FUEL_BYTES_MAX + 1] {
        let mut text = b"{}".to_vec();
        text.resize(length, b' ');
        let text = Bytes::from(text);
        let now = sandbox.check_now(sandbox.current(), text.clone(), Arc::clone(&context));
        assert_eq!(sandbox.check(None, sandbox.current(), text, Arc::clone(&context)).await, now, "{length}");
    }
    sandbox.module(sandbox.current()).expect("loaded").suspect();
    let now = sandbox.check_now(sandbox.current(), "{}".into(), Arc::clone(&context));
    assert_eq!(sandbox.check(None, sandbox.current(), "{}".into(), context).await, now);
}
