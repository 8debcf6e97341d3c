//! Costs over HTTP: a check compared with other servers, a durable submission compared with a check, and the response
//! time at four fifths of the peak load.

use std::error::Error;
use std::net::SocketAddr;
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

/// Prints the figures for a draft.
///
/// # Errors
/// If a connection breaks or an answer is not 2xx.
pub fn bench(draft: &[u8]) -> Result<(), Box<dyn Error>> {
    let check = |_, _| post("/v1/check", "", draft);
    let server = start(Home::new());
    let peak = against_others(&server, &check)?;
    let took = paced(server.at, 4 * CLIENTS, 0.8 * peak, LASTING, &check)?;
    let at = |share: usize| took.get(took.len() * share / 1000).copied().unwrap_or(f64::NAN) * 1e3;
    println!(
        "HTTP /v1/check at 80 % of its peak   {:>8.1} ms p99 ({:.0} a second; p50 {:.1} ms, p99.9 {:.1} ms)",
        at(990),
        0.8 * peak,
        at(500),
        at(999)
    );
    submissions("SQLite", &server, draft)?;
    match Home::on_postgres() {
        Some(home) => submissions("PostgreSQL", &start(home), draft),
        None => Ok(()),
    }
}

fn start(home: Home) -> Server {
    Server::start_with(home, &["--log", "info"])
}

/// Processor time beside the other servers; checks a second by the clock.
fn against_others(server: &Server, check: super::drive::Making<'_>) -> Result<f64, Box<dyn Error>> {
    let (native, fastify) = (Other::native()?, Other::fastify()?);
    let turn = |id: u32, at: SocketAddr| -> Result<(f64, f64), Box<dyn Error>> {
        let before = processor_seconds(id)?;
        let elapsed = rush(at, CLIENTS, CHECKS, check)?;
        Ok(((processor_seconds(id)? - before) / f64::from(CLIENTS * CHECKS), elapsed))
    };
    let (mut ours, mut natives, mut fastifys, mut rates) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        let (spent, elapsed) = turn(server.id(), server.at)?;
        let beside = turn(native.id(), native.at)?.0;
        let other = fastify.as_ref().map(|fastify| turn(fastify.id(), fastify.at)).transpose()?;
        // The first round warms all of them.
        if round > 0 {
            ours.push(spent);
            natives.push(beside);
            fastifys.extend(other.map(|(spent, _)| spent));
            rates.push(f64::from(CLIENTS * CHECKS) / elapsed);
        }
    }
    println!(
        "HTTP /v1/check                       {:>8.0} checks a processor-second ({:.0} a second by the clock)",
        1.0 / median(&ours),
        median(&rates)
    );
    println!(
        "  processor time                     {:>8.2} × axum with the native core (aim 1.5)",
        median(&ratios(&ours, &natives))
    );
    if fastify.is_some() {
        println!(
            "                                     {:>8.2} × Fastify with ajv (aim 0.5)",
            median(&ratios(&ours, &fastifys))
        );
    } else {
        println!("                                     Fastify is not installed: scripts/bench.sh does it");
    }
    Ok(median(&rates))
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
        "HTTP /v1/submissions, {name:<10}     {:>8.2} × as many a second as checks (aim 0.6); {:.0} durable cases a second",
        median(&ratios(&checks, &stored)),
        f64::from(APPLICANTS * SUBMISSIONS) / median(&stored)
    );
    Ok(())
}
