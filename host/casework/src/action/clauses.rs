//! The actions that the clauses of the consent document govern: referral (1②), reports (3), remote and guided work (4③④⑥).
//!
//! `ClauseAction::ConfirmIntent` → the event `intent.given` `{"by":"phone"}`, by another person than the one who recorded it
//!
//! Which of them the state of a case allows is the store's to decide, and its database's.

use kakekomi_store::EventKind;
use serde_json::{Value, json};

use super::approval::ApprovalDraft;
use super::words::words;
use crate::fields::{FieldError, digest_error, required};
use crate::limits::{LINE_BYTES_MAX, TEXT_BYTES_MAX};
use crate::operator::Right;

/// An action that the clauses govern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClauseAction {
    /// Records that the applicant applied for the forensics company's service (clause 3).
    Applied {
        /// The reason, or who said it.
        reason: String,
    },
    /// Records the intent of clause 1② as it was said by telephone.
    RecordIntent {
        /// The name of the speaker.
        name: String,
        /// The role of the speaker in the company.
        role: String,
        /// The document that was read out.
        document: SpokenDocument,
        /// The words that were said.
        text: Option<String>,
    },
    /// Confirms a recorded intent, by a second person: it is given then.
    ConfirmIntent,
    /// Records that the intent was withdrawn by telephone. A package that is not collected ends.
    WithdrawIntent {
        /// The reason, or who said it.
        reason: String,
    },
    /// Releases the hand-over to an organization.
    Release {
        /// The id of an enabled organization for forensics.
        organization: String,
    },
    /// Records the order of remote support, with the price that was shown.
    OrderRemote {
        /// The price as it was told.
        price: String,
        /// The person who approved it.
        approved_by: String,
        /// Details.
        text: Option<String>,
    },
    /// Records that the notice of the risks was shown or read out.
    GiveNotice {
        /// The mode of the work.
        mode: WorkMode,
        /// The version of the notice.
        version: String,
    },
    /// Records that the notice was acknowledged.
    Acknowledge {
        /// The person who did.
        by: String,
        /// The way.
        how: AcknowledgedHow,
        /// The version of the notice.
        version: String,
    },
    /// Records one action of remote or guided work.
    RecordWork {
        /// The device.
        device: String,
        /// The account or ID under which it was done.
        account: String,
        /// The one who did it.
        by: WorkedBy,
        /// The action.
        text: String,
    },
    /// Ends remote or guided work.
    EndWork {
        /// A remark.
        text: Option<String>,
    },
    /// Records that a forensics report came (clause 3).
    ReceiveReport {
        /// The id of an organization for forensics, which may be disabled by now.
        organization: String,
        /// The title of the report.
        title: String,
        /// SHA-256 of the report's file, 64 hexadecimal digits.
        sha256: Option<String>,
        /// A remark.
        text: Option<String>,
    },
    /// Records the use of a forensics report, which clause 3 allows for two purposes.
    UseReport {
        /// The number of the event with which it came.
        report: i64,
        /// The purpose.
        purpose: ReportPurpose,
        /// The use.
        text: String,
    },
    /// Records an approval in writing of another purpose or recipient (clause 1⑧).
    Approve(ApprovalDraft),
    /// Ends an approval: nothing is exported by it from then on.
    EndApproval {
        /// Its id.
        approval: String,
        /// The reason, or who said it.
        reason: String,
    },
}

/// A version of the consent document, as it was read out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpokenDocument {
    /// The version.
    pub version: String,
    /// SHA-256 of the text, 64 hexadecimal digits.
    pub sha256: String,
}

words! {
    /// The mode of work on the applicant's devices.
    WorkMode {
        /// The operator works on the device from afar, which is paid.
        Remote = "remote",
        /// The applicant works by the operator's words.
        Guided = "guided",
    }
}

words! {
    /// The way by which the notice was acknowledged.
    AcknowledgedHow {
        /// By telephone.
        Phone = "phone",
        /// On the return page.
        Return = "return",
        /// By mail.
        Mail = "mail",
    }
}

words! {
    /// The one who carried out an action.
    WorkedBy {
        /// The operator, from afar.
        Operator = "operator",
        /// The applicant, by the operator's words.
        Applicant = "applicant",
    }
}

words! {
    /// The purposes for which a forensics report may be used (clause 3). There is no other.
    ReportPurpose {
        /// Security settings that the desk proposes or makes for the applicant.
        SecuritySettings = "security_settings",
        /// Proposals of security measures.
        SecurityProposal = "security_proposal",
    }
}

impl SpokenDocument {
    /// Reads a version and its digest with a blank between them.
    pub fn read(text: &str) -> Option<SpokenDocument> {
        let (version, sha256) = text.rsplit_once(' ')?;
        Some(SpokenDocument { version: version.to_owned(), sha256: sha256.to_owned() })
    }
}

impl ClauseAction {
    /// The words of all of them: the last part of a form's address.
    pub const WORDS: [&str; 14] = [
        "applied",
        "intent",
        "confirm_intent",
        "withdraw_intent",
        "release",
        "remote_order",
        "remote_notice",
        "remote_acknowledge",
        "remote_action",
        "remote_end",
        "report",
        "use_report",
        "approval",
        "end_approval",
    ];

