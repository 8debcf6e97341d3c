//! Evidence files of `kakekomi serve`: their storage, their limits, and the task that tidies up.
//!
//! `--evidence-url /srv/evidence` → the folder `/srv/evidence`; without it, `evidence` in the data folder
//!
//! A bucket that does not answer keeps the form from nothing: uploads are refused until it does.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use kakekomi_evidence::{Evidence, PartStorage, Tidied, UploadRefusal, bind, delete_discarded, is_unreachable};
use kakekomi_http::files::{Files, UploadsAtOnce};
use kakekomi_service::capacity::Capacity;
use kakekomi_service::sealed_case::CaseSealer;
use kakekomi_store::{Store, clock};
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval, sleep};

use crate::cli::print;
use crate::config::Settings;
use crate::error::CliError;
use crate::evidence_place::EvidencePlace;

/// The time between two runs of the task that ends overdue uploads and packages, and deletes what nothing refers to.
const TIDY_EVERY: Duration = Duration::from_hours(1);

/// The difference between the clocks, since the last run, up to which the wall clock is believed.
const CLOCKS_APART_MAX: Duration = Duration::from_mins(5);

/// The time between two tries to bind a storage that does not answer.
const BIND_EVERY: Duration = Duration::from_secs(5);

/// Opens the storage of evidence files, and binds it to the database: later, if it does not answer now.
///
/// # Errors
/// [`CliError`]: the storage cannot be opened, or belongs to another database.
pub(super) async fn files(
    settings: &Settings,
    store: Arc<dyn Store>,
    sealer: &CaseSealer,
    stop: watch::Receiver<bool>,
) -> Result<Files, CliError> {
    let limits = settings.evidence_limits();
    let place = EvidencePlace::of(settings)?;
    let storage = place.open()?;
    match bind(&*store, &storage).await {
        Ok(()) => {}
        Err(UploadRefusal::Storage(error)) if is_unreachable(&error) => {
            print::warn(&format!("no evidence file is taken until its storage answers: {error}"));
            tokio::spawn(bind_later(Arc::clone(&store), Arc::clone(&storage)));
        }
        Err(UploadRefusal::Store(error)) => return Err(CliError::Store(error)),
        Err(UploadRefusal::Storage(error)) => return Err(CliError::io(place.to_string())(error)),
        Err(other) => return Err(CliError::io(place.to_string())(io::Error::other(other))),
    }
    let evidence = Evidence { store, storage, key: sealer.hash_key().clone(), limits };
    let uploads = UploadsAtOnce::new(limits.uploads_an_address);
    Ok(Files { evidence, uploads, quota: Arc::new(Capacity::new(settings.evidence_quota(), None)), stop })
}

/// Binds a storage to the database as soon as it answers.
async fn bind_later(store: Arc<dyn Store>, storage: Arc<dyn PartStorage>) {
    loop {
        sleep(BIND_EVERY).await;
        match bind(&*store, &storage).await {
            Ok(()) => return tracing::info!("the storage of evidence files answers, and files are taken"),
            Err(error) => tracing::warn!(%error, "no evidence file is taken"),
        }
    }
}

/// Tidies up now and every hour. What depends on the clock waits for a run whose clock can be believed.
pub(super) async fn tidy_hourly(evidence: Evidence) {
    let mut hours = interval(TIDY_EVERY);
    hours.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut before = None;
    loop {
        hours.tick().await;
        let reading = Reading { wall: clock::now(), monotonic: Instant::now() };
        let tidied = if before.replace(reading).is_some_and(|before| reading.agrees_with(before)) {
            evidence.tidy(reading.wall).await
        } else {
            let deleted = delete_discarded(&*evidence.store, &evidence.storage).await;
            deleted.map(|deleted| Tidied { deleted, ..Tidied::default() })
        };
        match tidied {
            Ok(done) if done == Tidied::default() => {}
            Ok(Tidied { expired, ended, deleted, orphans }) => {
                tracing::info!(expired, ended, deleted, orphans, "evidence files and packages were tidied up");
            }
            Err(error) => tracing::warn!(%error, "evidence files could not be tidied up"),
        }
    }
}

/// A moment by both clocks.
#[derive(Debug, Clone, Copy)]
struct Reading {
    /// Milliseconds since the epoch, UTC; somebody may set it.
    wall: i64,
    monotonic: Instant,
}

impl Reading {
    /// Reports whether both clocks went on alike since an earlier reading. A host that boots with a wrong clock is corrected
    /// soon after, and must not have ended uploads or deleted parts until then.
    fn agrees_with(self, earlier: Reading) -> bool {
        let monotonic = self.monotonic.saturating_duration_since(earlier.monotonic);
        let wall = u64::try_from(self.wall.saturating_sub(earlier.wall)).map(Duration::from_millis);
        wall.is_ok_and(|wall| wall.abs_diff(monotonic) <= CLOCKS_APART_MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_agree_unless_the_wall_clock_was_set() {
        let (hour, minute) = (3_600_000_i64, 60_000);
        let first = Reading { wall: 1_795_140_000_000, monotonic: Instant::now() };
        let later = |wall| Reading { wall: first.wall + wall, monotonic: first.monotonic + TIDY_EVERY };
        for wall in [hour, hour - 5 * minute, hour + 5 * minute] {
            assert!(later(wall).agrees_with(first), "{wall}");
        }
        for wall in [0, hour - 5 * minute - 1, hour + 5 * minute + 1, -hour, -7 * 24 * hour, 7 * 24 * hour] {
            assert!(!later(wall).agrees_with(first), "{wall}");
        }
    }
}
