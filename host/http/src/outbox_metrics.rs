//! Metrics of the outbox, by target.
//!
//! `kakekomi_outbox{target="webhook:siem",state="failed"} 1`, `kakekomi_outbox_oldest_seconds{target="webhook:siem"} 340`

use std::time::Duration;

use kakekomi_store::{OutboxTarget, Store, clock};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use tokio::time::timeout;

use crate::metrics::Labels;

/// The longest wait for the database, whose failure must not keep the other metrics back.
const READ_TIMEOUT: Duration = Duration::from_secs(2);

/// Adds the metrics of the outbox to a registry; none if the database does not answer, and where there is no target.
pub async fn register(registry: &mut Registry, store: &dyn Store) {
    let Ok(Ok(targets)) = timeout(READ_TIMEOUT, store.outbox_targets()).await else { return };
    if targets.is_empty() {
        return;
    }
    let (notices, oldest, disabled) = (Gauges::default(), Gauges::default(), Gauges::default());
    for target in &targets {
        let labels = vec![("target", target.name.clone())];
        for (state, count) in states(target) {
            let state = ("state", state.to_owned());
            notices.get_or_create_owned(&[labels.as_slice(), &[state]].concat()).set(count);
        }
        let waits = target.oldest_at.map_or(0, |at| clock::now().saturating_sub(at).max(0) / 1000);
        oldest.get_or_create_owned(&labels).set(waits);
        disabled.get_or_create_owned(&labels).set(i64::from(target.disabled_at.is_some()));
    }
    registry.register("kakekomi_outbox", "Notices by target and state; delivered ones of 30 days", notices);
    let help = "Time since the oldest event whose notice waits, by target; deferred ones do not count";
    registry.register("kakekomi_outbox_oldest_seconds", help, oldest);
    registry.register("kakekomi_outbox_disabled", "1 if the target wants no notices any more", disabled);
}

type Gauges = Family<Labels, Gauge>;

fn states(target: &OutboxTarget) -> [(&'static str, i64); 4] {
    [
        ("pending", target.pending),
        ("delivered", target.delivered),
        ("skipped", target.skipped),
        ("failed", target.failed),
    ]
}
