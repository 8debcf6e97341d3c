//! A case before and after it is stored, and the filter of lists.
//!
//! `NewCase` → insert → `CaseLine` in a list, `Case` with all columns.

use crate::receipt_number::{Beginning, Number};

/// A case to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCase {
    /// As on the receipt.
    pub number: Number,
    /// Milliseconds since the epoch, UTC.
    pub received_at: i64,
    /// The partner whose page sent it; `None` for the desk's own page.
    pub partner: Option<String>,
    /// True if it came with a partner's test key.
    pub test: bool,
    /// `ja` or `en`.
    pub locale: &'static str,
    /// The client's key of this submission.
    pub key: String,
    /// The draft, unchanged.
    pub text: Vec<u8>,
    /// SHA-256 of the draft, 64 hexadecimal digits.
    pub text_sha256: String,
    /// The report of the current module, canonical bytes.
    pub report: Vec<u8>,
    /// The report of the page's module; `None` where the page ran the current one.
    pub page_report: Option<Vec<u8>>,
    /// The verdict.
    pub accepted: bool,
    /// Version of the rules.
    pub ruleset: String,
    /// Digest of the current module, `sha256:<64 hex>`.
    pub module: String,
    /// Digest of the page's module, as the page reported it.
    pub page_module: Option<String>,
    /// The consent record, JSON.
    pub consent: String,
    /// The receipt's bytes.
    pub receipt: Vec<u8>,
}

impl NewCase {
    /// Sums the bytes of the long columns, which are nearly all of its size on disk.
    pub fn stored_bytes(&self) -> usize {
        let page_report = self.page_report.as_ref().map_or(0, Vec::len);
        self.text.len() + self.report.len() + page_report + self.consent.len() + self.receipt.len()
    }
}

/// Outcome of an insert.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inserted {
    /// The row is durable.
    Stored,
    /// The key has a case already; nothing was stored.
    KeyTaken,
    /// The number has a case already; try another one.
    NumberTaken,
}

/// The case that an idempotency key is bound to.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct IdempotencyRecord {
    /// Position of the case in the store's sequence.
    pub seq: i64,
    /// SHA-256 of the text that was sent with the key, 64 hexadecimal digits.
    pub text_sha256: String,
    /// The receipt's bytes.
    pub receipt: Vec<u8>,
    /// Digest of the module that accepted it, `sha256:<64 hex>`.
    pub module: String,
}

/// A case in a list: enough to find it again.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, sqlx::FromRow)]
pub struct CaseLine {
    /// Position in the store's sequence: a later case has a larger one, independent of the clock. There may be gaps.
    pub seq: i64,
    /// As on the receipt.
    pub number: String,
    /// Milliseconds since the epoch, UTC.
    pub received_at: i64,
    /// `received`, until the desk changes it.
    pub status: String,
    /// True if the rules accepted the draft.
    pub accepted: bool,
    /// Digest of the module that accepted it, `sha256:<64 hex>`.
    pub module: String,
    /// Version of the rules.
    pub ruleset: String,
    /// The partner whose page sent it; null for the desk's own page.
    pub partner: Option<String>,
    /// True if it came with a partner's test key.
    pub test: bool,
    /// The applicant's language.
    pub locale: String,
}

/// A case with all its columns.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Case {
    /// The columns of a list.
    #[sqlx(flatten)]
    pub line: CaseLine,
    /// Digest of the page's module, as the page reported it.
    pub page_module: Option<String>,
    /// SHA-256 of the text.
    pub text_sha256: String,
    /// The draft, unchanged.
    pub text: Vec<u8>,
    /// The report of the current module, canonical bytes.
    pub report: Vec<u8>,
    /// The report of the page's module; `None` where the page ran the current one.
    pub page_report: Option<Vec<u8>>,
    /// The consent record, JSON.
    pub consent: String,
    /// The receipt's bytes.
    pub receipt: Vec<u8>,
}

/// Conditions on cases; a case must meet all that are set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// At this position of the store's sequence.
    pub seq: Option<i64>,
    /// Received at this moment or later; milliseconds since the epoch, UTC.
    pub since: Option<i64>,
    /// Received before this moment.
    pub until: Option<i64>,
    /// With this status.
    pub status: Option<String>,
    /// Sent with a partner's test key, or without.
    pub test: Option<bool>,
    /// Sent through the pages with these keys of a partner; without keys, through any.
    pub partner_keys: Vec<String>,
    /// One group of the number begins with these characters ([`Number::begin`]).
    pub number: Option<Beginning>,
}

/// A case that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("case {} (seq {seq}) is damaged: {why}", number.as_deref().unwrap_or("without a readable number"))]
pub struct Damaged {
    /// Its position in the store's sequence.
    pub seq: i64,
    /// Its stored number, if that can be read. It may be any text.
    pub number: Option<String>,
    /// The reason, for the operator.
    pub why: String,
}

/// A case, or its damage.
pub type Read<T> = Result<T, Damaged>;
