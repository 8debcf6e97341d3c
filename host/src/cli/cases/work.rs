//! Case work by the commands: the same actions as on the desk's pages, by the user of the command line.
//!
//! `act(&work, &number, Action::Note { … }, None)` → the event is written, or the reason is a [`CliError`]

use std::sync::Arc;

use kakekomi_casework::{
    ActError, Acted, Action, Casework, ClauseAction, Conflict, DeskTerms, FieldCode, FieldError, Operator, Parts,
    ShownEvent, WorkError,
};
use kakekomi_service::desk::Desk;
use kakekomi_service::sealed_case::CaseReader;
use kakekomi_store::receipt_number::Number;
use kakekomi_store::{Store, clock};

use super::args::Source;
use crate::cli::actor::actor;
use crate::error::CliError;

/// Explains that a version has to be named.
const NEEDS_VERSION: &str =
    "--version-read is needed: without the identity nobody sees which version of the notice was read out";

/// The store of a command with its case work.
pub struct Work {
    pub store: Arc<dyn Store>,
    pub casework: Casework,
    pub operator: Operator,
}

impl Work {
    /// Opens the store for writing events. An action needs no identity; those of the clauses are checked against earlier events with
    /// one.
    pub async fn open(source: &Source, reader: Option<CaseReader>) -> Result<Work, CliError> {
        let store = source.open_to_write().await?;
        let parts = Parts {
            store: Arc::clone(&store),
            reader: reader.map(Arc::new),
            hash_key: None,
            service: source.service().map(Arc::new),
            storage: None,
            now: clock::now,
        };
        let casework = Casework::new(parts).with_terms(DeskTerms::of(&source.desk));
        Ok(Work { store, casework, operator: Operator::command_line(&actor()) })
    }

    /// Fills in the version of an acknowledgement that names none: that of the notice which was read out last.
    pub async fn with_last_notice(&self, number: &Number, desk: &Desk, action: Action) -> Result<Action, CliError> {
        match action {
            Action::Clause(ClauseAction::Acknowledge { by, how, version }) if version.is_empty() => {
                let last = self.casework.last_notice(number).await.map_err(|error| work_error(number, error))?;
                let version = match last {
                    // The state of the case refuses it then.
                    None => desk.risk_notice().version.clone(),
                    Some(last) => last_version(&last).ok_or_else(|| CliError::Usage(NEEDS_VERSION.to_owned()))?,
                };
                Ok(Action::Clause(ClauseAction::Acknowledge { by, how, version }))
            }
            other => Ok(other),
        }
    }

    /// Writes the event of an action.
    pub async fn act(&self, number: &Number, action: Action, seen: Option<i64>) -> Result<Acted, CliError> {
        let acted = self.casework.act(&self.operator, number, action, seen).await;
        acted.map_err(|error| act_error(number, error))
    }
}

fn last_version(notice: &ShownEvent) -> Option<String> {
    notice.body.as_ref()?.get("version")?.as_str().map(str::to_owned)
}

/// Converts the error of an action.
pub fn act_error(number: &Number, error: ActError) -> CliError {
    let unchanged = |why: String| CliError::Unchanged(number.to_string(), why);
    match error {
        ActError::Work(error) => work_error(number, error),
        ActError::Fields(errors) => CliError::Usage(errors.iter().map(field_sentence).collect::<Vec<_>>().join("; ")),
        ActError::Conflict(conflict) => unchanged(conflict_sentence(&conflict)),
        other => unchanged(other.to_string()),
    }
}

/// Converts the error of a case that is not shown.
pub fn work_error(number: &Number, error: WorkError) -> CliError {
    match error {
        WorkError::NoCase => CliError::NoCase(number.to_string()),
        WorkError::NotRecorded(error) => CliError::NotRecorded(error),
        WorkError::Store(error) => CliError::Store(error),
        other @ (WorkError::Damaged(_) | WorkError::Forbidden(_) | WorkError::NoFile | WorkError::NoTarget) => {
            CliError::Unchanged(number.to_string(), other.to_string())
        }
    }
}

