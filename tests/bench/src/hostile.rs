//! Hostile modules: the time until each is interrupted with the longest text, and the 99th percentile of good checks
//! while four of them run.
//!
//! The good checks are of the example draft by the module in force, one after the other, on the check threads.

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use kakekomi_sandbox::{CPU_TIME_BLOCK, Digest, Sandbox, SandboxConfig};

/// Number of hostile modules that run at once.
const HOSTILE: usize = 4;
/// Number of good checks that are timed, alone and beside them.
const GOOD: usize = 5_000;

/// Repeated work of a hostile check.
const WORKS: [(&str, &str); 3] = [
    ("works", ""),
    ("divides", "(local.set $i (i32.div_u (i32.const -1) (i32.or (local.get $i) (i32.const 3))))"),
    ("waits for memory", HOPS),
];
const HOPS: &str = "(local.set $i (i32.and (i32.add (i32.mul (i32.add (local.get $i) (i32.load (local.get $i)))
    (i32.const 1664525)) (i32.const 1013904223)) (i32.const 0x3dffffc)))";

/// Prints the figures for a draft in a context.
///
/// # Errors
/// If a module cannot be made, or a good check fails.
pub fn bench(draft: &[u8], context: &[u8]) -> Result<(), Box<dyn Error>> {
    let context: Arc<[u8]> = context.into();
    let longest = Bytes::from(vec![b' '; CPU_TIME_BLOCK]);
    for (name, work) in WORKS {
        let sandbox = Sandbox::new(SandboxConfig::of(&endless(&work.repeat(64), 0)?))?;
        let cut_off = |text: &Bytes| {
            let start = Instant::now();
            let error = sandbox.check_now(sandbox.current(), text.clone(), Arc::clone(&context));
            (start.elapsed(), error.err().map_or("a report", |error| error.code()))
        };
        let best = |text| (0..9).map(|_| cut_off(text)).min();
        let (Some(ordinary), Some(longest)) = (best(&Bytes::from(draft.to_vec())), best(&longest)) else { continue };
        println!(
            "a module that {name:<16} {:>8.0} ms until it is cut off over the longest text ({}; aim 500), {:.1} ms over the example ({})",
            millis(longest.0),
            longest.1,
            millis(ordinary.0),
            ordinary.1
        );
    }
    let modules = (0..HOSTILE).map(|number| endless("", number)).collect::<Result<Vec<_>, _>>()?;
    let config =
        modules.iter().fold(kakekomi_service::embedded_module::sandbox_config(), |config, module| config.and(module));
    let sandbox = Sandbox::new(config)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let draft = Bytes::from(draft.to_vec());
    let (alone, beside, refused) = runtime.block_on(async {
        let alone = good(&sandbox, &draft, &context).await?;
        let done = Arc::new(AtomicBool::new(false));
        let attacks: Vec<_> = modules
            .iter()
            .map(|module| tokio::spawn(attack(sandbox.clone(), Digest::of(module), longest.clone(), Arc::clone(&done))))
            .collect();
        let beside = good(&sandbox, &draft, &context).await?;
        done.store(true, Ordering::Relaxed);
        let mut refused = 0;
        for attack in attacks {
            refused += attack.await?;
        }
        Ok::<_, Box<dyn Error>>((alone, beside, refused))
    })?;
    println!(
        "p99 of good checks                   {:>8.2} ms alone, {:.2} ms beside {HOSTILE} hostile modules ({refused} cut off; aim twice as long)",
        millis(alone),
        millis(beside)
    );
    Ok(())
}

/// Makes a module whose check does this endlessly; each number makes another module.
fn endless(work: &str, number: usize) -> Result<Vec<u8>, Box<dyn Error>> {
    Ok(wat::parse_str(format!(
        r#"(module (memory (export "memory") 1000) (func (export "kakekomi_abi_1"))
           (func (export "kakekomi_allocate") (param i32) (result i32) (i32.const 4096))
           (func (export "kakekomi_free") (param i32 i32))
           (func (export "kakekomi_check") (param i32 i32 i32 i32) (result i64) (local $i i32)
             (drop (i32.const {number})) (loop $again {work} (br $again)) (i64.const 0)))"#
    ))?)
}

/// Sends the hostile module its text repeatedly; counts the interruptions.
async fn attack(sandbox: Sandbox, module: Digest, text: Bytes, done: Arc<AtomicBool>) -> u64 {
    let mut refused = 0;
    while !done.load(Ordering::Relaxed) {
        refused += u64::from(sandbox.check(None, &module, text.clone(), Arc::from(&b"{}"[..])).await.is_err());
    }
    refused
}

/// Measures the 99th percentile of the good checks' times.
async fn good(sandbox: &Sandbox, draft: &Bytes, context: &Arc<[u8]>) -> Result<Duration, Box<dyn Error>> {
    let mut times = Vec::with_capacity(GOOD);
    for _ in 0..GOOD {
        let start = Instant::now();
        sandbox.check(None, sandbox.current(), draft.clone(), Arc::clone(context)).await?;
        times.push(start.elapsed());
    }
    times.sort_unstable();
    times.get(GOOD * 99 / 100).copied().ok_or_else(|| "no check".into())
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
