//! The tasks of `kakekomi serve` that deliver notices.
//!
//! `[[webhooks]]` and `[mail]` of the settings → a target in the outbox and a task for each
//!
//! A target that is no longer in the settings keeps its notices, which `kakekomi outbox forget` removes.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use kakekomi_delivery::{Channel, Dispatcher};
use kakekomi_mail::{AUDIT_HEAD, MailParts};
use kakekomi_service::desk::Desk;
use kakekomi_store::{Store, StoreError, clock};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{MissedTickBehavior, interval};

use super::audit_head::announce_daily;
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
    announcing: JoinHandle<()>,
}

/// Checks the settings of all targets.
///
/// # Errors
/// [`CliError::Usage`]: a setting is wrong.
pub(super) fn check(settings: &Settings) -> Result<(), CliError> {
    settings.open_webhooks()?;
    settings.mail_config()?;
    Ok(())
}

/// Opens the ways to all targets of the settings.
///
/// # Errors
/// [`CliError`]: a setting is wrong, or the identity cannot be read.
pub(super) fn channels(
    settings: &Settings,
    store: &Arc<dyn Store>,
    desk: &watch::Receiver<Arc<Desk>>,
) -> Result<Vec<Arc<dyn Channel>>, CliError> {
    let mut channels = settings.open_webhooks()?;
    if let Some(config) = settings.mail_config()? {
        let reader = settings.reader()?.map(Arc::new);
        let parts = MailParts { store: Arc::clone(store), reader, desk: desk.clone(), now: clock::now };
        let mail = kakekomi_mail::channels(config, parts);
        channels.extend(mail.map_err(|error| CliError::io("words of the mails")(io::Error::other(error)))?);
    }
    Ok(channels)
}

impl Deliveries {
    /// Writes the subscriptions of the channels, and starts a task for each that this host can deliver to.
    ///
    /// # Errors
    /// [`CliError::Store`]: the subscriptions cannot be written.
    pub async fn start(
        store: &Arc<dyn Store>,
        channels: Vec<Arc<dyn Channel>>,
        desk: watch::Receiver<Arc<Desk>>,
        stop: &watch::Receiver<bool>,
    ) -> Result<Deliveries, CliError> {
        let (mut dispatchers, mut heads) = (JoinSet::new(), Vec::new());
        for channel in channels {
            heads.extend(channel.kinds().iter().any(|kind| kind == AUDIT_HEAD).then(|| channel.target().to_owned()));
            let dispatcher = Dispatcher::new(Arc::clone(store), Arc::clone(&channel));
            dispatcher.subscribe().await?;
            if let Some(missing) = channel.missing() {
                tracing::warn!(target = channel.target(), missing, "notices wait for a host that can deliver them");
                continue;
            }
            dispatchers.spawn(dispatcher.run(stop.clone()));
        }
        let announcing = tokio::spawn(announce_daily(Arc::clone(store), heads, desk));
        Ok(Deliveries { dispatchers, tidying: tokio::spawn(tidy_hourly(Arc::clone(store))), announcing })
    }

    /// Waits for the deliveries under way, which end soon after the process was asked to stop.
    pub async fn end(self) {
        self.tidying.abort();
        self.announcing.abort();
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
