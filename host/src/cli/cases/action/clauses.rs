//! The actions that the clauses govern: `kakekomi cases applied`, `intent`, `remote-order` and the others.
//!
//! `cases remote-action NUMBER 停止した --device PC-12 --account tanaka --by applicant` → the event `remote.action`

use clap::Subcommand;
use kakekomi_casework::{AcknowledgedHow, ClauseAction, ReportPurpose, SpokenDocument, WorkMode, WorkedBy};
use kakekomi_core::Locale;
use kakekomi_service::desk::Desk;

use super::values::{TargetArgs, given, trimmed, word};
use crate::error::CliError;

/// An action with its values.
#[derive(Debug, Subcommand)]
pub enum ClauseCommand {
    /// Record that the applicant applied for the forensics company's service
    Applied {
        #[command(flatten)]
        target: TargetArgs,
        /// The reason, or who said it
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Record an intent to hand over that was said by telephone, after reading out the consent document in force
    Intent {
        #[command(flatten)]
        target: TargetArgs,
        /// The name of the speaker
        #[arg(long, value_name = "NAME")]
        name: String,
        /// The role of the speaker
        #[arg(long, value_name = "TEXT")]
        role: String,
        /// The words that were said
        #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
        text: Option<String>,
    },
    /// Refused: a second person confirms a recorded intent at the desk, with an account of their own
    ConfirmIntent {
        #[command(flatten)]
        target: TargetArgs,
    },
    /// Record that the intent was withdrawn by telephone; a package that is not collected is destroyed
    WithdrawIntent {
        #[command(flatten)]
        target: TargetArgs,
        /// The reason, or who said it
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Release the hand-over to a registered organization
    Release {
        #[command(flatten)]
        target: TargetArgs,
        /// The id of the organization
        #[arg(value_name = "ORGANIZATION")]
        organization: String,
    },
    /// Record the order of remote support with the price that was told
    RemoteOrder {
        #[command(flatten)]
        target: TargetArgs,
        /// The price
        #[arg(long, value_name = "TEXT")]
        price: String,
        /// The person who approved it
        #[arg(long, value_name = "NAME")]
        approved_by: String,
        /// Details
        #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
        text: Option<String>,
    },
    /// Record that the notice of the risks in force was read out
    RemoteNotice {
        #[command(flatten)]
        target: TargetArgs,
        /// The mode of the work; remote needs an order
        #[arg(value_parser = word(WorkMode::ALL, WorkMode::as_str))]
        mode: String,
    },
    /// Record that the notice of the risks was acknowledged
    RemoteAcknowledge {
        #[command(flatten)]
        target: TargetArgs,
        /// The person who acknowledged it
        #[arg(long, value_name = "NAME")]
        by: String,
        /// The way
        #[arg(long, value_parser = word(AcknowledgedHow::ALL, AcknowledgedHow::as_str), default_value = "phone")]
        how: String,
        /// The version of the notice; without it the one in force
        #[arg(long, value_name = "VERSION")]
        version_read: Option<String>,
    },
    /// Record one action of remote or guided work
    RemoteAction {
        #[command(flatten)]
        target: TargetArgs,
        /// The action; - reads it from stdin
        #[arg(value_name = "TEXT|-", allow_hyphen_values = true)]
        text: String,
        /// The device
        #[arg(long, value_name = "TEXT")]
        device: String,
        /// The account or ID under which it was done; never its password
        #[arg(long, value_name = "TEXT")]
        account: String,
        /// The one who did it
        #[arg(long, value_parser = word(WorkedBy::ALL, WorkedBy::as_str))]
        by: String,
    },
    /// End remote or guided work
    RemoteEnd {
        #[command(flatten)]
        target: TargetArgs,
        /// A remark
        #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
        text: Option<String>,
    },
    /// Record that a forensics report came
    Report {
        #[command(flatten)]
        target: TargetArgs,
        /// The id of the organization
        #[arg(value_name = "ORGANIZATION")]
        organization: String,
        /// The title
        #[arg(long, value_name = "TEXT")]
        title: String,
        /// SHA-256 of the report's file
        #[arg(long, value_name = "HEX")]
        sha256: Option<String>,
        /// A remark
        #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
        text: Option<String>,
    },
    /// Record the use of a forensics report
    UseReport {
        #[command(flatten)]
        target: TargetArgs,
        /// The number of the event with which the report came
        #[arg(value_name = "N")]
        report: i64,
        /// The use; - reads it from stdin
        #[arg(value_name = "TEXT|-", allow_hyphen_values = true)]
        text: String,
        /// The purpose
        #[arg(long, value_parser = word(ReportPurpose::ALL, ReportPurpose::as_str))]
        purpose: String,
    },
}

impl ClauseCommand {
    /// Splits the command into its case and its values. The versions of the texts that were read out are the desk's.
    pub(super) fn parts(self) -> (TargetArgs, ClauseValues) {
        use ClauseValues::{Acknowledge, ConfirmIntent, Intent, Notice, Ready, UseReport, Work};
        match self {
            ClauseCommand::Applied { target, reason } => {
                (target, Ready(ClauseAction::Applied { reason: trimmed(reason) }))
            }
            ClauseCommand::Intent { target, name, role, text } => {
                (target, Intent { name: trimmed(name), role: trimmed(role), text: text.map(trimmed) })
            }
            ClauseCommand::ConfirmIntent { target } => (target, ConfirmIntent),
            ClauseCommand::WithdrawIntent { target, reason } => {
                (target, Ready(ClauseAction::WithdrawIntent { reason: trimmed(reason) }))
            }
            ClauseCommand::Release { target, organization } => {
                (target, Ready(ClauseAction::Release { organization: trimmed(organization) }))
            }
            ClauseCommand::RemoteOrder { target, price, approved_by, text } => {
                let (price, approved_by) = (trimmed(price), trimmed(approved_by));
                (target, Ready(ClauseAction::OrderRemote { price, approved_by, text: text.map(trimmed) }))
            }
            ClauseCommand::RemoteNotice { target, mode } => {
                (target, Notice(WorkMode::read(&mode).unwrap_or(WorkMode::Remote)))
            }
            ClauseCommand::RemoteAcknowledge { target, by, how, version_read } => {
                let how = AcknowledgedHow::read(&how).unwrap_or(AcknowledgedHow::Phone);
                (target, Acknowledge { by: trimmed(by), how, version: version_read.map(trimmed) })
            }
            ClauseCommand::RemoteAction { target, text, device, account, by } => {
                let by = WorkedBy::read(&by).unwrap_or(WorkedBy::Operator);
                (target, Work { text, device: trimmed(device), account: trimmed(account), by })
            }
            ClauseCommand::RemoteEnd { target, text } => {
                (target, Ready(ClauseAction::EndWork { text: text.map(trimmed) }))
            }
            ClauseCommand::Report { target, organization, title, sha256, text } => {
                let sha256 = sha256.map(|digest| trimmed(digest).to_ascii_lowercase());
                let (organization, title) = (trimmed(organization), trimmed(title));
                (target, Ready(ClauseAction::ReceiveReport { organization, title, sha256, text: text.map(trimmed) }))
            }
            ClauseCommand::UseReport { target, report, text, purpose } => {
                let purpose = ReportPurpose::read(&purpose).unwrap_or(ReportPurpose::SecuritySettings);
                (target, UseReport { report, text, purpose })
            }
        }
    }
}

/// An action whose text may still be on stdin, or whose version is the desk's.
pub(super) enum ClauseValues {
    Ready(ClauseAction),
    Intent { name: String, role: String, text: Option<String> },
    ConfirmIntent,
    Notice(WorkMode),
    Acknowledge { by: String, how: AcknowledgedHow, version: Option<String> },
    Work { text: String, device: String, account: String, by: WorkedBy },
    UseReport { report: i64, text: String, purpose: ReportPurpose },
}

impl ClauseValues {
    pub(super) fn action(self, desk: &Desk) -> Result<ClauseAction, CliError> {
        let notice = || desk.risk_notice().version.clone();
        Ok(match self {
            ClauseValues::Ready(action) => action,
            ClauseValues::Intent { name, role, text } => {
                // The Japanese text prevails.
                let served = desk.documents().consent.served(Locale::Ja);
                let document = SpokenDocument { version: served.version.to_owned(), sha256: served.sha256.to_owned() };
                ClauseAction::RecordIntent { name, role, document, text }
            }
            ClauseValues::ConfirmIntent => {
                return Err(CliError::Usage(
                    "a second person confirms an intent at the desk, with an account of their own: here the same person could \
                     count as two"
                        .to_owned(),
                ));
            }
            ClauseValues::Notice(mode) => ClauseAction::GiveNotice { mode, version: notice() },
            ClauseValues::Acknowledge { by, how, version } => {
                ClauseAction::Acknowledge { by, how, version: version.unwrap_or_else(notice) }
            }
            ClauseValues::Work { text, device, account, by } => {
                ClauseAction::RecordWork { device, account, by, text: given(text)? }
            }
            ClauseValues::UseReport { report, text, purpose } => {
                ClauseAction::UseReport { report, purpose, text: given(text)? }
            }
        })
    }
}
