//! The actions on one case: `kakekomi cases note`, `assign`, `close` and the others.
//!
//! `cases close 2609-4873-1059 --outcome advised` → the event `case.closed` → `2609-4873-1059  event 4  closed (advised)`
//!
//! Nothing is edited: each action is one sealed event, and a correction is another one. An action needs no identity.

mod clauses;
mod questions;
mod result;
mod values;

use clap::Subcommand;
use kakekomi_casework::{Action, Channel, Confidence, LimitationKind, Outcome, Urgency, WorkState};
use kakekomi_service::desk::Desk;
use kakekomi_store::OUTCOMES;

use super::args::{parse_moment, parse_number};
use super::work::Work;
use crate::config::Settings;
use crate::error::{CliError, Exit};
use values::{TargetArgs, given, trimmed, word};

/// An action with its values.
#[derive(Debug, Subcommand)]
pub enum ActionCommand {
    /// Add a note to a case
    Note {
        #[command(flatten)]
        target: TargetArgs,
        /// The note; - reads it from stdin
        #[arg(value_name = "TEXT|-", allow_hyphen_values = true)]
        text: String,
    },
    /// Name the operator who works on a case, or nobody
    #[command(group = clap::ArgGroup::new("assignee").required(true).args(["name", "none"]))]
    Assign {
        #[command(flatten)]
        target: TargetArgs,
        /// The operator
        #[arg(value_name = "NAME")]
        name: Option<String>,
        /// Nobody works on it
        #[arg(long)]
        none: bool,
    },
    /// Set the urgency of a case
    Urgency {
        #[command(flatten)]
        target: TargetArgs,
        /// The urgency
        #[arg(value_parser = word(Urgency::ALL, Urgency::as_str))]
        urgency: String,
        /// The reason
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Mark a case as in progress, or as waiting for the applicant
    State {
        #[command(flatten)]
        target: TargetArgs,
        /// The new state
        #[arg(value_parser = word(WorkState::ALL, WorkState::as_str))]
        state: String,
    },
    /// Close a case with its outcome
    Close {
        #[command(flatten)]
        target: TargetArgs,
        /// The outcome
        #[arg(long, value_parser = OUTCOMES)]
        outcome: String,
        /// The reason
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
        /// The vendor's page, for the outcome `referred_to_vendor`
        #[arg(long, value_name = "URL", required_if_eq("outcome", "referred_to_vendor"))]
        link: Option<String>,
        /// The number of the other case, for the outcome `duplicate_of`
        #[arg(long, value_name = "NUMBER", required_if_eq("outcome", "duplicate_of"))]
        duplicate_of: Option<String>,
    },
    /// Open a closed case again
    Reopen {
        #[command(flatten)]
        target: TargetArgs,
        /// The reason
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
    },
    /// Protect a case from erasure, or end this hold
    Hold {
        #[command(flatten)]
        target: TargetArgs,
        /// End the hold
        #[arg(long)]
        release: bool,
        /// The reason
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Name the date to look at a case again
    #[command(group = clap::ArgGroup::new("when").required(true).args(["date", "none"]))]
    FollowUp {
        #[command(flatten)]
        target: TargetArgs,
        /// The date or the moment (2026-11-20, 2026-11-20T09:30)
        date: Option<String>,
        /// Remove the date
        #[arg(long)]
        none: bool,
    },
    /// Record a telephone call
    #[command(group = clap::ArgGroup::new("answer").required(true).args(["reached", "unreached"]))]
    Call {
        #[command(flatten)]
        target: TargetArgs,
        /// The applicant was reached
        #[arg(long)]
        reached: bool,
        /// The applicant was not reached
        #[arg(long)]
        unreached: bool,
        /// The words of both sides; - reads them from stdin
        #[arg(long, value_name = "TEXT|-", allow_hyphen_values = true)]
        text: Option<String>,
        /// The confidential information that the desk disclosed
        #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
        disclosed: Option<String>,
    },
    /// Record advice that was given, which is reference information
    Advise {
        #[command(flatten)]
        target: TargetArgs,
        /// The advice; - reads it from stdin
        #[arg(value_name = "TEXT|-", allow_hyphen_values = true)]
        text: String,
        /// The confidence of the findings
        #[arg(long, value_parser = word(Confidence::ALL, Confidence::as_str))]
        confidence: String,
        /// The limits of the findings
        #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
        limits: String,
        /// The way by which it was given
        #[arg(long, value_parser = word(Channel::ALL, Channel::as_str), default_value = "phone")]
        channel: String,
    },
    /// Record a condition under which the support may fall short
    Limit {
        #[command(flatten)]
        target: TargetArgs,
        /// The condition
        #[arg(value_parser = word(LimitationKind::ALL, LimitationKind::as_str))]
        limitation: String,
        /// Details
        #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
        text: Option<String>,
    },
    /// Ask the applicant, who answers on the return page
    Ask {
        #[command(flatten)]
        target: TargetArgs,
        #[command(flatten)]
        questions: questions::QuestionArgs,
    },
    /// Make a new return code, which is shown once; the former code ends
    Code {
        #[command(flatten)]
        target: TargetArgs,
    },
    #[command(flatten)]
    Clause(clauses::ClauseCommand),
}

/// Writes the event of an action and prints the new state.
pub async fn run(command: ActionCommand, file: Settings) -> Result<Exit, CliError> {
    let (target, values) = command.parts();
    let number = parse_number(&target.number)?;
    let source = target.source.load(file)?;
    let action = values.action(&source.desk)?;
    let reader = if matches!(action, Action::Clause(_)) { source.reader()? } else { None };
    let work = Work::open(&source, reader).await?;
    let action = work.with_last_notice(&number, &source.desk, action).await?;
    let acted = work.act(&number, action, target.seen).await?;
    result::print(&acted, &target.format)?;
    Ok(Exit::Accepted)
}

/// An action whose texts may still be on stdin, or whose moment is still a text.
enum Values {
    Ready(Action),
    FollowUp(Option<String>),
    Note(String),
    Call { reached: bool, text: Option<String>, disclosed: Option<String> },
    Advise { text: String, confidence: Confidence, limits: String, channel: Channel },
    Close { outcome: String, reason: Option<String>, link: Option<String>, duplicate_of: Option<String> },
    Ask(questions::QuestionArgs),
    Clause(clauses::ClauseValues),
}

impl ActionCommand {
    fn parts(self) -> (TargetArgs, Values) {
        match self {
            ActionCommand::Note { target, text } => (target, Values::Note(text)),
            ActionCommand::Assign { target, name, none: _ } => {
                (target, Values::Ready(Action::Assign { assignee: name.map(trimmed) }))
            }
            ActionCommand::Urgency { target, urgency, reason } => {
                let urgency = Urgency::read(&urgency).unwrap_or(Urgency::Normal);
                (target, Values::Ready(Action::Urgency { urgency, reason: trimmed(reason) }))
            }
            ActionCommand::State { target, state } => {
                let state = WorkState::read(&state).unwrap_or(WorkState::InProgress);
                (target, Values::Ready(Action::State { state }))
            }
            ActionCommand::Close { target, outcome, reason, link, duplicate_of } => {
                (target, Values::Close { outcome, reason, link, duplicate_of })
            }
            ActionCommand::Reopen { target, reason } => {
                (target, Values::Ready(Action::Reopen { reason: reason.map(trimmed) }))
            }
            ActionCommand::Hold { target, release, reason } => {
                (target, Values::Ready(Action::Hold { hold: !release, reason: trimmed(reason) }))
            }
            ActionCommand::FollowUp { target, date, none: _ } => (target, Values::FollowUp(date)),
            ActionCommand::Call { target, reached, unreached: _, text, disclosed } => {
                (target, Values::Call { reached, text, disclosed: disclosed.map(trimmed) })
            }
            ActionCommand::Advise { target, text, confidence, limits, channel } => {
                let confidence = Confidence::read(&confidence).unwrap_or(Confidence::Low);
                let channel = Channel::read(&channel).unwrap_or(Channel::Phone);
                (target, Values::Advise { text, confidence, limits: trimmed(limits), channel })
            }
            ActionCommand::Limit { target, limitation, text } => {
                let limitation = LimitationKind::read(&limitation).unwrap_or(LimitationKind::InterviewIncomplete);
                (target, Values::Ready(Action::Limitation { limitation, text: text.map(trimmed) }))
            }
            ActionCommand::Ask { target, questions } => (target, Values::Ask(questions)),
            ActionCommand::Code { target } => (target, Values::Ready(Action::IssueCode)),
            ActionCommand::Clause(command) => {
                let (target, values) = command.parts();
                (target, Values::Clause(values))
            }
        }
    }
}

impl Values {
    /// Reads what is still on stdin, in a file or a text.
    fn action(self, desk: &Desk) -> Result<Action, CliError> {
        Ok(match self {
            Values::Ready(action) => action,
            Values::FollowUp(date) => {
                let offset = &desk.profile().calendar.offset;
                Action::FollowUp { at: date.map(|date| parse_moment(&date, offset)).transpose()? }
            }
            Values::Note(text) => Action::Note { text: given(text)? },
            Values::Call { reached, text, disclosed } => {
                Action::Call { reached, text: text.map(given).transpose()?, disclosed }
            }
            Values::Advise { text, confidence, limits, channel } => {
                Action::Advice { text: given(text)?, confidence, limits, channel }
            }
            Values::Close { outcome, reason, link, duplicate_of } => Action::Close {
                outcome: read_outcome(&outcome, link, duplicate_of.as_deref())?,
                reason: reason.map(trimmed),
            },
            Values::Ask(questions) => Action::Ask { questions: questions.read()? },
            Values::Clause(values) => Action::Clause(values.action(desk)?),
        })
    }
}

fn read_outcome(word: &str, link: Option<String>, duplicate_of: Option<&str>) -> Result<Outcome, CliError> {
    Ok(match word {
        "advised" => Outcome::Advised,
        "remote_supported" => Outcome::RemoteSupported,
        "introduced" => Outcome::Introduced,
        "referred_to_vendor" => Outcome::ReferredToVendor { link: link.map(trimmed).unwrap_or_default() },
        "unreachable" => Outcome::Unreachable,
        "withdrawn" => Outcome::Withdrawn,
        "duplicate_of" => Outcome::DuplicateOf(parse_number(duplicate_of.unwrap_or_default())?),
        _ => Outcome::OutOfScope,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_trimmed_and_moments_are_the_desks() {
        let desk = Desk::load(None).unwrap();
        let note = |text: &str| Values::Note(text.to_owned()).action(&desk).unwrap();
        assert_eq!(note(" a\nb "), Action::Note { text: "a\nb".to_owned() });
        let moment = |date: Option<&str>| Values::FollowUp(date.map(str::to_owned)).action(&desk);
        assert_eq!(moment(Some("2026-11-20T09:30")).unwrap(), Action::FollowUp { at: Some(1_795_134_600_000) });
        assert_eq!(moment(None).unwrap(), Action::FollowUp { at: None });
        assert_eq!(moment(Some("tomorrow")).unwrap_err().exit(), Exit::Usage);
    }

    #[test]
    fn an_outcome_has_its_link_or_number() {
        let outcome = |word: &str, link: Option<&str>, other| read_outcome(word, link.map(str::to_owned), other);
        for word in OUTCOMES {
            let read = outcome(word, Some("https://vendor.example"), Some("2609-4873-1059")).unwrap();
            assert_eq!(read.as_str(), word);
        }
        assert_eq!(outcome("duplicate_of", None, Some("1")).unwrap_err().exit(), Exit::Usage);
    }
}
