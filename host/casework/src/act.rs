//! The actions: each is one sealed event.
//!
//! `act(&operator, &number, Action::Assign { … }, Some(3))` → event 4, or, if `sato` wrote the event 4 meanwhile,
//! [`Conflict`] with both changes

use kakekomi_accounts::Role;
use kakekomi_core::questions;
use kakekomi_service::return_visit::ReturnCode;
use kakekomi_service::sealed_case::return_code_text;
use kakekomi_store::receipt_number::Number;
use kakekomi_store::{Appended, Case, Event, EventKind, NewEvent};
use serde_json::{Value, json};

use crate::action::{Action, ClauseAction, Outcome, QuestionDraft};
use crate::casework::{Casework, demand};
use crate::conflict::{Conflict, ShownAction};
use crate::error::{ActError, WorkError};
use crate::fields::{FieldCode, FieldError};
use crate::limits::{FOLLOW_UP_FUTURE_MS, FOLLOW_UP_PAST_MS, QUESTIONS_MAX};
use crate::operator::{Operator, Right, may};
use crate::questions::{open_questions, with_ids};
use crate::timeline::{self, ShownEvent};

/// A case after an action.
#[derive(Debug)]
pub struct Acted {
    /// The number of the new event in its case.
    pub n: i64,
    /// The clear columns after it.
    pub case: Case,
    /// The new return code, which is shown once.
    pub code: Option<ReturnCode>,
    /// After an erasure: false if the database's files still hold the sealed bytes ([`Casework::purge`]).
    pub is_purged: Option<bool>,
}

/// A case after its erasure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Erased {
    /// The number of the event in its case.
    pub n: i64,
}

impl Casework {
    /// Writes the event of an action. `seen_n` is the last changing event that the operator saw; without it, only a change
    /// during this call is a conflict, and a note has none.
    ///
    /// # Errors
    /// [`ActError`]; nothing is written then.
    pub async fn act(
        &self,
        operator: &Operator,
        number: &Number,
        action: Action,
        seen_n: Option<i64>,
    ) -> Result<Acted, ActError> {
        demand(operator, action.right())?;
        self.check_values(&action).await?;
        if action == Action::Erase {
            return self.erase_and_purge(operator, number, seen_n).await;
        }
        let case = self.case(number).await?;
        if let Action::Clause(clause) = &action {
            self.check_clause(operator, number, &case, clause, seen_n).await?;
        }
        let (mut body, also_to) = self.body(operator, number, &case, &action).await?;
        let after = seen_n.or((action.kind() != EventKind::NoteAdded).then_some(case.changed_n));
        let code = match action {
            Action::IssueCode => Some(ReturnCode::random().map_err(ActError::Random)?),
            _ => None,
        };
        let return_code = code.as_ref().map(|code| code.hash().bound_to(number));
        // Sealed, so that another hash in the database is found.
        if let (Some(hash), Some(members)) = (return_code, body.as_object_mut()) {
            members.insert("return_code".to_owned(), return_code_text(&hash).into());
        }
        let event = self.sealed(operator, &case, action.kind(), &body, after, also_to.as_deref())?;
        // The code's hash replaces that of the former code in the transaction of the event.
        let event = NewEvent { return_code, ..event };
        let mut events = vec![event];
        if [EventKind::IntentWithdrawn, EventKind::CaseWithdrawn].contains(&action.kind()) {
            events.extend(self.ended_packages(operator, number, &case).await?);
        }
        let outcome = self.store().append(events).await?.into_iter().next().unwrap_or(Appended::NoCase);
        let n = match outcome {
            Appended::Conflict { changed_n } => {
                let mine = ShownAction { kind: action.kind().as_str(), body };
                let seen = after.unwrap_or_default();
                return Err(self.conflict(operator, number, mine, seen, changed_n).await?);
            }
            other => written_n(other)?,
        };
        Ok(Acted { n, case: self.case(number).await?, code, is_purged: None })
    }

