//! Latency of submissions while the log cannot be written, beside a desk whose log works.

use std::error::Error;
use std::time::Duration;

use kakekomi_tests::server::{Home, LogTarget, Server};

use super::drive::{paced, post};
use super::{median, ratios};

/// Rounds in which the desks take turns.
const ROUNDS: usize = 5;
const CLIENTS: u32 = 16;
/// Well below the peak, so that the latency is the desk's and not the queue's.
const SUBMISSIONS_PER_SECOND: f64 = 200.0;
const TURN: Duration = Duration::from_secs(2);
const TARGETS: [LogTarget; 4] =
    [LogTarget::FullDevice, LogTarget::ClosedPipe, LogTarget::UnreadPipe, LogTarget::FullDisk];

/// Prints the median and the 99th percentile for each broken log, as multiples of those beside a working log.
///
/// # Errors
/// A connection breaks or an answer is not 2xx.
pub fn bench(draft: &[u8]) -> Result<(), Box<dyn Error>> {
    let working = Server::start_in(Home::new());
    for target in TARGETS {
        let broken = Server::start_logging_to(Home::new(), &[], target);
        let (mut medians, mut tails) = (Vec::new(), Vec::new());
        for round in 0..=ROUNDS {
            let key = format!("{target:?}-{round}");
            let (beside, with) = (turn(&working, &key, draft)?, turn(&broken, &key, draft)?);
            // The first round warms both.
            if round > 0 {
                medians.push((percentile(&with, 50), percentile(&beside, 50)));
                tails.push((percentile(&with, 99), percentile(&beside, 99)));
            }
        }
        let ratio = |pairs: &[(f64, f64)]| {
            let (with, beside): (Vec<_>, Vec<_>) = pairs.iter().copied().unzip();
            median(&ratios(&with, &beside))
        };
        println!(
            "HTTP /v1/submissions, log {:<10} {:>8.2} × p50 and {:.2} × p99 beside a log that works",
            format!("{target:?}"),
            ratio(&medians),
            ratio(&tails)
        );
    }
    Ok(())
}

fn turn(server: &Server, key: &str, draft: &[u8]) -> Result<Vec<f64>, Box<dyn Error>> {
    let submit =
        |client, number| post("/v1/submissions", &format!("Idempotency-Key: {key}-{client}-{number}\r\n"), draft);
    paced(server.at, CLIENTS, SUBMISSIONS_PER_SECOND, TURN, &submit)
}

/// A percentile of sorted times.
pub fn percentile(sorted: &[f64], percent: usize) -> f64 {
    sorted.get(sorted.len() * percent / 100).copied().unwrap_or(f64::NAN)
}
