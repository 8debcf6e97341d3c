//! The kinds of events, as the contract lists them.
//!
//! `EventKind::CaseViewed` ↔ `"case.viewed"`

use std::fmt;
use std::str::FromStr;

/// A word that is no kind of event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no event has this kind")]
pub struct UnknownKind;

macro_rules! kinds {
    ($($name:ident $word:literal,)*) => {
        /// The kind of an event.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[allow(missing_docs, reason = "each has the contract's word beside it")]
        pub enum EventKind { $($name,)* }

        impl EventKind {
            /// All kinds, in the contract's order.
            pub const ALL: &[EventKind] = &[$(EventKind::$name,)*];

            /// Returns the contract's word.
            pub const fn as_str(self) -> &'static str {
                match self { $(EventKind::$name => $word,)* }
            }
        }
    };
}

kinds! {
    CaseReceived "case.received",
    CaseAssigned "case.assigned",
    CaseUrgency "case.urgency",
    CaseState "case.state",
    CaseClosed "case.closed",
    CaseReopened "case.reopened",
    CaseHold "case.hold",
    CaseFollowUp "case.follow_up",
    CaseWithdrawn "case.withdrawn",
    CaseViewed "case.viewed",
    CaseExported "case.exported",
    CaseErased "case.erased",
    NoteAdded "note.added",
    CallLogged "call.logged",
    AdviceGiven "advice.given",
    LimitationRecorded "limitation.recorded",
    QuestionAsked "question.asked",
    AnswerReceived "answer.received",
    AmendmentReceived "amendment.received",
    CodeIssued "code.issued",
    DisclosureShared "disclosure.shared",
    DisclosureOpened "disclosure.opened",
    FileDeclared "file.declared",
    FileArrived "file.arrived",
    FileMismatch "file.mismatch",
    FileExpired "file.expired",
    FileDownloaded "file.downloaded",
    FileDestroyed "file.destroyed",
    FileScanned "file.scanned",
    RemoteOrdered "remote.ordered",
    RemoteNotice "remote.notice",
    RemoteAcknowledged "remote.acknowledged",
    RemoteAction "remote.action",
    RemoteEnded "remote.ended",
    ReferralApplied "referral.applied",
    IntentGiven "intent.given",
    IntentRecorded "intent.recorded",
    IntentWithdrawn "intent.withdrawn",
    HandoverReleased "handover.released",
    HandoverCreated "handover.created",
    HandoverCollected "handover.collected",
    HandoverDestroyed "handover.destroyed",
    HandoverCopyDestroyed "handover.copy_destroyed",
    ForensicsReportReceived "forensics_report.received",
    ForensicsReportUsed "forensics_report.used",
    ApprovalAttached "approval.attached",
    ApprovalEnded "approval.ended",
    GrantGiven "grant.given",
    GrantUsed "grant.used",
    GrantEnded "grant.ended",
    AccountAdded "account.added",
    AccountSetUp "account.set_up",
    AccountSignedIn "account.signed_in",
    AccountRefused "account.refused",
    AccountSignedOut "account.signed_out",
    AccountDisabled "account.disabled",
    AccountEnabled "account.enabled",
    AccountReset "account.reset",
    AccountRole "account.role",
    AccountLinked "account.linked",
    AccountTokenAdded "account.token_added",
    AccountTokenRevoked "account.token_revoked",
    OrganizationAdded "organization.added",
    OrganizationDisabled "organization.disabled",
    OrganizationEnabled "organization.enabled",
    ExportMade "export.made",
}

impl EventKind {
    /// Reports whether the event only records a reading, or the end of a copy that was collected: it never makes a form stale.
    pub fn is_reading(self) -> bool {
        matches!(
            self,
            EventKind::CaseViewed
                | EventKind::CaseExported
                | EventKind::DisclosureOpened
                | EventKind::FileDownloaded
                | EventKind::FileScanned
                | EventKind::HandoverCollected
                | EventKind::HandoverCopyDestroyed
                | EventKind::GrantUsed
        )
    }

    /// Reports whether the event is the store's own, without a case.
    pub fn is_store_wide(self) -> bool {
        let prefixes = ["account.", "organization.", "export."];
        prefixes.iter().any(|prefix| self.as_str().starts_with(prefix))
    }

    /// Reports whether the event is written together with a package, by [`ReferralStore`](crate::ReferralStore) alone. The
    /// exception is [`EventKind::HandoverDestroyed`] after the withdrawal that destroys the package, in the same transaction.
    pub fn needs_package(self) -> bool {
        matches!(
            self,
            EventKind::HandoverCreated
                | EventKind::HandoverCollected
                | EventKind::HandoverDestroyed
                | EventKind::HandoverCopyDestroyed
                | EventKind::GrantGiven
                | EventKind::GrantUsed
                | EventKind::GrantEnded
        )
    }
}

impl fmt::Display for EventKind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

impl FromStr for EventKind {
    type Err = UnknownKind;

    fn from_str(word: &str) -> Result<EventKind, UnknownKind> {
        EventKind::ALL.iter().copied().find(|kind| kind.as_str() == word).ok_or(UnknownKind)
    }
}
