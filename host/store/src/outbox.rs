//! The outbox: notices of events that wait for their targets.
//!
//! `case.received` of `2609-4873-1059` → a row for each target that subscribes to the kind, in the event's transaction
//!
//! A trigger writes the rows, so that every writer of events does. A notice has the number and the kind of an event, and nothing that
//! is sealed. The notices of a case go to a target one after the other: only the first one that is pending has a next attempt.

use std::ops::Range;
use std::str::FromStr;

use crate::error::StoreFuture;
use crate::event::EventKind;

/// The kind of a notice that tests a target. It has one attempt.
pub const TEST_KIND: &str = "outbox.test";

/// Milliseconds of the longest lease, a minute's difference between clocks included. One that ends later than this from now was written
/// under a clock that was wrong, and counts as ended.
pub(crate) const LONGEST_LEASE_MS: i64 = 2 * 60_000;

/// A word that is no state of a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no notice has this state")]
pub struct UnknownNoticeState;

/// The state of a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum NoticeState {
    /// It waits for an attempt, or for the notice before it of its case.
    Pending,
    /// The target took it.
    Delivered,
    /// It was not for the target.
    Skipped,
    /// It was given up.
    Failed,
}

impl NoticeState {
    /// All states.
    pub const ALL: [NoticeState; 4] =
        [NoticeState::Pending, NoticeState::Delivered, NoticeState::Skipped, NoticeState::Failed];

    /// Returns the word in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            NoticeState::Pending => "pending",
            NoticeState::Delivered => "delivered",
            NoticeState::Skipped => "skipped",
            NoticeState::Failed => "failed",
        }
    }
}

impl FromStr for NoticeState {
    type Err = UnknownNoticeState;

    fn from_str(word: &str) -> Result<NoticeState, UnknownNoticeState> {
        NoticeState::ALL.into_iter().find(|state| state.as_str() == word).ok_or(UnknownNoticeState)
    }
}

impl TryFrom<String> for NoticeState {
    type Error = UnknownNoticeState;

    fn try_from(word: String) -> Result<NoticeState, UnknownNoticeState> {
        word.parse()
    }
}

/// A target with the counts of its notices. All moments of the outbox are milliseconds since the epoch, UTC.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct OutboxTarget {
    /// Its name.
    pub name: String,
    /// The moment since which it wants no notices any more.
    pub disabled_at: Option<i64>,
    /// The number of kinds of events that it gets.
    pub kinds: i64,
    /// The answer that disabled it.
    pub disabled_by_answer: Option<String>,
    /// Its last answer.
    pub last_answer: Option<String>,
    /// The moment of that answer.
    pub last_answer_at: Option<i64>,
    /// Notices that wait.
    pub pending: i64,
    /// Notices that it took, in the last 30 days.
    pub delivered: i64,
    /// Notices that were not for it, in the last 30 days.
    pub skipped: i64,
    /// Notices that were given up.
    pub failed: i64,
    /// The moment of the oldest event whose notice waits, and was not deferred before its first attempt.
    pub oldest_at: Option<i64>,
}

/// A notice as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow, serde::Serialize)]
pub struct OutboxLine {
    /// Position in the outbox.
    pub seq: i64,
    /// The name of its target.
    pub target: String,
    /// Position of its event in the chain; `None` for a notice of no event.
    pub event_seq: Option<i64>,
    /// The kind of its event.
    pub kind: String,
    /// The number of its case.
    pub case_number: Option<String>,
    /// The moment of its event.
    pub at: i64,
    /// Its state.
    #[sqlx(try_from = "String")]
    pub state: NoticeState,
    /// Attempts that failed, and the one that ended it.
    pub attempts: i64,
    /// The moment of the next attempt; `None` while it waits for the notice before it, and at its end.
    pub next_at: Option<i64>,
    /// A host delivers it until this moment.
    pub leased_until: Option<i64>,
    /// The last answer.
    pub answer: Option<String>,
    /// The moment of its end.
    pub done_at: Option<i64>,
}

