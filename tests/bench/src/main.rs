//! `make bench`: speed as ratios in one run, and sizes; docs/performance.md keeps what it printed. With words
//! (`check`, `hostile`, `start`, `http`, `peak`, `submit`, `sealed`, `log`, `recheck`, `store`, `desk`, `evidence`,
//! `sizes`) only these parts; `desk` has the parts `desk-queue`, `desk-live` and `desk-refusals`, `evidence` has
//! `evidence-speed`, `evidence-memory` and `evidence-form`.
//!
//! Every figure is of the accepted example draft in the default desk's context. The engines take
//! turns within each round, so that a machine whose speed drifts slows all of them; the ratio is
//! the median over the rounds.

#![allow(clippy::print_stdout, reason = "a bench prints")]

mod desk;
mod drive;
mod evidence;
mod hostile;
mod http;
mod log;
mod others;
mod recheck;
mod reused;
mod sizes;
mod start;
mod store;

use std::error::Error;
use std::sync::Arc;
use std::time::Instant;

use kakekomi_sandbox::Sandbox;
use kakekomi_tests::example;

/// Number of rounds in which the engines take turns.
const ROUNDS: usize = 21;
/// Number of checks in an engine's turn.
const CHECKS: u32 = 2_000;

/// A part of the bench: its word, and what it does.
type Part<'a> = (&'a str, &'a dyn Fn() -> Result<(), Box<dyn Error>>);

fn main() -> Result<(), Box<dyn Error>> {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    if wanted.first().is_some_and(|word| word == others::NATIVE) {
        return others::serve_native();
    }
    let (draft, context) = example()?;
    let report = kakekomi_core::answer(&draft, &context)?;
    let parts: [Part<'_>; 17] = [
        ("check", &|| engines(&draft, &context)),
        ("hostile", &|| hostile::bench(&draft, &context)),
        ("start", &|| start::bench(&draft)),
        ("http", &|| http::check(&draft, &context)),
        ("peak", &|| http::peak(&draft)),
        ("submit", &|| http::submit(&draft)),
        ("sealed", &|| http::sealed(&draft)),
        ("log", &|| log::bench(&draft)),
        ("recheck", &recheck::bench),
        ("store", &|| store::bench(&draft, &report)),
        ("desk-queue", &desk::queue::bench),
        ("desk-live", &|| desk::live::bench(&draft)),
        ("desk-refusals", &|| desk::refusals::bench(&draft)),
        ("evidence-speed", &evidence::speed::bench),
        ("evidence-memory", &evidence::load::memory),
        ("evidence-form", &|| evidence::load::form(&draft)),
        ("sizes", &sizes::print),
    ];
    if let Some(unknown) = wanted.iter().find(|word| parts.iter().all(|(name, _)| !is_named(name, word))) {
        return Err(format!("no part of the bench: {unknown}").into());
    }
    let mut wanted_parts =
        parts.iter().filter(|(name, _)| wanted.is_empty() || wanted.iter().any(|word| is_named(name, word)));
    wanted_parts.try_for_each(|(_, part)| part())
}

/// Reports whether a word names a part, or all parts of a family.
fn is_named(part: &str, word: &str) -> bool {
    part.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

/// The core, a reused instance of the module, and the sandbox.
fn engines(draft: &[u8], context: &[u8]) -> Result<(), Box<dyn Error>> {
    let sandbox = Sandbox::new(kakekomi_service::embedded_module::sandbox_config())?;
    let mut reused = reused::Reused::new(kakekomi_artifact::WASM)?;
    let shared: Arc<[u8]> = context.into();
    let bytes = bytes::Bytes::copy_from_slice(draft);

    let expected = kakekomi_core::answer(draft, context)?;
    assert_eq!(reused.check(draft, context)?, expected, "the reused instance gives other bytes");
    assert_eq!(
        sandbox.check_now(sandbox.current(), bytes.clone(), Arc::clone(&shared))?,
        expected,
        "the sandbox gives other bytes"
    );

    let (mut native, mut again, mut fresh) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        native.push(time(|| kakekomi_core::answer(draft, context).map(drop).map_err(Into::into))?);
        again.push(time(|| reused.check(draft, context).map(drop))?);
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
        "fresh instance with epoch            {:>8.2} × native (aim 2.7, stretch 2.5)",
        median(&ratios(&fresh, &native))
    );
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
    sorted(values.to_vec()).get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Sorts values, the smallest first.
fn sorted(mut values: Vec<f64>) -> Vec<f64> {
    values.sort_unstable_by(f64::total_cmp);
    values
}

fn micros(seconds: f64) -> f64 {
    seconds * 1e6
}
