//! Evidence files of `kakekomi serve`: their storage, their limits, and the task that tidies up.
//!
//! `--evidence-url /srv/evidence` → the folder `/srv/evidence`; without it, `evidence` in the data folder

use std::io;
use std::sync::Arc;
use std::time::Duration;

use kakekomi_evidence::{Evidence, Tidied, UploadRefusal, bind};
use kakekomi_http::files::{Files, UploadsAtOnce};
use kakekomi_service::sealed_case::CaseSealer;
use kakekomi_store::{Store, clock};
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};

use crate::config::Settings;
use crate::error::CliError;

/// The time between two runs of the task that ends overdue uploads and deletes what nothing refers to.
const TIDY_EVERY: Duration = Duration::from_hours(1);

/// Opens the storage of evidence files, and binds it to the database.
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
    let storage = settings.evidence_storage()?;
    let folder = settings.evidence_folder()?;
    bind(&*store, &storage).await.map_err(|refusal| match refusal {
        UploadRefusal::Store(error) => CliError::Store(error),
        UploadRefusal::Storage(error) => CliError::io(&folder)(error),
        other => CliError::io(&folder)(io::Error::other(other)),
    })?;
    let evidence = Evidence { store, storage, key: sealer.hash_key().clone(), limits };
    Ok(Files { evidence, uploads: UploadsAtOnce::new(limits.uploads_an_address), stop })
}

/// Tidies up now and every hour.
pub(super) async fn tidy_hourly(evidence: Evidence) {
    let mut hours = interval(TIDY_EVERY);
    hours.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        hours.tick().await;
        match evidence.tidy(clock::now()).await {
            Ok(done) if done == Tidied::default() => {}
            Ok(Tidied { expired, deleted, orphans }) => {
                tracing::info!(expired, deleted, orphans, "evidence files were tidied up");
            }
            Err(error) => tracing::warn!(%error, "evidence files could not be tidied up"),
        }
    }
}