    /// Erases a case; its sealed bytes stay in the database's files until [`Casework::purge`].
    ///
    /// # Errors
    /// [`ActError`].
    pub async fn erase(&self, operator: &Operator, number: &Number) -> Result<Erased, ActError> {
        self.erase_seen(operator, number, None).await
    }

    /// Erases a case unless it has changed since the operator saw it: an answer that nobody has read must not be lost.
    async fn erase_seen(&self, operator: &Operator, number: &Number, seen_n: Option<i64>) -> Result<Erased, ActError> {
        demand(operator, Right::Erase)?;
        let case = self.case(number).await?;
        // It keeps no reason: nothing could open its body after the case's own identity is gone.
        let mine = ShownAction { kind: EventKind::CaseErased.as_str(), body: json!({}) };
        let event = self.sealed(operator, &case, EventKind::CaseErased, &mine.body, seen_n, None)?;
        match self.store().erase(event).await? {
            Appended::Conflict { changed_n } => {
                Err(self.conflict(operator, number, mine, seen_n.unwrap_or_default(), changed_n).await?)
            }
            outcome => Ok(Erased { n: written_n(outcome)? }),
        }
    }

    /// Removes what was erased from the database's own files; false if bytes are left.
    ///
    /// # Errors
    /// [`WorkError::Store`].
    pub async fn purge(&self) -> Result<bool, WorkError> {
        Ok(self.store().purge().await?)
    }

    async fn erase_and_purge(
        &self,
        operator: &Operator,
        number: &Number,
        seen_n: Option<i64>,
    ) -> Result<Acted, ActError> {
        let Erased { n } = self.erase_seen(operator, number, seen_n).await?;
        let is_purged = Some(self.purge().await?);
        Ok(Acted { n, case: self.case(number).await?, code: None, is_purged })
    }

    /// Refuses wrong values.
    async fn check_values(&self, action: &Action) -> Result<(), ActError> {
        let mut errors = action.check();
        if errors.is_empty() {
            errors.extend(self.fault(action).await?);
        }
        if errors.is_empty() { Ok(()) } else { Err(ActError::Fields(errors)) }
    }

    /// Finds a value that the accounts or the clock do not allow.
    async fn fault(&self, action: &Action) -> Result<Option<FieldError>, ActError> {
        let (field, code) = match action {
            Action::Assign { assignee: Some(name) } if !self.works(name).await? => {
                ("assignee", FieldCode::NoSuchOperator)
            }
            Action::FollowUp { at: Some(at) } if *at < self.now().saturating_sub(FOLLOW_UP_PAST_MS) => {
                ("at", FieldCode::TooEarly)
            }
            Action::FollowUp { at: Some(at) } if *at > self.now().saturating_add(FOLLOW_UP_FUTURE_MS) => {
                ("at", FieldCode::TooLate)
            }
            _ => return Ok(None),
        };
        Ok(Some(FieldError::new(field, code)))
    }

    /// Reports whether an account of this name may sign in and work on cases.
    async fn works(&self, name: &str) -> Result<bool, ActError> {
        let account = self.store().account(name).await?;
        let may_act = |role: &str| role.parse::<Role>().is_ok_and(|role| may(role, Right::Act));
        Ok(account.is_some_and(|account| !account.disabled && may_act(&account.role)))
    }

    /// Makes the body of an action's event, and names its further recipient.
    async fn body(
        &self,
        operator: &Operator,
        number: &Number,
        case: &Case,
        action: &Action,
    ) -> Result<(Value, Option<String>), ActError> {
        match action {
            Action::Ask { questions } => {
                let body = self.asked(number, case, questions).await?;
                Ok((body, Some(self.service_recipient()?)))
            }
            Action::Disclose { .. } => Ok((action.body(operator), Some(self.service_recipient()?))),
            Action::Clause(ClauseAction::Approve(_)) => {
                Ok((self.with_approval_id(number, action.body(operator)).await?, None))
            }
            // The return page shows the link; without the service's recipient the desk alone does.
            Action::Close { outcome: Outcome::ReferredToVendor { .. }, .. } => {
                Ok((action.body(operator), self.service_recipient().ok()))
            }
            Action::Close { outcome: Outcome::DuplicateOf(other), .. } => {
                self.check_other(number, other).await?;
                Ok((action.body(operator), None))
            }
            _ => Ok((action.body(operator), None)),
        }
    }