    /// Returns the kind of its event.
    pub fn kind(&self) -> EventKind {
        match self {
            ClauseAction::Applied { .. } => EventKind::ReferralApplied,
            ClauseAction::RecordIntent { .. } => EventKind::IntentRecorded,
            ClauseAction::ConfirmIntent => EventKind::IntentGiven,
            ClauseAction::WithdrawIntent { .. } => EventKind::IntentWithdrawn,
            ClauseAction::Release { .. } => EventKind::HandoverReleased,
            ClauseAction::OrderRemote { .. } => EventKind::RemoteOrdered,
            ClauseAction::GiveNotice { .. } => EventKind::RemoteNotice,
            ClauseAction::Acknowledge { .. } => EventKind::RemoteAcknowledged,
            ClauseAction::RecordWork { .. } => EventKind::RemoteAction,
            ClauseAction::EndWork { .. } => EventKind::RemoteEnded,
            ClauseAction::ReceiveReport { .. } => EventKind::ForensicsReportReceived,
            ClauseAction::UseReport { .. } => EventKind::ForensicsReportUsed,
            ClauseAction::Approve(_) => EventKind::ApprovalAttached,
            ClauseAction::EndApproval { .. } => EventKind::ApprovalEnded,
        }
    }

    /// Returns the right that it needs: what leaves the desk is a lead's to release.
    pub fn right(&self) -> Right {
        match self {
            ClauseAction::Release { .. } => Right::Release,
            ClauseAction::Approve(_) | ClauseAction::EndApproval { .. } => Right::Export,
            _ => Right::Act,
        }
    }

    /// Makes the body of its event, with null for what is missing.
    pub(super) fn body(&self) -> Value {
        match self {
            ClauseAction::Applied { reason } => json!({ "reason": reason }),
            ClauseAction::RecordIntent { name, role, document, text } => json!({
                "name": name,
                "role": role,
                "document": { "version": document.version, "sha256": document.sha256 },
                "text": text,
            }),
            ClauseAction::ConfirmIntent => json!({ "by": "phone" }),
            ClauseAction::WithdrawIntent { reason } => json!({ "by": "phone", "reason": reason }),
            ClauseAction::Release { organization } => json!({ "organization": organization }),
            ClauseAction::OrderRemote { price, approved_by, text } => {
                json!({ "price": price, "approved_by": approved_by, "text": text })
            }
            ClauseAction::GiveNotice { mode, version } => json!({ "mode": mode.as_str(), "version": version }),
            ClauseAction::Acknowledge { by, how, version } => {
                json!({ "by": by, "how": how.as_str(), "version": version })
            }
            ClauseAction::RecordWork { device, account, by, text } => {
                json!({ "device": device, "account": account, "by": by.as_str(), "text": text })
            }
            ClauseAction::EndWork { text } => json!({ "text": text }),
            ClauseAction::ReceiveReport { organization, title, sha256, text } => {
                json!({ "organization": organization, "title": title, "sha256": sha256, "text": text })
            }
            ClauseAction::UseReport { report, purpose, text } => {
                json!({ "n": report, "purpose": purpose.as_str(), "text": text })
            }
            ClauseAction::Approve(approval) => approval.body(),
            ClauseAction::EndApproval { approval, reason } => json!({ "approval": approval, "reason": reason }),
        }
    }

    /// Lists the wrong values, by the names of their fields in a form.
    pub(super) fn check(&self) -> Vec<FieldError> {
        let line = |field, text: &str| required(field, text, LINE_BYTES_MAX);
        let text_of = |text: &str| required("text", text, TEXT_BYTES_MAX);
        let optional = |text: &Option<String>| text.as_deref().and_then(text_of);
        let reason_of = |reason: &str| required("reason", reason, TEXT_BYTES_MAX);
        let errors = match self {
            ClauseAction::ConfirmIntent => vec![],
            ClauseAction::Applied { reason } | ClauseAction::WithdrawIntent { reason } => vec![reason_of(reason)],
            ClauseAction::RecordIntent { name, role, document, text } => {
                vec![line("name", name), line("role", role), document.check(), optional(text)]
            }
            ClauseAction::Release { organization } => vec![line("organization", organization)],
            ClauseAction::OrderRemote { price, approved_by, text } => {
                vec![line("price", price), line("approved_by", approved_by), optional(text)]
            }
            ClauseAction::GiveNotice { version, .. } => vec![line("version", version)],
            ClauseAction::Acknowledge { by, version, .. } => vec![line("by", by), line("version", version)],
            ClauseAction::RecordWork { device, account, text, .. } => {
                vec![line("device", device), line("account", account), text_of(text)]
            }
            ClauseAction::EndWork { text } => vec![optional(text)],
            ClauseAction::ReceiveReport { organization, title, sha256, text } => {
                let sha256 = sha256.as_deref().and_then(|digest| digest_error("sha256", digest));
                vec![line("organization", organization), line("title", title), sha256, optional(text)]
            }
            ClauseAction::UseReport { text, .. } => vec![text_of(text)],
            ClauseAction::Approve(approval) => return approval.check(),
            ClauseAction::EndApproval { approval, reason } => vec![line("approval", approval), reason_of(reason)],
        };
        errors.into_iter().flatten().collect()
    }
}

impl SpokenDocument {
    fn check(&self) -> Option<FieldError> {
        required("document", &self.version, LINE_BYTES_MAX).or_else(|| digest_error("document", &self.sha256))
    }
}
