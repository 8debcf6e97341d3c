//! The task that has clamd scan evidence files: `--clamd unix:/run/clamav/clamd.ctl`.
//!
//! A file that has arrived → the event `file.scanned`, some seconds later
//!
//! It opens files, so it runs on a host with the identity alone.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use kakekomi_casework::{Casework, Parts};
use kakekomi_evidence::Clamd;
use kakekomi_http::App;
use kakekomi_store::clock;
use tokio::time::sleep;

use crate::config::Settings;
use crate::error::CliError;

/// The time between two rounds.
const SCAN_EVERY: Duration = Duration::from_secs(5);
/// The time between two rounds while the scanner does not answer.
const RETRY_EVERY: Duration = Duration::from_mins(1);
/// Milliseconds after the last change of a file in which it is scanned.
const SCAN_WITHIN_MS: i64 = 30 * 24 * 60 * 60 * 1000;

/// The scanner of a host.
pub(super) struct Scanner {
    casework: Casework,
    clamd: Clamd,
}

impl Scanner {
    /// Prepares the scanner; `None` without the setting.
    ///
    /// # Errors
    /// [`CliError::Usage`]: the setting names no socket, or this host has no identity.
    pub fn new(app: &App, settings: &Settings) -> Result<Option<Scanner>, CliError> {
        let Some(clamd) = settings.clamd()? else { return Ok(None) };
        let reader = settings.reader()?.map(Arc::new);
        if reader.is_none() {
            return Err(CliError::Usage("--clamd needs the identity that opens files (--identity)".to_owned()));
        }
        let casework = Casework::new(Parts {
            store: Arc::clone(&app.intake.store),
            reader,
            hash_key: None,
            service: None,
            storage: Some(Arc::clone(&app.files.evidence.storage)),
            now: clock::now,
        });
        Ok(Some(Scanner { casework, clamd }))
    }

    /// Scans what arrives, for ever.
    pub async fn run(self) {
        let mut passed_over = HashSet::new();
        let report = |file: &kakekomi_store::FileLine, error: &dyn std::error::Error| {
            tracing::error!(%error, file = %file.id, "an evidence file cannot be scanned");
        };
        loop {
            let since = clock::now().saturating_sub(SCAN_WITHIN_MS);
            let wait = match self.casework.scan_files(&self.clamd, since, &mut passed_over, report).await {
                Ok(0) => SCAN_EVERY,
                Ok(scanned) => {
                    tracing::info!(scanned, "evidence files were scanned");
                    SCAN_EVERY
                }
                Err(error) => {
                    tracing::warn!(%error, "evidence files wait for their scan");
                    RETRY_EVERY
                }
            };
            sleep(wait).await;
        }
    }
}
