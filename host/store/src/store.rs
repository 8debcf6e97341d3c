//! The trait that both databases implement.
//!
//! `store.insert(case)` → `Inserted::Stored`; `store.lines(0, 100, &filter)` → the first hundred cases.

use std::sync::Arc;
use std::time::Duration;

use super::accounts::AccountStore;
use super::audit::AuditHead;
use super::case::{Case, CaseLine, Filter, IdempotencyRecord, Inserted, NewCase, Read};
use super::convert::Seal;
use super::error::StoreFuture;
use super::event::{Appended, Event, EventKind, NewEvent, Projection};
use super::files::FileStore;
use super::outbox::OutboxStore;
use super::queue::{QueueFilter, QueueKey, QueueLine};
use super::receipt_number::Number;
use super::referral::ReferralStore;
use super::returns::ReturnStore;
use super::seals::Resealed;

/// Lines that are read at a time where all of them are wanted.
pub const LINES_A_PAGE: u32 = 500;
/// Whole cases that are read at a time where all of them are wanted; one may take some megabytes.
pub const CASES_A_PAGE: u32 = 16;

/// Result of a database's check of its own files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Integrity {
    /// The first few faults, as the database describes them.
    pub faults: Vec<String>,
    /// True if the check ran to its end; `None` where the database has no such check.
    pub complete: Option<bool>,
}

/// A database of cases.
pub trait Store: AccountStore + FileStore + OutboxStore + ReferralStore + ReturnStore {
    /// Finds the case of an idempotency key. The case is durable; where that cannot be confirmed now, this is
    /// [`StoreError::InDoubt`](super::StoreError::InDoubt).
    fn by_key<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<IdempotencyRecord>>;

    /// Stores a case; when this returns, the row is durable. Concurrent cases are written together. Where the queue is
    /// full, this is [`StoreError::Busy`](super::StoreError::Busy) at once.
    fn insert(&self, case: Arc<NewCase>) -> StoreFuture<'_, Inserted>;

    /// Reads at most `limit` lines after `seq` (0: from the start), in the order of the sequence. The next page begins
    /// at the last line's `seq`; an empty page is the end. A case that cannot be read is [`Damaged`](super::Damaged), and
    /// its neighbours are read all the same.
    fn lines<'a>(&'a self, seq: i64, limit: u32, filter: &'a Filter) -> StoreFuture<'a, Vec<Read<CaseLine>>>;

    /// Reads whole cases as [`Store::lines`] reads lines.
    fn cases<'a>(&'a self, seq: i64, limit: u32, filter: &'a Filter) -> StoreFuture<'a, Vec<Read<Case>>>;

    /// Reads at most `limit` cases of the desk's queue after a place of its order; an empty page is the end. Closed and erased
    /// cases are listed by their status, the last received first.
    fn queue<'a>(
        &'a self,
        filter: &'a QueueFilter,
        after: Option<QueueKey>,
        limit: u32,
    ) -> StoreFuture<'a, Vec<Read<QueueLine>>>;

    /// Counts cases.
    fn count<'a>(&'a self, filter: &'a Filter) -> StoreFuture<'a, u64>;

    /// Finds the `seq` of the last case; 0 without cases.
    fn last(&self) -> StoreFuture<'_, i64>;

    /// Reads one whole case.
    fn show<'a>(&'a self, number: &'a Number) -> StoreFuture<'a, Option<Read<Case>>>;

    /// Writes events in one transaction, at most [`EVENTS_AT_ONCE`](super::EVENTS_AT_ONCE); returns the outcomes in their
    /// order. One that is refused does not stop the others.
    fn append(&self, events: Vec<NewEvent>) -> StoreFuture<'_, Vec<Appended>>;

    /// Writes the event of an erasure, which removes what is sealed or derived from what the applicant wrote; as
    /// [`Store::append`] does with such an event.
    fn erase(&self, event: NewEvent) -> StoreFuture<'_, Appended> {
        Box::pin(async move {
            let outcomes = self.append(vec![event]).await?;
            Ok(outcomes.first().copied().unwrap_or(Appended::NoCase))
        })
    }

    /// Removes what was erased from the database's own files. `false` if bytes are left: another program reads SQLite's log,
    /// or PostgreSQL's table of seals is too large to be written anew, or a transaction that began before the erasure may read it.
    fn purge(&self) -> StoreFuture<'_, bool>;

    /// Reads at most `limit` events after `seq`, of one case or of all, in the order of the chain.
    fn events<'a>(&'a self, seq: i64, limit: u32, case: Option<&'a Number>) -> StoreFuture<'a, Vec<Event>>;

    /// Reads at most `limit` events of the store itself with a kind, the last one first; before a place of the chain, or from its
    /// end on.
    fn store_events(&self, kind: EventKind, before: Option<i64>, limit: u32) -> StoreFuture<'_, Vec<Event>>;

    /// Finds the last event of the chain; [`AuditHead::START`] without events.
    fn audit_head(&self) -> StoreFuture<'_, AuditHead>;

    /// Replaces the seals of cases; returns the number of replaced ones.
    fn reseal(&self, seals: Vec<Resealed>) -> StoreFuture<'_, u64>;

    /// Reads the search hashes of a case by its `seq`: stored kind and hash.
    fn search_hashes(&self, seq: i64) -> StoreFuture<'_, Vec<(String, Vec<u8>)>>;

    /// Reads a value of the store itself, such as the check value of its key of hashes.
    fn setting<'a>(&'a self, name: &'a str) -> StoreFuture<'a, Option<Vec<u8>>>;

    /// Writes a value of the store itself unless it has one; returns the value that it has then.
    fn set_once<'a>(&'a self, name: &'a str, value: Vec<u8>) -> StoreFuture<'a, Vec<u8>>;

    /// Writes the states of cases as their events give them; returns the cases that got another event meanwhile.
    fn rebuild(&self, states: Vec<(i64, Projection)>) -> StoreFuture<'_, Vec<i64>>;

    /// Counts the cases that an earlier version stored in clear.
    fn count_clear(&self) -> StoreFuture<'_, u64>;

    /// Seals the next cases that an earlier version stored in clear; returns their number. After the last one the table is
    /// removed.
    fn convert(&self, seal: Seal) -> StoreFuture<'_, usize>;

    /// Reports whether a case would be stored now. A serving process writes a probe, durably; a reading process only
    /// queries the database. At most one probe runs at a time, and the answer takes at most two seconds.
    fn ready(&self) -> StoreFuture<'_, ()>;

    /// Lists the settings of the database's server that are off although durability needs them. SQLite has none: each
    /// connection sets its own.
    fn missing_durability_settings(&self) -> StoreFuture<'_, Vec<String>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    /// Lets the database check its own files, for at most this time. PostgreSQL checks each page when it reads it and
    /// needs no such run.
    fn integrity(&self, _within: Duration) -> StoreFuture<'_, Integrity> {
        Box::pin(async { Ok(Integrity::default()) })
    }

    /// Waits for running queries and closes the files.
    fn close(&self) -> StoreFuture<'_, ()>;
}
