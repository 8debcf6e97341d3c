//! A case as it goes into the store and as it comes out, and what is asked for in a list.

use crate::receipt_number::Number;

/// A case to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCase {
    /// As on the receipt.
    pub number: Number,
    /// Milliseconds since the epoch, UTC.
    pub received_at: i64,
    /// Whose page it came through; `None` for the desk's own.
    pub partner: Option<String>,
    /// Whether it came with a partner's test key.
    pub test: bool,
    /// `ja` or `en`.
    pub locale: &'static str,
    /// The client's key of this submission.
    pub key: String,
    /// The draft, byte for byte as it came.
    pub text: Vec<u8>,
    /// Its SHA-256, 64 hexadecimal digits.
    pub text_sha256: String,
    /// The canonical bytes of the current module's report.
    pub report: Vec<u8>,
    /// Those of the page's module; `None` where the page ran the current one.
    pub page_report: Option<Vec<u8>>,
    /// The verdict.
    pub accepted: bool,
    /// The rules' version.
    pub ruleset: String,
    /// What judged, `sha256:<64 hex>`.
    pub module: String,
    /// What the page said it ran.
    pub page_module: Option<String>,
    /// The consent record, JSON.
    pub consent: String,
    /// The receipt's bytes.
    pub receipt: Vec<u8>,
}

impl NewCase {
    /// The bytes of its long columns, which are nearly all that it takes on the disk.
    pub fn stored_bytes(&self) -> usize {
        let page_report = self.page_report.as_ref().map_or(0, Vec::len);
        self.text.len() + self.report.len() + page_report + self.consent.len() + self.receipt.len()
    }
}

/// What became of an insert.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inserted {
    /// The row is there and durable.
    Stored,
    /// The key has a case already; nothing was stored.
    KeyTaken,
    /// The number has a case already; try another one.
    NumberTaken,
}

/// The receipt that a key got.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Bound {
    /// The case's place in the store's sequence.
    pub seq: i64,
    /// SHA-256 of the text that came with the key, 64 hexadecimal digits.
    pub text_sha256: String,
    /// The receipt's bytes.
    pub receipt: Vec<u8>,
    /// The module that judged, `sha256:<64 hex>`.
    pub module: String,
}

/// A case in a list: enough to find it again.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, sqlx::FromRow)]
pub struct CaseLine {
    /// The store's own order: a later case has a larger one, whatever the clock said. There may be gaps.
    pub seq: i64,
    /// As on the receipt.
    pub number: String,
    /// Milliseconds since the epoch, UTC.
    pub received_at: i64,
    /// `received`, until the desk behind the form moves it on.
    pub status: String,
    /// Whether the rules accepted the draft.
    pub accepted: bool,
    /// What judged, `sha256:<64 hex>`.
    pub module: String,
    /// The rules' version.
    pub ruleset: String,
    /// Whose page it came through; null for the desk's own.
    pub partner: Option<String>,
    /// Whether it came with a partner's test key.
    pub test: bool,
    /// The applicant's language.
    pub locale: String,
}

/// A case with everything that is kept of it.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Case {
    /// What a list shows.
    #[sqlx(flatten)]
    pub line: CaseLine,
    /// What the page said it ran.
    pub page_module: Option<String>,
    /// SHA-256 of the text.
    pub text_sha256: String,
    /// The draft, byte for byte as it came.
    pub text: Vec<u8>,
    /// The canonical bytes of the current module's report.
    pub report: Vec<u8>,
    /// Those of the page's module; `None` where the page ran the current one.
    pub page_report: Option<Vec<u8>>,
    /// The consent record, JSON.
    pub consent: String,
    /// The receipt's bytes.
    pub receipt: Vec<u8>,
}

/// Which cases: those that meet every condition that is set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// At this place of the store's sequence.
    pub seq: Option<i64>,
    /// Received at this moment or later; milliseconds since the epoch, UTC.
    pub since: Option<i64>,
    /// Received before this moment.
    pub until: Option<i64>,
    /// With this status.
    pub status: Option<String>,
    /// From a partner's test key, or not.
    pub test: Option<bool>,
    /// Through this partner's page.
    pub partner: Option<String>,
    /// With a number of which a group begins so: characters in groups, as [`Number::begin`] gives them (`679-A`).
    pub number: Option<String>,
}