    fn service_recipient(&self) -> Result<String, ActError> {
        let recipients = self.parts.service.as_ref().map(|service| service.recipients());
        recipients.and_then(|recipients| recipients.into_iter().next()).ok_or(ActError::NoServiceRecipient)
    }

    /// Checks the number of the other case of a duplicate.
    async fn check_other(&self, number: &Number, other: &Number) -> Result<(), ActError> {
        let code = match self.store().show(other).await? {
            _ if number == other => FieldCode::SameCase,
            None => FieldCode::NoSuchCase,
            Some(_) => return Ok(()),
        };
        Err(ActError::Fields(vec![FieldError::new("duplicate_of", code)]))
    }

    /// Makes the body of `question.asked`. The open questions of a case go into one context, so their number is limited.
    async fn asked(&self, number: &Number, case: &Case, drafts: &[QuestionDraft]) -> Result<Value, ActError> {
        let events = self.events(number).await?;
        if drafts.len().saturating_add(self.count_open(case, &events)) > QUESTIONS_MAX {
            return Err(ActError::Fields(vec![FieldError::new("title.1", FieldCode::TooMany)]));
        }
        let questions = questions::write(&with_ids(drafts, &events));
        Ok(json!({ "questions": serde_json::from_slice::<Value>(&questions).unwrap_or_default() }))
    }

    /// Counts the open questions. They are sealed to the service too; where nothing opens them, an event counts as the most.
    fn count_open(&self, case: &Case, events: &[Event]) -> usize {
        let is = |event: &Event, kind: EventKind| event.kind == kind.as_str();
        let answered = events.iter().rposition(|event| is(event, EventKind::AnswerReceived));
        let later = events.get(answered.map_or(0, |place| place.saturating_add(1))..).unwrap_or_default();
        let asked: Vec<_> = later.iter().filter(|event| is(event, EventKind::QuestionAsked)).cloned().collect();
        if asked.is_empty() {
            return 0;
        }
        let count = asked.len();
        let opened = self.parts.reader.as_ref().and_then(|reader| reader.open(case).ok().flatten());
        let shown = match (&opened, &self.parts.service) {
            (Some(opened), _) => timeline::shown_by(&opened.identity, asked),
            (None, Some(service)) => timeline::shown_by(service, asked),
            (None, None) => Vec::new(),
        };
        let is_read = shown.len() == count && shown.iter().all(|event| event.body.is_some());
        if is_read { open_questions(&shown).len() } else { count.saturating_mul(QUESTIONS_MAX) }
    }

    /// Makes a conflict: the events after the one that the operator saw. They are opened as in a view, after its event.
    async fn conflict(
        &self,
        operator: &Operator,
        number: &Number,
        mine: ShownAction,
        seen: i64,
        changed_n: i64,
    ) -> Result<ActError, ActError> {
        let view = self.view(operator, number).await?;
        let is_theirs = |event: &ShownEvent| event.n.is_some_and(|n| n > seen) && !event.is_reading();
        let theirs = view.timeline.into_iter().filter(is_theirs).collect();
        Ok(ActError::Conflict(Box::new(Conflict { changed_n, mine, theirs })))
    }
}

/// Returns the number of a written event in its case, or the reason why it was not written.
pub(crate) fn written_n(outcome: Appended) -> Result<i64, ActError> {
    match outcome {
        Appended::Stored { n, .. } => Ok(n.unwrap_or_default()),
        Appended::Refused(refusal) => Err(ActError::Refused(refusal)),
        // An event of the desk has no request, and its conflicts are handled where both changes are known.
        Appended::NoCase | Appended::Conflict { .. } | Appended::Replayed { .. } | Appended::KeyReused => {
            Err(ActError::Work(WorkError::NoCase))
        }
    }
}
