//! The actions on one case: `kakekomi cases note`, `assign`, `state`, `close`, `reopen`, `hold`, `follow-up`.
//!
//! `cases close 2609-4873-1059 --outcome advised` → the event `case.closed` → `2609-4873-1059  event 4  closed (advised)`
//!
//! Nothing is edited: each action is one sealed event, and a correction is another one. An action needs no identity.

use std::io::Read as _;

use clap::{Args, Subcommand};
use kakekomi_service::sealed_case::{EventDraft, seal_event};
use kakekomi_store::receipt_number::Number;
use kakekomi_store::{Appended, Case, EventKind, OUTCOMES, Store, clock};
use serde::Serialize;
use serde_json::{Value, json};

use super::args::{SourceArgs, parse_moment, parse_number};
use crate::cli::actor::actor;
use crate::cli::args::FormatArgs;
use crate::cli::inert::inert;
use crate::cli::print;
use crate::config::Settings;
use crate::error::{CliError, Exit};

/// The longest note or reason in bytes.
const TEXT_BYTES_MAX: usize = 65_536;
/// The longest name of an operator in bytes.
const NAME_BYTES_MAX: usize = 200;

/// An action with its values.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// Add a note to a case
    Note {
        #[command(flatten)]
        target: TargetArgs,
        /// The note; - reads it from stdin
        #[arg(value_name = "TEXT|-", allow_hyphen_values = true)]
        text: String,
    },
    /// Name the operator who works on a case
    Assign {
        #[command(flatten)]
        target: TargetArgs,
        /// The operator
        #[arg(value_name = "NAME")]
        name: String,
    },
    /// Mark a case as in progress, or as waiting for the applicant
    State {
        #[command(flatten)]
        target: TargetArgs,
        /// The new state
        #[arg(value_parser = ["in_progress", "waiting"])]
        state: String,
    },
    /// Close a case with its outcome
    Close {
        #[command(flatten)]
        target: TargetArgs,
        /// The outcome
        #[arg(long, value_parser = OUTCOMES)]
        outcome: String,
        /// The reason, or the number of the other case
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
    },
    /// Open a closed case again
    Reopen {
        #[command(flatten)]
        target: TargetArgs,
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
}

/// The case of an action.
#[derive(Debug, Args)]
pub struct TargetArgs {
    /// The reception number
    #[arg(value_name = "NUMBER")]
    number: String,
    /// Refuse if the case has changed after its event of this number, which an earlier command printed
    #[arg(long, value_name = "N")]
    seen: Option<i64>,
    #[command(flatten)]
    source: SourceArgs,
    #[command(flatten)]
    format: FormatArgs,
}

/// Writes the event of an action and prints the new state.
pub async fn run(action: Action, file: Settings) -> Result<Exit, CliError> {
    let (target, kind, value) = action.parts();
    let number = parse_number(&target.number)?;
    let source = target.source.load(file)?;
    let body = value.body(&source.desk.profile().calendar.offset)?;
    let store = source.open_to_write().await?;
    let case = find(&*store, &number).await?;
    // A note never conflicts with another change.
    let after = target.seen.or((kind != EventKind::NoteAdded).then_some(case.changed_n));
    let draft = EventDraft { at: clock::now(), actor: &actor(), kind, body: &body, after, also_to: None };
    let event = seal_event(&case, &draft).map_err(|error| unchanged(&number, error.to_string()))?;
    let outcome = store.append(vec![event]).await?.into_iter().next().unwrap_or(Appended::NoCase);
    let n = written_n(&number, outcome)?;
    let case = find(&*store, &number).await?;
    let result = ActionResult::of(&case, n);
    if target.format.json || target.format.ndjson {
        print::record(&result)?;
    } else {
        print::line(result.words())?;
    }
    Ok(Exit::Accepted)
}

/// Reads a case that must be there and readable.
pub(super) async fn find(store: &dyn Store, number: &Number) -> Result<Case, CliError> {
    let case = store.show(number).await?.ok_or_else(|| CliError::NoCase(number.to_string()))?;
    case.map_err(|damaged| unchanged(number, damaged.to_string()))
}

/// Returns the number of a written event in its case, or the reason why it was not written.
pub(super) fn written_n(number: &Number, outcome: Appended) -> Result<i64, CliError> {
    match outcome {
        Appended::Stored { n, .. } => Ok(n.unwrap_or_default()),
        // A command is no request of an applicant.
        Appended::NoCase | Appended::Replayed { .. } | Appended::KeyReused => Err(CliError::NoCase(number.to_string())),
        Appended::Refused(refusal) => Err(unchanged(number, refusal.to_string())),
        Appended::Conflict { changed_n } => Err(unchanged(
            number,
            format!(
                "it was changed meanwhile, by its event {changed_n}: read it (kakekomi cases timeline), and repeat"
            ),
        )),
    }
}

pub(super) fn unchanged(number: &Number, why: String) -> CliError {
    CliError::Unchanged(number.to_string(), why)
}