/// A notice that this process may deliver until its lease ends.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct LeasedNotice {
    /// Position in the outbox.
    pub seq: i64,
    /// The kind of its event.
    pub kind: String,
    /// The number of its case.
    pub case_number: Option<String>,
    /// The moment of its event.
    pub at: i64,
    /// Attempts before this one.
    pub attempts: i64,
    /// The hash of its event; `None` for a notice of no event.
    pub event_hash: Option<Vec<u8>>,
    /// The random word of the lease.
    #[sqlx(skip)]
    pub lease: [u8; 16],
}

/// A wish for notices that are due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeaseRequest {
    /// The moment at which they are due.
    pub now: i64,
    /// The end of the lease.
    pub until: i64,
    /// The most notices.
    pub limit: u32,
    /// A random word.
    pub lease: [u8; 16],
}

/// The outcome of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempted {
    /// Position in the outbox.
    pub seq: i64,
    /// The lease under which it was made; without it the outcome changes nothing.
    pub lease: [u8; 16],
    /// The moment of the outcome.
    pub at: i64,
    /// The answer of the target.
    pub answer: Option<String>,
    /// The consequence for the notice.
    pub next: NextStep,
}

/// The consequence of an attempt for its notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextStep {
    /// The target took it.
    Deliver,
    /// It is not for the target.
    Skip,
    /// It is given up.
    Fail,
    /// Another attempt is made at a moment.
    Retry(i64),
    /// It waits until a moment, which counts as no attempt.
    Defer(i64),
    /// The target is disabled, and its notices wait.
    Disable,
}

/// The notices of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OutboxFilter {
    /// Those in this state alone.
    pub state: Option<NoticeState>,
    /// Those of this target alone.
    pub target: Option<String>,
}

/// The notices that are tried again at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RetryChoice {
    /// Those at these positions that are pending or were given up.
    Notices(Vec<i64>),
    /// All that were given up.
    Failed,
    /// Those of a target that were given up.
    FailedOf(String),
    /// All of a target that are pending or were given up; a disabled target is enabled.
    Target(String),
}

/// A notice of no event, such as a test of a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announcement {
    /// The name of its target.
    pub target: String,
    /// Its kind.
    pub kind: String,
    /// Its moment.
    pub at: i64,
    /// It is written unless the target has one of the kind in this time, such as a day. `None`: it replaces those that are there.
    pub once_in: Option<Range<i64>>,
}

/// The notices in a database.
pub trait OutboxStore: Send + Sync {
    /// Writes the kinds of events that a target gets from now on; other targets keep theirs.
    fn subscribe<'a>(&'a self, target: &'a str, kinds: &'a [EventKind]) -> StoreFuture<'a, ()>;

    /// Removes a target with its subscriptions and notices; `false` if there is none of this name.
    fn forget_target<'a>(&'a self, target: &'a str) -> StoreFuture<'a, bool>;

    /// Lists the targets by their names.
    fn outbox_targets(&self) -> StoreFuture<'_, Vec<OutboxTarget>>;

    /// Lists at most `limit` notices after a position, in the order of the outbox.
    fn notices<'a>(&'a self, after: i64, limit: u32, filter: &'a OutboxFilter) -> StoreFuture<'a, Vec<OutboxLine>>;

    /// Reports whether a notice of a target is due, without the write lock.
    fn is_notice_due<'a>(&'a self, target: &'a str, now: i64) -> StoreFuture<'a, bool>;

    /// Writes the outcomes of attempts for a target, and leases notices that are due, in one transaction. An outcome whose lease was
    /// given to another host changes nothing.
    fn exchange_notices<'a>(
        &'a self,
        target: &'a str,
        outcomes: &'a [Attempted],
        request: LeaseRequest,
    ) -> StoreFuture<'a, Vec<LeasedNotice>>;

    /// Makes notices due at once, each after those before it of its case, and lets them have all attempts again; returns their number.
    fn retry_notices(&self, choice: RetryChoice) -> StoreFuture<'_, u64>;

    /// Writes a notice of no event; returns its position. `None` if there is no such target, or the notice is there already.
    fn announce(&self, announcement: Announcement) -> StoreFuture<'_, Option<i64>>;

    /// Removes the notices that were delivered or skipped before a moment, and gives every case its next attempt that another program
    /// took away; returns the number of removed notices.
    fn tidy_outbox(&self, done_before: i64) -> StoreFuture<'_, u64>;
}
