//! Two hosts behind haproxy, over TLS on PostgreSQL with a synchronous standby, evidence files in a bucket: a rolling upgrade under
//! load fails no request, and a failover loses no receipt. The steps are those of docs/operate.md, section Several hosts.
//!
//! This is a short run. `KAKEKOMI_HOSTS_ROUNDS` makes it longer; docs/operate.md has the command and the results.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr, // figures, and a test that is not run
    reason = "a test that cannot go on stops"
)]

mod load;
mod site;

use std::thread::sleep;
use std::time::{Duration, Instant};

use kakekomi_tests::postgres::Cluster;
use kakekomi_tests::returning::{state, submit, token};
use kakekomi_tests::server::Home;
use kakekomi_tests::uploads::{Upload, listed, noise};

use crate::load::{Load, Seen};
use crate::site::Site;

/// Time in which submissions are stored again after a failover.
const PATIENCE: Duration = Duration::from_secs(30);
/// Time for which the load goes on before and after a change.
const AROUND: Duration = Duration::from_millis(500);

/// The number of rounds, each on a site of its own.
fn rounds() -> usize {
    std::env::var("KAKEKOMI_HOSTS_ROUNDS").map_or(1, |rounds| rounds.parse().expect("a number"))
}

/// Exchanges both hosts one after the other; no request may fail meanwhile.
fn upgrade(site: &mut Site) -> Seen {
    let load = Load::new("upgrade", site.haproxy.at, &site.draft);
    load.during(|| {
        sleep(AROUND);
        site.restart_each();
        sleep(AROUND);
    });
    let seen = load.seen();
    assert!(seen.failed.is_empty() && seen.refused.is_empty(), "{:?} {:?}", seen.failed, seen.refused);
    assert!(seen.receipts.len() > 20 && seen.answered > 60, "{} {}", seen.receipts.len(), seen.answered);
    seen
}

/// Ends the primary and promotes the standby; pages stay there, and every receipt.
fn fail_over(site: &Site, end: fn(&Cluster)) -> Seen {
    let load = Load::new("failover", site.haproxy.at, &site.draft);
    load.during(|| {
        sleep(AROUND);
        end(&site.primary);
        site.standby.promote();
        let promoted = Instant::now();
        while !load.has_stored_since(promoted) {
            assert!(promoted.elapsed() < PATIENCE, "nothing is stored after the failover");
            sleep(Duration::from_millis(50));
        }
        sleep(AROUND);
    });
    let seen = load.seen();
    assert!(seen.failed.is_empty(), "{:?}", seen.failed);
    assert!(seen.refused.iter().all(|refused| refused.starts_with("503 store.")), "{:?}", seen.refused);
    seen
}

/// Asserts that the promoted server has exactly the cases with receipts, and that each key has its receipt still.
fn assert_kept(site: &Site, phases: &[&Seen], others: &[&str]) {
    let cases = Home::at(&site.standby.url).cases();
    let mut kept: Vec<_> = cases.iter().map(|case| case["number"].as_str().unwrap().to_owned()).collect();
    let receipts = || phases.iter().flat_map(|seen| &seen.receipts);
    let number =
        |body: &[u8]| serde_json::from_slice::<serde_json::Value>(body).unwrap()["number"].as_str().unwrap().to_owned();
    let mut promised: Vec<_> = receipts().map(|(_, body)| number(body)).collect();
    promised.push(number(&site.submit("first").body));
    promised.extend(others.iter().map(|number| (*number).to_owned()));
    kept.sort();
    promised.sort();
    assert_eq!(kept, promised);
    for (key, body) in receipts() {
        let replayed = site.submit(key);
        assert_eq!((replayed.status, &replayed.body), (201, body), "{key}");
    }
}

fn round(end: fn(&Cluster)) -> (Seen, Seen) {
    let mut site = Site::start();
    // A file goes through one host before the upgrade, and through the other one after it.
    let case = submit(site.host(0), "before");
    let bytes = noise(100_000, 1);
    let upload = Upload::declare(site.host(0), &token(site.host(0), &case), "access.log", bytes.len() as u64);
    assert_eq!(upload.patch(site.host(0), 0, &bytes[..60_000]).status, 204);

    let upgraded = upgrade(&mut site);
    let visit = token(site.host(1), &case);
    let upload = Upload { token: visit.clone(), ..upload };
    assert_eq!(upload.offset(site.host(1)), 60_000);
    assert_eq!(upload.patch(site.host(1), 60_000, &bytes[60_000..]).status, 204);

    let failed_over = fail_over(&site, end);
    assert_kept(&site, &[&upgraded, &failed_over], &[&case.number]);
    assert_eq!(listed(&state(site.host(0), &visit), &upload)["state"], "arrived");
    site.assert_sound(&case.number);
    site.primary.kill();
    (upgraded, failed_over)
}

#[test]
fn rolling_upgrade_fails_no_request_and_failover_loses_no_receipt() {
    if std::env::var_os("KAKEKOMI_TEST_POSTGRES").is_none() {
        eprintln!("not run: KAKEKOMI_TEST_POSTGRES is not set");
        return;
    }
    let rounds = rounds();
    let (mut requests, mut receipts, mut refused, mut longest) = (0, 0, 0, Duration::ZERO);
    for number in 0..rounds {
        // A killed server closes its connections; one whose machine is gone leaves them open and silent.
        let end = if number % 2 == 0 { Cluster::kill } else { Cluster::freeze };
        let (upgraded, failed_over) = round(end);
        requests += upgraded.requests();
        receipts += upgraded.receipts.len() + failed_over.receipts.len();
        refused += failed_over.refused.len();
        longest = longest.max(failed_over.longest_pause());
    }
    eprintln!(
        "{rounds} rounds of two hosts: {requests} requests during upgrades, 0 failed; {receipts} receipts, 0 lost in failovers; \
         {refused} submissions refused, nothing stored for {:.1} s at most",
        longest.as_secs_f32()
    );
}
