//! The daily notice of the audit head.
//!
//! A new day of the desk → one notice `audit.head` for each target that wants it, however many hosts serve
//!
//! A head that is kept elsewhere proves that the events up to it are unchanged.

use std::sync::Arc;
use std::time::Duration;

use kakekomi_mail::AUDIT_HEAD;
use kakekomi_service::desk::Desk;
use kakekomi_store::{Announcement, Store, StoreError, clock};
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};

/// The time between two looks at the clock.
const LOOK_EVERY: Duration = Duration::from_mins(1);
/// Milliseconds of a day; the desk's offset is the same all year.
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// Announces the head to targets once a day, for ever.
pub(super) async fn announce_daily(store: Arc<dyn Store>, targets: Vec<String>, desk: watch::Receiver<Arc<Desk>>) {
    let mut looks = interval(LOOK_EVERY);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut announced = None;
    while !targets.is_empty() {
        looks.tick().await;
        let now = clock::now();
        let today = start_of_day(&desk.borrow(), now);
        if today == announced {
            continue;
        }
        match announce(&*store, &targets, now, today).await {
            Ok(()) => announced = today,
            Err(error) => tracing::warn!(%error, "the audit head is announced later"),
        }
    }
}

/// Announces the head to the targets that have no notice of today yet. The store looks and writes under its lock, so that two hosts
/// make one.
async fn announce(store: &dyn Store, targets: &[String], now: i64, today: Option<i64>) -> Result<(), StoreError> {
    for target in targets {
        let start = today.unwrap_or(now);
        // One of a later day was written under a clock that was wrong.
        let once_in = Some(start..start.saturating_add(DAY_MS));
        let announcement = Announcement { target: target.clone(), kind: AUDIT_HEAD.to_owned(), at: now, once_in };
        store.announce(announcement).await?;
    }
    Ok(())
}

/// Finds the first moment of a day in the desk's offset; `None` for a moment that no date has.
fn start_of_day(desk: &Desk, now: i64) -> Option<i64> {
    let date = desk.show(now).get(..10)?.to_owned();
    clock::parse_local(&date, &desk.profile().calendar.offset)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_midnight_of_the_desk() {
        let desk = Desk::load(None).unwrap();
        let at = |text: &str| clock::parse(text).unwrap();
        for (now, start) in [
            ("2026-11-20T00:00:00+09:00", "2026-11-20T00:00:00+09:00"),
            ("2026-11-20T23:59:59+09:00", "2026-11-20T00:00:00+09:00"),
            ("2026-11-20T15:00:00Z", "2026-11-21T00:00:00+09:00"),
        ] {
            assert_eq!(start_of_day(&desk, at(now)), Some(at(start)), "{now}");
        }
    }
}
