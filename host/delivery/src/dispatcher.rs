//! The task that delivers the notices of one target.
//!
//! `Dispatcher::new(store, webhook).run(stop).await` → leases up to four notices, has them delivered, writes their outcomes
//!
//! Each target has a task of its own, so that one that does not answer delays no other. Outcomes are written and the next notices are
//! leased in one transaction. A process that ends in between leaves notices whose lease ends by itself: they are delivered again.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt as _, StreamExt as _};
use kakekomi_store::digest::hex;
use kakekomi_store::{Attempted, EventKind, LeaseRequest, LeasedNotice, NextStep, Store, StoreError, TEST_KIND, clock};
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};

use crate::channel::{Channel, Notice, Outcome};
use crate::schedule::next_attempt;

/// Notices of a target that are delivered at a time.
const AT_ONCE: usize = 4;
/// Milliseconds for which a notice belongs to the host that delivers it.
const LEASE_MS: i64 = 60_000;
/// The longest delivery, which ends before its lease does.
const DELIVERY_TIMEOUT: Duration = Duration::from_secs(45);
/// The time between two looks for notices that are due.
const POLL_EVERY: Duration = Duration::from_secs(1);
/// The time between two looks for the subscriptions, which another program can have removed.
const RESTORE_EVERY: Duration = Duration::from_mins(1);
/// The longest wait for deliveries under way when the process stops.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(5);
/// Bytes of an event's hash in the id of its notices.
const ID_BYTES: usize = 16;

/// The deliveries to one target.
pub struct Dispatcher {
    store: Arc<dyn Store>,
    channel: Arc<dyn Channel>,
}

/// The deliveries under way.
type UnderWay<'a> = FuturesUnordered<Pin<Box<dyn Future<Output = Attempted> + Send + 'a>>>;

impl Dispatcher {
    /// Takes the outbox and the way to a target.
    pub fn new(store: Arc<dyn Store>, channel: Arc<dyn Channel>) -> Dispatcher {
        Dispatcher { store, channel }
    }

