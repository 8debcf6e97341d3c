//! `make bench`: speed as ratios in one run, and sizes; docs/performance.md keeps what it printed.
//!
//! Every figure is of the accepted example draft in the default desk's context. The engines take
//! turns within each round, so that a machine whose speed drifts slows all of them; the ratio is
//! the median over the rounds.

#![allow(clippy::print_stdout, reason = "a bench prints")]

mod hostile;
mod http;
mod recheck;
mod reused;
mod sizes;
mod store;

use std::error::Error;
use std::sync::Arc;
use std::time::Instant;

use kakekomi::sandbox::Sandbox;
use kakekomi_tests::example;

/// How many rounds the engines take turns for.
const ROUNDS: usize = 21;
/// How many checks an engine makes in its turn.
const CHECKS: u32 = 2_000;

fn main() -> Result<(), Box<dyn Error>> {
    let (draft, context) = example()?;
    let sandbox = Sandbox::new(kakekomi::sandbox::SandboxConfig::default())?;
    let mut reused = reused::Reused::new(kakekomi_artifact::WASM)?;
    let shared: Arc<[u8]> = context.clone().into();
    let bytes = bytes::Bytes::from(draft.clone());

    let expected = kakekomi_core::answer(&draft, &context)?;
    assert_eq!(reused.check(&draft, &context)?, expected, "the reused instance gives other bytes");
    assert_eq!(
        sandbox.check_now(sandbox.current(), bytes.clone(), Arc::clone(&shared))?,
        expected,
        "the sandbox gives other bytes"
    );

    let (mut native, mut again, mut fresh) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        native.push(time(|| kakekomi_core::answer(&draft, &context).map(drop).map_err(Into::into))?);
        again.push(time(|| reused.check(&draft, &context).map(drop))?);
        fresh.push(time(|| {
            sandbox.check_now(sandbox.current(), bytes.clone(), Arc::clone(&shared)).map(drop).map_err(Into::into)
        })?);
    }
    println!(
        "draft {} bytes, context {} bytes, report {} bytes; {ROUNDS} rounds of {CHECKS} checks",
        draft.len(),
        context.len(),
        expected.len()
    );
    println!("native core                          {:>8.1} µs a check", micros(median(&native)));
    println!("reused instance                      {:>8.2} × native", median(&ratios(&again, &native)));
    println!(
        "fresh instance, fuel and epoch       {:>8.2} × native (aim 3, stretch 2.5)",
        median(&ratios(&fresh, &native))
    );
    hostile::bench(&draft, &context)?;
    http::bench(&draft)?;
    recheck::bench()?;
    store::bench(&draft, &expected)?;
    sizes::print()?;
    Ok(())
}

/// Seconds for one check, over a turn.
fn time(mut check: impl FnMut() -> Result<(), Box<dyn Error>>) -> Result<f64, Box<dyn Error>> {
    let start = Instant::now();
    for _ in 0..CHECKS {
        check()?;
    }
    Ok(start.elapsed().as_secs_f64() / f64::from(CHECKS))
}

fn ratios(engine: &[f64], native: &[f64]) -> Vec<f64> {
    engine.iter().zip(native).map(|(engine, native)| engine / native).collect()
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

fn micros(seconds: f64) -> f64 {
    seconds * 1e6
}
