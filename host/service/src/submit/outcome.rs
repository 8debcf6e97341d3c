//! The outcomes of a submission, which are mapped to HTTP in one place.
//!
//! None of these is an error to the host: a refusal is an answer, and a failure of the engine or the database was logged
//! where it happened.

use kakekomi_core::Context;

use super::Verdict;
use crate::capacity::Shortage;

/// The outcome of a submission, and the module that judged it, or would have.
#[derive(Debug)]
pub struct Judged {
    /// The outcome.
    pub outcome: Outcome,
    /// `sha256:<64 hex>`.
    pub module: String,
    /// For a receipt of a submission with a return code: true if the case has this very code.
    pub return_bound: Option<bool>,
}

/// The outcome of a submission.
#[derive(Debug)]
pub enum Outcome {
    /// The case is durable; its receipt.
    Stored(Vec<u8>),
    /// The key had its case already, from the same text; that receipt again.
    Replayed(Vec<u8>),
    /// The key had its case already, from another text.
    Reused,
    /// The key had its case already, which was erased.
    Erased,
    /// Its partner is unknown.
    PartnerUnknown,
    /// It came from a page that is not one of the partner's.
    PartnerElsewhere,
    /// The page ran a module that is not loaded.
    ModuleUnknown,
    /// The page ran a retired module.
    ModuleRetired,
    /// The page's older module accepts the draft, the current one does not; the report of the current one.
    Superseded(Box<Verdict>),
    /// The page named its module by a text that is no digest.
    ModuleUnreadable,
    /// The text is no JSON; the report with its one issue.
    NotJson(Box<Verdict>),
    /// The agreement is to documents that are no longer in force; the report, and the context that names the current ones.
    Stale(Box<Verdict>, Box<Context>),
    /// The draft has issues.
    Issues(Box<Verdict>),
    /// Too much at once; try again soon.
    Busy,
    /// There is no room for the case; nothing was stored.
    NoRoom(Shortage),
    /// The rule engine failed.
    EngineFailed,
    /// The database or the disk failed, and nothing was stored.
    StoreFailed,
    /// The commit was interrupted or is not confirmed: a replay of the key finds out if the case is stored.
    StoreInDoubt,
}

/// The outcome of a check.
#[derive(Debug)]
pub enum Checked {
    /// The report.
    Verdict(Box<Verdict>),
    /// Too much at once; try again soon.
    Busy,
    /// The rule engine failed.
    EngineFailed,
}
