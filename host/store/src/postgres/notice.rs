//! Warnings of the server while a commit runs. sqlx only logs them, and one of them says that a commit is not what it seems:
//! "canceling wait for synchronous replication due to user request" comes before an ordinary success.
//!
//! `heard(transaction.commit())` → the outcome, and whether the server warned meanwhile.

use std::cell::Cell;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::LazyLock;

use tracing::dispatcher::{Dispatch, with_default};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

/// The target of the events by which sqlx reports the server's notices.
const TARGET: &str = "sqlx::postgres::notice";

thread_local! {
    static WARNED: Cell<bool> = const { Cell::new(false) };
}

static LISTENER: LazyLock<Dispatch> = LazyLock::new(|| Dispatch::new(Listener));

/// Runs a future and reports whether a notice of the level WARNING or above came while it ran.
pub(super) async fn heard<T>(future: impl Future<Output = T>) -> (T, bool) {
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

/// Notes the notices of the thread that polls.
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
    async fn warnings_of_the_server_are_heard_and_nothing_else() {
        let notice = async || {
            tokio::task::yield_now().await;
            tracing::warn!(target: TARGET, "canceling wait");
        };
        assert!(heard(notice()).await.1);
        assert!(!heard(async { tracing::info!(target: TARGET, "a hint") }).await.1);
        assert!(!heard(async { tracing::warn!("of our own") }).await.1);
        notice().await;
        assert!(!heard(async {}).await.1, "a notice outside does not count");
    }
}
