//! Warnings of the server during a commit. sqlx only logs them, but "canceling wait for synchronous replication due to user
//! request" precedes an apparent success.
//!
//! `with_warnings(transaction.commit())` → the outcome, and whether the server sent a warning.

use std::cell::Cell;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::LazyLock;

use tracing::dispatcher::{Dispatch, with_default};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

/// Target of the events in which sqlx logs the server's notices.
const TARGET: &str = "sqlx::postgres::notice";

thread_local! {
    static WARNED: Cell<bool> = const { Cell::new(false) };
}

static LISTENER: LazyLock<Dispatch> = LazyLock::new(|| Dispatch::new(Listener));

/// Runs a future and reports whether the server sent a notice of level WARNING or above meanwhile.
pub(super) async fn with_warnings<T>(future: impl Future<Output = T>) -> (T, bool) {
    let mut future = pin!(future);
    let mut warned = false;
    let output = poll_fn(|context| {
        WARNED.set(false);
        let polled = with_default(&LISTENER, || future.as_mut().poll(context));
        warned |= WARNED.get();
        polled
    })
    .await;
    (output, warned)
}

/// Records the notices of the polling thread.
struct Listener;

impl Subscriber for Listener {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == TARGET && *metadata.level() <= Level::WARN
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::WARN)
    }

    fn event(&self, _: &Event<'_>) {
        WARNED.set(true);
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_warnings_of_the_server_are_recorded() {
        let notice = async || {
            tokio::task::yield_now().await;
            tracing::warn!(target: TARGET, "canceling wait");
        };
        assert!(with_warnings(notice()).await.1);
        assert!(!with_warnings(async { tracing::info!(target: TARGET, "a hint") }).await.1);
        assert!(!with_warnings(async { tracing::warn!("of our own") }).await.1);
        notice().await;
        assert!(!with_warnings(async {}).await.1, "a notice outside does not count");
    }
}