    /// Writes the subscriptions of the target.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn subscribe(&self) -> Result<(), StoreError> {
        self.store.subscribe(self.channel.target(), &self.event_kinds()).await
    }

    /// Lists the kinds of events. Other kinds, such as the audit head, are announced and need no subscription.
    fn event_kinds(&self) -> Vec<EventKind> {
        self.channel.kinds().iter().filter_map(|kind| kind.parse().ok()).collect()
    }

    /// Writes the subscriptions again if they are gone. Other kinds than these are those of a host with newer settings.
    pub(crate) async fn restore(&self) -> Result<(), StoreError> {
        let (name, needs_kinds) = (self.channel.target(), !self.event_kinds().is_empty());
        let targets = self.store.outbox_targets().await?;
        if targets.iter().any(|target| target.name == name && (target.kinds > 0 || !needs_kinds)) {
            return Ok(());
        }
        tracing::error!(
            target = name,
            "events had no notices since somebody removed the target, which is written again"
        );
        self.subscribe().await
    }

    /// Delivers notices until the process stops; then the deliveries under way have five seconds.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        let (mut under_way, mut outcomes) = (UnderWay::new(), Vec::new());
        let mut looks = interval(RESTORE_EVERY);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while !*stop.borrow() {
            for notice in self.exchange(&mut outcomes, AT_ONCE.saturating_sub(under_way.len())).await {
                under_way.push(Box::pin(self.attempt(notice)));
            }
            tokio::select! {
                Some(outcome) = under_way.next() => outcomes.push(outcome),
                () = sleep(POLL_EVERY) => {}
                _ = looks.tick() => if let Err(error) = self.restore().await {
                    tracing::warn!(%error, target = self.channel.target(), "the subscriptions are looked for later");
                },
                changed = stop.changed() => if changed.is_err() { break },
            }
            outcomes.extend(ended(&mut under_way));
        }
        let rest = under_way.for_each(|outcome| {
            outcomes.push(outcome);
            async {}
        });
        // What does not end in time is delivered again after its lease.
        let _ = timeout(SHUTDOWN_TIMEOUT, rest).await;
        self.exchange(&mut outcomes, 0).await;
    }

    /// Writes outcomes and leases notices. After an error the outcomes are written with the next call.
    async fn exchange(&self, outcomes: &mut Vec<Attempted>, free: usize) -> Vec<LeasedNotice> {
        let exchanged = self.try_exchange(outcomes, free).await;
        exchanged.unwrap_or_else(|error| {
            tracing::warn!(%error, target = self.channel.target(), "notices wait for the database");
            Vec::new()
        })
    }

    async fn try_exchange(&self, outcomes: &mut Vec<Attempted>, free: usize) -> Result<Vec<LeasedNotice>, StoreError> {
        let (target, now) = (self.channel.target(), clock::now());
        // Most looks find nothing, and must not wait for the write lock.
        if outcomes.is_empty() && (free == 0 || !self.store.is_notice_due(target, now).await?) {
            return Ok(Vec::new());
        }
        let mut lease = [0; 16];
        let limit = if getrandom::fill(&mut lease).is_ok() { u32::try_from(free).unwrap_or(0) } else { 0 };
        let request = LeaseRequest { now, until: now.saturating_add(LEASE_MS), limit, lease };
        let leased = self.store.exchange_notices(target, outcomes, request).await?;
        outcomes.clear();
        Ok(leased)
    }

    async fn attempt(&self, leased: LeasedNotice) -> Attempted {
        let notice = notice(&leased);
        let delivered = timeout(DELIVERY_TIMEOUT, self.channel.deliver(&notice)).await;
        let outcome = delivered.unwrap_or_else(|_| Outcome::Failed("timeout".to_owned()));
        let at = clock::now();
        let (next, answer) = next_step(&notice, outcome, at);
        self.log(leased.seq, notice.attempt, next, answer.as_deref());
        Attempted { seq: leased.seq, lease: leased.lease, at, answer, next }
    }

    fn log(&self, seq: i64, attempt: u32, next: NextStep, answer: Option<&str>) {
        let (target, answer) = (self.channel.target(), answer.unwrap_or_default());
        match next {
            NextStep::Deliver | NextStep::Skip | NextStep::Defer(_) => {
                tracing::debug!(target, seq, attempt, answer, "a notice was delivered, skipped or deferred");
            }
            NextStep::Retry(_) => tracing::warn!(target, seq, attempt, answer, "a notice is tried again later"),
            NextStep::Fail => tracing::error!(target, seq, attempt, answer, "a notice is given up"),
            NextStep::Disable => tracing::error!(target, seq, answer, "the target wants no notices any more"),
        }
    }
}

/// Takes the deliveries that have ended already, so that one transaction writes them all.
fn ended(under_way: &mut UnderWay<'_>) -> Vec<Attempted> {
    std::iter::from_fn(|| under_way.next().now_or_never().flatten()).collect()
}

/// Makes the notice of a lease. Its id is the same at every attempt: that of an event comes from the event's hash.
fn notice(leased: &LeasedNotice) -> Notice {
    let id = match &leased.event_hash {
        Some(hash) => format!("evt_{}", hex(hash.get(..ID_BYTES).unwrap_or(hash))),
        None => format!("msg_{}_{}", leased.seq, leased.at),
    };
    let attempt = u32::try_from(leased.attempts).unwrap_or(u32::MAX).saturating_add(1);
    Notice { id, kind: leased.kind.clone(), case: leased.case_number.clone(), at: leased.at, attempt }
}

/// Finds the consequence of an outcome, and the answer to keep.
fn next_step(notice: &Notice, outcome: Outcome, at: i64) -> (NextStep, Option<String>) {
    match outcome {
        Outcome::Delivered(answer) => (NextStep::Deliver, Some(answer)),
        Outcome::Skipped => (NextStep::Skip, None),
        Outcome::Deferred(until) => (NextStep::Defer(until), None),
        Outcome::Failed(answer) | Outcome::Refused(answer) | Outcome::Gone(answer) if notice.kind == TEST_KIND => {
            (NextStep::Skip, Some(answer))
        }
        Outcome::Failed(answer) => {
            (next_attempt(notice.attempt, at).map_or(NextStep::Fail, NextStep::Retry), Some(answer))
        }
        Outcome::Refused(answer) => (NextStep::Fail, Some(answer)),
        Outcome::Gone(answer) => (NextStep::Disable, Some(answer)),
    }
}
