//! Costs over HTTP: a check compared with other servers, a durable submission compared with a check, and the response
//! time at four fifths of the peak load.

use std::error::Error;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use kakekomi_tests::server::{Home, Server};

use super::drive::{paced, post, processor_seconds, rush};
use super::others::Other;
use super::{median, ratios};

/// Number of rounds in which the servers take turns.
const ROUNDS: usize = 7;
/// Number of clients that send at once, and of each client's checks in a turn.
const CLIENTS: u32 = 8;
const CHECKS: u32 = 400;
/// Number of applicants who submit at once, and of each applicant's submissions; they do not wait for each other.
const APPLICANTS: u32 = 64;
const SUBMISSIONS: u32 = 30;
/// Duration of the load at four fifths of the peak.
const LASTING: Duration = Duration::from_secs(10);

/// Prints a check's processor time beside the other servers'.
///
/// # Errors
/// A connection breaks or an answer is not 2xx.
pub fn check(draft: &[u8], context: &[u8]) -> Result<(), Box<dyn Error>> {
    let server = start(Home::new());
    let check = |_, _| post("/v1/check", "", draft);
    let others = Other::all(context)?;
    let turn = |id: u32, at: SocketAddr| -> Result<f64, Box<dyn Error>> {
        let before = processor_seconds(id)?;
        rush(at, CLIENTS, CHECKS, &check)?;
        Ok((processor_seconds(id)? - before) / f64::from(CLIENTS * CHECKS))
    };
    let (mut ours, mut theirs) = (Vec::new(), vec![Vec::new(); others.len()]);
    for round in 0..=ROUNDS {
        let spent = turn(server.id(), server.at)?;
        let beside = others.iter().map(|other| turn(other.id(), other.at)).collect::<Result<Vec<_>, _>>()?;
        // The first round warms all of them.
        if round > 0 {
            ours.push(spent);
            theirs.iter_mut().zip(beside).for_each(|(all, spent)| all.push(spent));
        }
    }
    println!("HTTP /v1/check                       {:>8.0} checks a processor-second", 1.0 / median(&ours));
    for (other, theirs) in others.iter().zip(&theirs) {
        println!("  processor time                     {:>8.2} × {}", median(&ratios(&ours, theirs)), other.name);
    }
    Ok(())
}

/// Prints the response time at four fifths of the peak load.
///
/// # Errors
/// As [`check`].
pub fn peak(draft: &[u8]) -> Result<(), Box<dyn Error>> {
    let server = start(Home::new());
    let check = |_, _| post("/v1/check", "", draft);
    let rounds = (0..ROUNDS).map(|_| rush(server.at, CLIENTS, CHECKS, &check)).collect::<Result<Vec<_>, _>>()?;
    let load = 0.8 * f64::from(CLIENTS * CHECKS) / median(&rounds);
    let took = paced(server.at, 4 * CLIENTS, load, LASTING, &check)?;
    let at = |share: usize| took.get(took.len() * share / 1000).copied().unwrap_or(f64::NAN) * 1e3;
    println!(
        "HTTP /v1/check at 80 % of its peak   {:>8.1} ms p99 ({load:.0} a second; p50 {:.1} ms, p99.9 {:.1} ms)",
        at(990),
        at(500),
        at(999)
    );
    Ok(())
}

/// Prints durable submissions a second beside checks a second, by the clock, for each database.
///
/// # Errors
/// As [`check`].
pub fn submit(draft: &[u8]) -> Result<(), Box<dyn Error>> {
    submissions("SQLite", &start(Home::new()), draft)?;
    match Home::on_postgres() {
        Some(home) => submissions("PostgreSQL", &start(home), draft),
        None => Ok(()),
    }
}

/// Prints durable submissions a second beside those of an earlier program (`KAKEKOMI_BENCH_BEFORE`, a path), for each
/// database: sealing and the chain of events cost at most two fifths of the rate without them.
///
/// # Errors
/// As [`check`].
pub fn sealed(draft: &[u8]) -> Result<(), Box<dyn Error>> {
    let Some(before) = std::env::var_os("KAKEKOMI_BENCH_BEFORE").map(PathBuf::from) else {
        println!("submissions beside an earlier program: not run, KAKEKOMI_BENCH_BEFORE names none");
        return Ok(());
    };
    let homes = [Some((Home::new(), Home::new())), Home::on_postgres().zip(Home::on_postgres())];
    for (name, homes) in ["SQLite", "PostgreSQL"].into_iter().zip(homes) {
        let Some((ours, theirs)) = homes else { continue };
        // As many as the quota of an address allows, and more.
        let more = ["--log", "warn", "--address-quota", "0", "--daily-quota", "0"];
        let (ours, theirs) = (Server::start_with(ours, &more), Server::start_program(&before, theirs, &more));
        let turn = |server: &Server, round| -> Result<[f64; 2], Box<dyn Error>> {
            let submit = |client, number| {
                post("/v1/submissions", &format!("Idempotency-Key: {round}-{client}-{number}\r\n"), draft)
            };
            let before = processor_seconds(server.id())?;
            let took = rush(server.at, APPLICANTS, SUBMISSIONS, &submit)?;
            Ok([took, processor_seconds(server.id())? - before])
        };
        let (mut sealed, mut clear) = ([Vec::new(), Vec::new()], [Vec::new(), Vec::new()]);
        for round in 0..=ROUNDS {
            let (one, other) = (turn(&ours, round)?, turn(&theirs, round)?);
            if round > 0 {
                sealed.iter_mut().zip(one).for_each(|(all, one)| all.push(one));
                clear.iter_mut().zip(other).for_each(|(all, other)| all.push(other));
            }
        }
        let ([took, spent], [took_clear, spent_clear]) = (sealed, clear);
        let cases = f64::from(APPLICANTS * SUBMISSIONS);
        println!(
            "HTTP /v1/submissions, {name:<10}     {:>8.2} × as many a second as the earlier program (aim 0.6); {:.0} a second",
            median(&ratios(&took_clear, &took)),
            cases / median(&took)
        );
        println!(
            "  processor time                     {:>8.2} × the earlier program's; {:.0} µs a submission",
            median(&ratios(&spent, &spent_clear)),
            1e6 * median(&spent) / cases
        );
    }
    Ok(())
}

fn start(home: Home) -> Server {
    Server::start_with(home, &["--log", "info"])
}

/// Durable submissions a second beside checks a second, by the clock.
fn submissions(name: &str, server: &Server, draft: &[u8]) -> Result<(), Box<dyn Error>> {
    let (mut checks, mut stored) = (Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        let check = |_, _| post("/v1/check", "", draft);
        let submit =
            |client, number| post("/v1/submissions", &format!("Idempotency-Key: {round}-{client}-{number}\r\n"), draft);
        let (one, other) =
            (rush(server.at, APPLICANTS, SUBMISSIONS, &check)?, rush(server.at, APPLICANTS, SUBMISSIONS, &submit)?);
        if round > 0 {
            checks.push(one);
            stored.push(other);
        }
    }
    println!(
        "HTTP /v1/submissions, {name:<10}     {:>8.2} × as many a second as checks (aim 0.5); {:.0} durable cases a second",
        median(&ratios(&checks, &stored)),
        f64::from(APPLICANTS * SUBMISSIONS) / median(&stored)
    );
    Ok(())
}
