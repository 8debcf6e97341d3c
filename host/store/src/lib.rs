//! Storage of cases in SQLite or PostgreSQL: one row for each case, durable before a reception number is given.
//!
//! `insert(case)` → [`Inserted::Stored`] once the row would survive a power failure. A unique index on the idempotency key
//! decides between concurrent submissions: one is stored, the others are [`Inserted::KeyTaken`] and read its receipt.
//!
//! The order of the cases is the store's own sequence and does not depend on a clock. Lists, exports and watching read it
//! page by page, so that a million cases need no more memory than a hundred.
//!
//! Bytes are returned unchanged. The store must know neither HTTP, nor the rules, nor the sandbox, nor the desk. Files,
//! locks and owners are those of Unix.
//!
//! - `store`: the trait [`Store`]; `accounts`: those of the desk; `open`: the choice of the database by its URL; `migrate`: its migrations
//! - `postgres`, `sqlite`: the two databases; `backend`, `query`, `damage` and `verify`: reading and validation for both
//! - `returns`: codes, tokens and requests of applicants who come back
//! - `files`: evidence files, whose bytes lie elsewhere
//! - `outbox`: notices of events that wait for their targets
//! - `writer`, `part_writer`: group commit; `readiness`: the probe behind `/readyz`
//! - [`receipt_number`], [`synced_fs`], [`lock`], [`clock`], [`digest`]: reception numbers, files that survive a power
//!   failure, one process per data folder, time, SHA-256

#![forbid(unsafe_code)]

mod accounts;
mod append;
mod audit;
mod backend;
mod case;
pub mod clock;
mod convert;
mod damage;
pub mod digest;
mod error;
mod event;
mod file_queries;
mod file_removal;
mod files;
mod insert;
pub mod lock;
mod migrate;
mod open;
mod outbox;
mod outbox_queries;
mod package_removal;
mod part_writer;
mod postgres;
mod query;
mod queue;
mod readiness;
pub mod receipt_number;
mod referral;
mod referral_queries;
mod return_queries;
mod returns;
mod seals;
mod session;
pub mod sqlite;
mod store;
pub mod synced_fs;
#[cfg(test)]
mod tests;
mod verify;
mod writer;

pub use accounts::{
    AccountChange, AccountStore, NewAttempt, NewLink, ProviderSubject, SecondFactor, SecretHash, StoredAccount,
    StoredAttempt, StoredLink, StoredSession, StoredToken,
};
pub use append::EVENTS_AT_ONCE;
pub use audit::{AuditCheck, AuditFault, AuditHead};
pub use case::{
    Case, CaseLine, CaseRow, CodedAnswers, Damaged, Filter, IdempotencyRecord, Inserted, NewCase, Read, SearchHash,
    SearchKind, UnfinishedReceipt, seq_of,
};
pub use convert::{ClearCase, Seal};
pub use error::{StoreError, StoreFuture};
pub use event::{
    Appended, ApplicantRequest, Change, ClauseStates, Event, EventKind, NewEvent, OUTCOMES, Projection, Refusal,
    URGENCIES, UnknownKind,
};
pub use files::{
    CaseLimits, Declared, FileEnd, FileEnding, FileId, FileLine, FileState, FileStore, NewFile, NewPart, Part,
    PartAdded, UnknownFile,
};
pub use migrate::Step;
pub use open::{migrations, open, open_existing, open_to_write};
pub use outbox::{
    Announcement, Attempted, LeaseRequest, LeasedNotice, NextStep, NoticeState, OutboxFilter, OutboxLine, OutboxStore,
    OutboxTarget, RetryChoice, TEST_KIND, UnknownNoticeState,
};
pub use postgres::unverified_hosts;
pub use queue::{Assignee, QueueFilter, QueueKey, QueueLine};
pub use referral::{
    NewCollectLink, NewPackage, Organization, OrganizationChange, OrganizationKind, PackageId, PackageLine,
    PackagePart, PackagePurpose, ReferralStore, UnknownPackage,
};
pub use returns::{NewVisit, ReturnStore};
pub use seals::Resealed;
pub use sqlite::{file_of, url_in};
pub use store::{CASES_A_PAGE, Integrity, LINES_A_PAGE, Store};
pub use synced_fs::is_open_to_others;
pub use writer::{BATCH, QUEUE};
