//! What can become of a submission: one list, mapped once to HTTP.
//!
//! None of these is an error to the host: a refusal is an answer, and a failure of the engine or the
//! database has been logged where it happened.

use kakekomi_core::Context;

use super::Verdict;
use crate::capacity::Shortage;

/// What became of a submission, and the module that it was judged by, or would be.
#[derive(Debug)]
pub struct Judged {
    /// What became of it.
    pub outcome: Outcome,
    /// `sha256:<64 hex>`.
    pub module: String,
}

/// What became of a submission.
#[derive(Debug)]
pub enum Outcome {
    /// The case is durable; its receipt.
    Stored(Vec<u8>),
    /// The key had its case already, from the same text; that receipt again.
    Replayed(Vec<u8>),
    /// The key had its case already, from another text.
    Reused,
    /// It says that it came through a partner whom the desk does not know.
    PartnerUnknown,
    /// It came from a page that is not among the partner's.
    PartnerElsewhere,
    /// The page ran a module that is not here.
    ModuleUnknown,
    /// The page ran a module that is no longer taken.
    ModuleRetired,
    /// The page's own, older module accepts the draft, the one in force does not; its report.
    Superseded(Box<Verdict>),
    /// The page named its module in a way that cannot be read.
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
    /// The commit was interrupted or is not confirmed: the case is stored or not, and a replay of the key tells.
    StoreInDoubt,
}

/// What came of a check.
#[derive(Debug)]
pub enum Checked {
    /// The report.
    Verdict(Box<Verdict>),
    /// Too much at once; try again soon.
    Busy,
    /// The rule engine failed.
    EngineFailed,
}