/// Describes a conflict: the event that was not seen, and all changes since.
fn conflict_sentence(conflict: &Conflict) -> String {
    let Conflict { changed_n, theirs, mine } = conflict;
    let theirs = theirs.iter().map(|event| format!("{} by {}", event.kind, event.actor)).collect::<Vec<_>>().join(", ");
    format!(
        "it was changed meanwhile, by its event {changed_n} ({theirs}), so {} was not written: read it (kakekomi cases \
         timeline), and repeat",
        mine.kind
    )
}

fn field_sentence(FieldError { field, code }: &FieldError) -> String {
    if field == "n" {
        return "--seen N is needed: the event that you saw (kakekomi cases timeline)".to_owned();
    }
    let fault = match code {
        FieldCode::Required => "is empty",
        FieldCode::TooLong => "is too long",
        FieldCode::Unknown => "is no word of its list",
        FieldCode::NotAMoment => "is no time",
        FieldCode::TooEarly => "is more than a day ago",
        FieldCode::TooLate => "is more than two years ahead",
        FieldCode::NoSuchOperator => "is no enabled account that may work on cases (kakekomi operators list)",
        FieldCode::NotANumber => "is no reception number",
        FieldCode::NoSuchCase => "is the number of no case",
        FieldCode::SameCase => "is the number of this very case",
        FieldCode::NotHttps => "is no link that begins with https://",
        FieldCode::TooMany => "has too many entries",
        FieldCode::TooFew => "has too few entries",
        FieldCode::NotConfirmed => "is not confirmed",
        FieldCode::NotADigest => "is no SHA-256 of 64 hexadecimal digits",
        FieldCode::NoSuchOrganization => "is no registered organization for forensics, or it is disabled",
        FieldCode::NeedsApproval => {
            "is not the company of desk.toml (forensics_organization): attach the applicant's approval in writing, whose \
             recipient is this id"
        }
        FieldCode::NotReceived => "is not the organization that received the case (kakekomi refer show)",
        FieldCode::NoOrder => "needs an order of remote support that has not ended",
        FieldCode::OtherNotice => "is not that of the notice in force, or of the one that was read out last",
        FieldCode::GuidedNotice => "needs the acknowledged notice of remote work; that of guided work was read out",
        FieldCode::NoSuchReport => "is not the number of an event forensics_report.received",
    };
    format!("{} {fault}", field.replace('_', " "))
}

#[cfg(test)]
mod tests {
    use kakekomi_casework::ShownAction;
    use kakekomi_store::Refusal;
    use serde_json::json;

    use super::*;
    use crate::error::Exit;

    #[test]
    fn a_refused_event_is_explained() {
        let number = Number::random().unwrap();
        let why = |error| act_error(&number, error).to_string();
        let theirs = ShownEvent {
            seq: 9,
            n: Some(3),
            at: 5,
            actor: "operator:sato".to_owned(),
            kind: "case.closed".to_owned(),
            body: None,
        };
        let mine = ShownAction { kind: "case.state", body: json!({}) };
        let conflict = why(ActError::Conflict(Box::new(Conflict { changed_n: 3, mine, theirs: vec![theirs] })));
        assert!(conflict.contains("by its event 3 (case.closed by operator:sato), so case.state"), "{conflict}");
        assert!(why(ActError::Refused(Refusal::Closed)).contains("reopen it first"));
        assert!(why(ActError::Work(WorkError::NoCase)).contains("there is no case"));
        let wrong = FieldError { field: "duplicate_of".to_owned(), code: FieldCode::SameCase };
        let error = act_error(&number, ActError::Fields(vec![wrong]));
        assert_eq!(
            (error.exit(), error.to_string().as_str()),
            (Exit::Usage, "duplicate of is the number of this very case")
        );
    }
}
