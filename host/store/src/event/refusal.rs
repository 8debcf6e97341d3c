//! The reasons why a case's state does not allow an event.
//!
//! `remote.action` before the notice was acknowledged → [`Refusal::NotAcknowledged`], `"not_acknowledged"`

/// The reason why a case's state does not allow an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The case was erased.
    #[error("the case was erased")]
    Erased,
    /// The case is closed: it must be reopened first.
    #[error("the case is closed: reopen it first")]
    Closed,
    /// The case is open already.
    #[error("the case is not closed")]
    NotClosed,
    /// The case is on hold.
    #[error("the case is on hold: it must not be erased")]
    Held,
    /// The applicant has not given the intent of clause 1②, or withdrew it.
    #[error("there is no valid intent of the applicant to hand anything over")]
    NoIntent,
    /// An intent is there already.
    #[error("the intent is known already")]
    IntentKnown,
    /// An intent by telephone needs a record by one person and the confirmation of another one.
    #[error("an intent that was said by telephone is recorded by one person and confirmed by another one")]
    NotRecorded,
    /// No lead has released the hand-over.
    #[error("the hand-over was not released")]
    NotReleased,
    /// The package was made already.
    #[error("the package was made already")]
    PackageKnown,
    /// There is no package.
    #[error("there is no package")]
    NoPackage,
    /// The applicant has not applied for the service of the forensics company (clause 3).
    #[error("the applicant has not applied for the forensics company's service")]
    NotApplied,
    /// There is no forensics report.
    #[error("there is no forensics report")]
    NoReport,
    /// The notice of the risks was not shown.
    #[error("the notice of the risks was not shown")]
    NoNotice,
    /// The notice of the risks was not acknowledged (clauses 4③④⑥).
    #[error("the notice of the risks was not acknowledged")]
    NotAcknowledged,
    /// There is no remote or guided work to end.
    #[error("there is no remote or guided work")]
    NoRemoteWork,
}

impl Refusal {
    /// Returns a stable word, for messages in other languages.
    pub fn as_str(self) -> &'static str {
        match self {
            Refusal::Erased => "erased",
            Refusal::Closed => "closed",
            Refusal::NotClosed => "not_closed",
            Refusal::Held => "held",
            Refusal::NoIntent => "no_intent",
            Refusal::IntentKnown => "intent_known",
            Refusal::NotRecorded => "not_recorded",
            Refusal::NotReleased => "not_released",
            Refusal::PackageKnown => "package_known",
            Refusal::NoPackage => "no_package",
            Refusal::NotApplied => "not_applied",
            Refusal::NoReport => "no_report",
            Refusal::NoNotice => "no_notice",
            Refusal::NotAcknowledged => "not_acknowledged",
            Refusal::NoRemoteWork => "no_remote_work",
        }
    }
}
