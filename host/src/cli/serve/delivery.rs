//! The tasks of `kakekomi serve` that deliver notices.
//!
//! `[[webhooks]]` of the settings → a target in the outbox and a task for each
//!
//! A target that is no longer in the settings keeps its notices, which `kakekomi outbox forget` removes.

use std::sync::Arc;
use std::time::Duration;

use kakekomi_delivery::{Channel, Dispatcher};
use kakekomi_store::{Store, StoreError, clock};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{MissedTickBehavior, interval};

use crate::config::Settings;
use crate::error::CliError;

/// The time between two removals of old notices.
const TIDY_EVERY: Duration = Duration::from_hours(1);
/// Milliseconds for which a notice that was delivered is kept.
const KEPT_MS: i64 = 30 * 24 * 60 * 60 * 1000;

/// The tasks of the outbox.
pub(super) struct Deliveries {
    dispatchers: JoinSet<()>,
    tidying: JoinHandle<()>,
}

/// Opens the ways to all targets of the settings.
///
/// # Errors
/// [`CliError::Usage`]: a setting is wrong.
pub(super) fn channels(settings: &Settings) -> Result<Vec<Arc<dyn Channel>>, CliError> {
    settings.open_webhooks()
}

impl Deliveries {
    /// Writes the subscriptions of the channels, and starts a task for each.
    ///
    /// # Errors
    /// [`CliError::Store`]: the subscriptions cannot be written.
    pub async fn start(
        store: &Arc<dyn Store>,
        channels: Vec<Arc<dyn Channel>>,
        stop: &watch::Receiver<bool>,
    ) -> Result<Deliveries, CliError> {
        let mut dispatchers = JoinSet::new();
        for channel in channels {
            // Kinds that are no events, such as the audit head, are announced and need no subscription.
            let kinds: Vec<_> = channel.kinds().iter().filter_map(|kind| kind.parse().ok()).collect();
            store.subscribe(channel.target(), &kinds).await?;
            dispatchers.spawn(Dispatcher::new(Arc::clone(store), channel).run(stop.clone()));
        }
        Ok(Deliveries { dispatchers, tidying: tokio::spawn(tidy_hourly(Arc::clone(store))) })
    }

    /// Waits for the deliveries under way, which end soon after the process was asked to stop.
    pub async fn end(self) {
        self.tidying.abort();
        self.dispatchers.join_all().await;
    }
}

async fn tidy_hourly(store: Arc<dyn Store>) {
    let mut hours = interval(TIDY_EVERY);
    hours.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        hours.tick().await;
        match tidy(&*store).await {
            Ok(0) => {}
            Ok(removed) => tracing::info!(removed, "old notices were removed"),
            Err(error) => tracing::warn!(%error, "old notices could not be removed"),
        }
    }
}

async fn tidy(store: &dyn Store) -> Result<u64, StoreError> {
    if store.outbox_targets().await?.is_empty() {
        return Ok(0);
    }
    store.tidy_outbox(clock::now().saturating_sub(KEPT_MS)).await
}
