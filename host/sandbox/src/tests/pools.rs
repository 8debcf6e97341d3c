//! Good checks beside hostile modules: long texts have threads of their own, and clients take turns.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;

use super::super::LONG_DRAFT_BYTES;
use super::{CPU_TIME_BLOCK, Digest, REPORT, Sandbox, SandboxConfig, SandboxError, checking, context, echo};

/// Concurrent hostile modules, each with its own client.
const HOSTILE: usize = 4;
/// Good checks that are timed.
const GOOD: usize = 400;

/// Builds an endless module; each number gives other bytes.
fn endless(number: usize) -> Vec<u8> {
    checking(&format!("(loop $again (drop (i32.const {number})) (br $again)) (i64.const 0)"))
}

/// Times good checks, sorted.
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hostile_long_texts_do_not_delay_ordinary_checks() {
    let modules: Vec<_> = (0..HOSTILE).map(endless).collect();
    let config = modules.iter().fold(SandboxConfig::of(&echo()), |config, module| config.and(module));
    let sandbox = Sandbox::new(config).expect("a sandbox");
    let done = Arc::new(AtomicBool::new(false));
    let text = Bytes::from(vec![b' '; LONG_DRAFT_BYTES + 1]);
    let attackers: Vec<_> = (1..=4_u8)
        .zip(&modules)
        .map(|(number, module)| {
            let (sandbox, module, done, text) = (sandbox.clone(), Digest::of(module), Arc::clone(&done), text.clone());
            let client = Some(IpAddr::from([198, 51, 100, number]));
            tokio::spawn(async move {
                let mut times = Vec::new();
                while !done.load(Ordering::Relaxed) {
                    let start = Instant::now();
                    let ended = sandbox.check(client, &module, text.clone(), context()).await;
                    assert_eq!(ended, Err(SandboxError::Deadline));
                    times.push(start.elapsed());
                }
                times
            })
        })
        .collect();
    let beside = good(&sandbox).await;
    done.store(true, Ordering::Relaxed);
    let mut hostile = Vec::new();
    for attacker in attackers {
        hostile.extend(attacker.await.expect("no panic"));
    }
    hostile.sort();
    println!("p99 beside {} hostile checks: {:?}", hostile.len(), beside[GOOD * 99 / 100]);
    assert!(hostile.len() >= HOSTILE, "{}", hostile.len());
    // On shared threads each good check would wait for a hostile one. A busy machine slows both.
    let (good, hostile) = (beside[GOOD / 2], hostile[hostile.len() / 2]);
    assert!(good * 4 < hostile, "a good check takes {good:?} beside hostile ones of {hostile:?}");
}

#[tokio::test]
async fn both_pools_give_the_same_report() {
    let sandbox = Sandbox::new(SandboxConfig::of(kakekomi_artifact::WASM)).expect("a sandbox");
    let context = super::worst::context();
    for length in [2, LONG_DRAFT_BYTES, LONG_DRAFT_BYTES + 1, CPU_TIME_BLOCK, CPU_TIME_BLOCK + 1] {
        let mut text = b"{}".to_vec();
        text.resize(length, b' ');
        let text = Bytes::from(text);
        let now = sandbox.check_now(sandbox.current(), text.clone(), Arc::clone(&context));
        assert_eq!(sandbox.check(None, sandbox.current(), text, Arc::clone(&context)).await, now, "{length}");
    }
}