/// The values of an action's body, before they are checked.
enum ActionValue {
    Ready(Value),
    Text(&'static str, String),
    Reason(Value, Option<String>),
    Name(String),
    Moment(Option<String>),
}

impl Action {
    fn parts(self) -> (TargetArgs, EventKind, ActionValue) {
        match self {
            Action::Note { target, text } => (target, EventKind::NoteAdded, ActionValue::Text("text", text)),
            Action::Assign { target, name } => (target, EventKind::CaseAssigned, ActionValue::Name(name)),
            Action::State { target, state } => {
                (target, EventKind::CaseState, ActionValue::Ready(json!({ "status": state })))
            }
            Action::Close { target, outcome, reason } => {
                (target, EventKind::CaseClosed, ActionValue::Reason(json!({ "outcome": outcome }), reason))
            }
            Action::Reopen { target } => (target, EventKind::CaseReopened, ActionValue::Ready(json!({}))),
            Action::Hold { target, release, reason } => {
                (target, EventKind::CaseHold, ActionValue::Reason(json!({ "hold": !release }), Some(reason)))
            }
            Action::FollowUp { target, date, .. } => (target, EventKind::CaseFollowUp, ActionValue::Moment(date)),
        }
    }
}

impl ActionValue {
    /// Checks the values and makes the event's body.
    fn body(self, desk_offset: &str) -> Result<Value, CliError> {
        Ok(match self {
            ActionValue::Ready(body) => body,
            ActionValue::Text(name, text) => {
                let text = if text == "-" { stdin()? } else { text };
                json!({ name: checked("the note", &text, TEXT_BYTES_MAX)? })
            }
            ActionValue::Name(name) => json!({ "assignee": checked("the name", &name, NAME_BYTES_MAX)? }),
            ActionValue::Reason(mut body, reason) => {
                if let (Some(reason), Value::Object(members)) = (reason, &mut body) {
                    members.insert("reason".to_owned(), checked("the reason", &reason, TEXT_BYTES_MAX)?.into());
                }
                body
            }
            ActionValue::Moment(date) => {
                json!({ "at": date.map(|date| parse_moment(&date, desk_offset)).transpose()? })
            }
        })
    }
}

/// Reads a text from stdin, a little more than is allowed, so that a longer one is noticed.
fn stdin() -> Result<String, CliError> {
    let mut text = String::new();
    let limit = u64::try_from(TEXT_BYTES_MAX).unwrap_or(u64::MAX).saturating_add(1);
    std::io::stdin().take(limit).read_to_string(&mut text).map_err(CliError::io("stdin"))?;
    Ok(text)
}

fn checked(what: &str, text: &str, max: usize) -> Result<String, CliError> {
    let text = text.trim();
    match text.len() {
        0 => Err(CliError::Usage(format!("{what} is empty"))),
        length if length > max => Err(CliError::Usage(format!("{what} is longer than {max} bytes"))),
        _ => Ok(text.to_owned()),
    }
}

/// A case after an action.
#[derive(Debug, Serialize)]
struct ActionResult<'a> {
    number: &'a str,
    /// The number of the new event.
    n: i64,
    status: &'a str,
    outcome: Option<&'a str>,
    assignee: Option<&'a str>,
    follow_up: Option<i64>,
    held: bool,
}

impl ActionResult<'_> {
    fn of(case: &Case, n: i64) -> ActionResult<'_> {
        let line = &case.line;
        ActionResult {
            number: &line.number,
            n,
            status: &line.status,
            outcome: line.outcome.as_deref(),
            assignee: line.assignee.as_deref(),
            follow_up: case.follow_up,
            held: line.held,
        }
    }

    fn words(&self) -> String {
        let ActionResult { number, n, status, outcome, assignee, held, .. } = self;
        let outcome = outcome.map_or_else(String::new, |outcome| format!(" ({outcome})"));
        let assignee = assignee.map_or_else(String::new, |name| format!("  {name}"));
        let held = if *held { "  on hold" } else { "" };
        inert(&format!("{number}  event {n}  {status}{outcome}{assignee}{held}")).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use kakekomi_store::Refusal;

    use super::*;

    #[test]
    fn empty_and_long_texts_are_refused() {
        let body = |text: &str| ActionValue::Text("text", text.to_owned()).body("+09:00");
        assert_eq!(body(" a\nb ").unwrap(), json!({"text": "a\nb"}));
        for wrong in ["", " \n", &"a".repeat(TEXT_BYTES_MAX + 1)] {
            assert_eq!(body(wrong).unwrap_err().exit(), Exit::Usage);
        }
        let moment = |date: Option<&str>| ActionValue::Moment(date.map(str::to_owned)).body("+09:00");
        assert_eq!(moment(Some("2026-11-20T09:30")).unwrap(), json!({"at": 1_795_134_600_000_i64}));
        assert_eq!(moment(None).unwrap(), json!({"at": null}));
        assert_eq!(moment(Some("tomorrow")).unwrap_err().exit(), Exit::Usage);
    }

    #[test]
    fn a_refused_event_is_explained() {
        let number = Number::random().unwrap();
        let why = |outcome| written_n(&number, outcome).unwrap_err().to_string();
        assert_eq!(written_n(&number, Appended::Stored { seq: 9, n: Some(4) }).unwrap(), 4);
        assert!(why(Appended::Conflict { changed_n: 3 }).contains("by its event 3"));
        assert!(why(Appended::Refused(Refusal::Closed)).contains("reopen it first"));
        assert!(why(Appended::NoCase).contains("there is no case"));
    }
}
