//! The state of a case, as the sum of its events.
//!
//! ```text
//! received ─ assigned, state ─→ in_progress ⇄ waiting ─ closed ─→ closed(outcome) ─ reopened, amendment ─→ in_progress
//! any ─ erased ─→ erased
//! ```

use serde_json::Value;

use super::clause_states::ClauseStates;
use super::kind::EventKind;
use super::refusal::Refusal;

/// The states of a case.
const RECEIVED: &str = "received";
const IN_PROGRESS: &str = "in_progress";
const WAITING: &str = "waiting";
const CLOSED: &str = "closed";
/// The outcome of a case whose applicant was introduced to the forensics company: it is handed over after its end, too.
const INTRODUCED: &str = "introduced";
/// The actor of an event that the applicant caused.
pub(crate) const APPLICANT: &str = "applicant";
/// The state of an erased case.
pub(crate) const ERASED: &str = "erased";
/// The words of an urgency, the most urgent first.
pub const URGENCIES: [&str; 4] = ["critical", "high", "normal", "low"];
/// The outcomes of a closed case; no outcome claims more than is known.
pub const OUTCOMES: [&str; 8] = [
    "advised",
    "remote_supported",
    "introduced",
    "referred_to_vendor",
    "unreachable",
    "withdrawn",
    "duplicate_of",
    "out_of_scope",
];

/// The state of a case.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Projection {
    /// `received`, `in_progress`, `waiting`, `closed` or `erased`.
    pub status: String,
    /// The outcome of a closed case.
    pub outcome: Option<String>,
    /// The operator who works on it.
    pub assignee: Option<String>,
    /// Its urgency, where one was set.
    pub urgency: Option<String>,
    /// The moment since which the applicant waits for the desk.
    pub waiting_since: Option<i64>,
    /// The date to look at it again.
    pub follow_up: Option<i64>,
    /// True while it must not be erased.
    pub held: bool,
    /// The clauses' part of the state.
    #[sqlx(flatten)]
    pub clauses: ClauseStates,
    /// The number of its last event.
    pub last_n: i64,
    /// The number of its last event that is no reading.
    pub changed_n: i64,
}

/// The change that one event makes; `None` leaves a value as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(clippy::option_option, reason = "None leaves the value as it is, Some(None) removes it")]
pub struct Change {
    status: Option<&'static str>,
    outcome: Option<Option<String>>,
    assignee: Option<Option<String>>,
    urgency: Option<Option<String>>,
    waiting_since: Option<Option<i64>>,
    follow_up: Option<Option<i64>>,
    held: Option<bool>,
    /// The moment from which the applicant waits, unless that is so already.
    waits_from: Option<i64>,
    /// The moment at which the applicant added something: the desk has to act from then on, unless it has to already.
    added_at: Option<i64>,
}

impl Change {
    /// Computes the change of an event from its kind, its moment and its opened body. `None` for a body that the kind does
    /// not have, such as an unknown outcome.
    pub fn of(kind: EventKind, at: i64, body: &Value) -> Option<Change> {
        let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
        let change = match kind {
            EventKind::CaseReceived => {
                Change { status: Some(RECEIVED), waiting_since: Some(Some(at)), ..Change::default() }
            }
            EventKind::CaseAssigned => {
                let state = text("status").map_or(Some(Change::default()), |status| Change::to_state(at, &status))?;
                Change { assignee: Some(text("assignee")), ..state }
            }
            EventKind::CaseUrgency => {
                let urgency = text("urgency").filter(|word| URGENCIES.contains(&word.as_str()))?;
                Change { urgency: Some(Some(urgency)), ..Change::default() }
            }
            EventKind::QuestionAsked => Change::to_state(at, WAITING)?,
            EventKind::AnswerReceived | EventKind::AmendmentReceived | EventKind::IntentGiven => {
                Change { added_at: Some(at), ..Change::default() }
            }
            EventKind::CaseState => Change::to_state(at, &text("status")?)?,
            EventKind::CaseClosed => Change::closed(text("outcome")?)?,
            EventKind::CaseWithdrawn => Change::closed("withdrawn".to_owned())?,
            EventKind::CaseReopened => Change { outcome: Some(None), ..Change::to_state(at, IN_PROGRESS)? },
            EventKind::CaseHold => Change { held: Some(body.get("hold")?.as_bool()?), ..Change::default() },
            EventKind::CaseFollowUp => {
                Change { follow_up: Some(body.get("at").and_then(Value::as_i64)), ..Change::default() }
            }
            EventKind::CaseErased => Change::erased(),
            _ => Change::default(),
        };
        Some(change)
    }

    fn to_state(at: i64, status: &str) -> Option<Change> {
        match status {
            // The desk waits for the applicant.
            WAITING => Some(Change { status: Some(WAITING), waiting_since: Some(None), ..Change::default() }),
            // An applicant who waits already waits on: that the desk begins is no answer.
            IN_PROGRESS => Some(Change { status: Some(IN_PROGRESS), waits_from: Some(at), ..Change::default() }),
            _ => None,
        }
    }

    fn closed(outcome: String) -> Option<Change> {
        OUTCOMES.contains(&outcome.as_str()).then(|| Change {
            status: Some(CLOSED),
            outcome: Some(Some(outcome)),
            waiting_since: Some(None),
            follow_up: Some(None),
            ..Change::default()
        })
    }

    fn erased() -> Change {
        Change {
            status: Some(ERASED),
            outcome: Some(None),
            assignee: Some(None),
            urgency: Some(None),
            waiting_since: Some(None),
            follow_up: Some(None),
            held: Some(false),
            waits_from: None,
            added_at: None,
        }
    }
}

impl Projection {
    /// Creates the state of a case that was just received, with the urgency that the rules gave it and the wanted services.
    pub fn received(at: i64, urgency: Option<String>, services: Option<&str>) -> Projection {
        Projection {
            status: RECEIVED.to_owned(),
            outcome: None,
            assignee: None,
            urgency,
            waiting_since: Some(at),
            follow_up: None,
            held: false,
            clauses: ClauseStates::of_services(services),
            last_n: 1,
            changed_n: 1,
        }
    }

    /// Reports whether the state allows an event.
    ///
    /// # Errors
    /// [`Refusal`]: the reason why it does not.
    pub fn allows(&self, kind: EventKind) -> Result<(), Refusal> {
        let is_closed = self.status == CLOSED;
        match kind {
            _ if self.status == ERASED => Err(Refusal::Erased),
            EventKind::CaseErased if self.held => Err(Refusal::Held),
            EventKind::CaseReopened if !is_closed => Err(Refusal::NotClosed),
            EventKind::CaseAssigned
            | EventKind::CaseUrgency
            | EventKind::CaseState
            | EventKind::CaseClosed
            | EventKind::CaseFollowUp
            | EventKind::CaseWithdrawn
            | EventKind::QuestionAsked
            | EventKind::AnswerReceived
            | EventKind::FileDeclared
            | EventKind::ReferralApplied
            | EventKind::IntentRecorded
            | EventKind::RemoteOrdered
            | EventKind::RemoteNotice
            | EventKind::RemoteAcknowledged
            | EventKind::RemoteAction
                if is_closed =>
            {
                Err(Refusal::Closed)
            }
            EventKind::HandoverReleased | EventKind::HandoverCreated
                if !may_hand_over(&self.status, self.outcome.as_deref()) =>
            {
                Err(Refusal::Closed)
            }
            _ => self.clauses.allows(kind),
        }
    }

    /// Reports whether the state allows an event by this actor: an intent that was said by telephone is confirmed by another one
    /// than its recorder.
    ///
    /// # Errors
    /// [`Refusal`]: the reason why it does not.
    pub fn allows_by(&self, kind: EventKind, actor: &str) -> Result<(), Refusal> {
        self.allows(kind)?;
        let recorded_by = self.clauses.recorded_by.as_deref();
        if kind == EventKind::IntentGiven && actor != APPLICANT && recorded_by.is_none_or(|other| other == actor) {
            return Err(Refusal::NotRecorded);
        }
        Ok(())
    }

    /// Adds the next event of the case.
    pub fn apply(&mut self, kind: EventKind, actor: &str, change: &Change) {
        self.clauses.apply(kind, actor);
        self.last_n = self.last_n.saturating_add(1);
        if !kind.is_reading() {
            self.changed_n = self.last_n;
        }
        if let Some(status) = change.status {
            status.clone_into(&mut self.status);
        }
        set(&mut self.outcome, change.outcome.as_ref());
        set(&mut self.assignee, change.assignee.as_ref());
        set(&mut self.urgency, change.urgency.as_ref());
        set(&mut self.waiting_since, change.waiting_since.as_ref());
        set(&mut self.follow_up, change.follow_up.as_ref());
        set(&mut self.held, change.held.as_ref());
        if let Some(at) = change.waits_from {
            self.waiting_since.get_or_insert(at);
        }
        if let Some(at) = change.added_at {
            self.applicant_added(at);
        }
    }

    /// Gives the case back to the desk. A closed one is open again.
    fn applicant_added(&mut self, at: i64) {
        if [WAITING, CLOSED].contains(&self.status.as_str()) {
            IN_PROGRESS.clone_into(&mut self.status);
            self.outcome = None;
        }
        self.waiting_since.get_or_insert(at);
    }
}

/// Reports whether a case may be handed over by its status: a closed one only if its outcome is the introduction.
pub(crate) fn may_hand_over(status: &str, outcome: Option<&str>) -> bool {
    status != CLOSED || outcome == Some(INTRODUCED)
}

fn set<T: Clone>(value: &mut T, change: Option<&T>) {
    if let Some(change) = change {
        value.clone_from(change);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn events_lead_a_case_from_its_receipt_to_its_end() {
        let mut case = Projection::received(1, None, None);
        let steps = [
            (EventKind::CaseAssigned, json!({"assignee": "sato"}), "received", None),
            (EventKind::CaseState, json!({"status": "in_progress"}), "in_progress", None),
            (EventKind::CaseViewed, json!({}), "in_progress", None),
            (EventKind::CaseState, json!({"status": "waiting"}), "waiting", None),
            (EventKind::CaseClosed, json!({"outcome": "advised"}), "closed", Some("advised")),
            (EventKind::CaseReopened, json!({}), "in_progress", None),
            (EventKind::CaseWithdrawn, json!({}), "closed", Some("withdrawn")),
            (EventKind::CaseErased, json!({}), "erased", None),
        ];
        for (index, (kind, body, status, outcome)) in steps.into_iter().enumerate() {
            assert_eq!(case.allows(kind), Ok(()), "{kind}");
            case.apply(kind, "operator:sato", &Change::of(kind, 5, &body).unwrap());
            assert_eq!((case.status.as_str(), case.outcome.as_deref()), (status, outcome), "{kind}");
            assert_eq!(case.last_n, 2 + i64::try_from(index).unwrap());
            assert_eq!(case.changed_n == case.last_n, !kind.is_reading());
        }
        assert_eq!(case.assignee, None, "an erasure leaves no name");
    }

    #[test]
    fn an_applicant_waits_until_the_desk_waits_or_the_case_is_closed() {
        let mut case = Projection::received(1, None, None);
        let steps = [
            (EventKind::CaseAssigned, json!({"assignee": "sato", "status": "in_progress"}), 5, Some(1)),
            (EventKind::QuestionAsked, json!({}), 6, None),
            (EventKind::AnswerReceived, json!({}), 7, Some(7)),
            (EventKind::AmendmentReceived, json!({}), 8, Some(7)),
            (EventKind::CaseState, json!({"status": "waiting"}), 9, None),
            (EventKind::CaseState, json!({"status": "in_progress"}), 10, Some(10)),
            (EventKind::CaseClosed, json!({"outcome": "advised"}), 11, None),
            (EventKind::CaseReopened, json!({}), 12, Some(12)),
            (EventKind::CaseWithdrawn, json!({}), 13, None),
        ];
        for (kind, body, at, waiting_since) in steps {
            case.apply(kind, "operator:sato", &Change::of(kind, at, &body).unwrap());
            assert_eq!(case.waiting_since, waiting_since, "{kind}");
        }
    }

    #[test]
    fn what_a_state_forbids_is_refused_with_its_reason() {
        let state =
            |status: &str, held| Projection { status: status.to_owned(), held, ..Projection::received(1, None, None) };
        for (state, kind, refusal) in [
            (state("closed", false), EventKind::CaseClosed, Refusal::Closed),
            (state("closed", false), EventKind::CaseAssigned, Refusal::Closed),
            (state("received", false), EventKind::CaseReopened, Refusal::NotClosed),
            (state("closed", true), EventKind::CaseErased, Refusal::Held),
            (state("erased", false), EventKind::CaseViewed, Refusal::Erased),
        ] {
            assert_eq!(state.allows(kind), Err(refusal));
        }
        assert_eq!(state("closed", false).allows(EventKind::NoteAdded), Ok(()));
    }

    #[test]
    fn a_closed_case_is_handed_over_after_an_introduction_alone() {
        for outcome in OUTCOMES {
            let mut case = Projection::received(1, None, None);
            case.apply(EventKind::IntentGiven, APPLICANT, &Change::default());
            case.apply(EventKind::CaseClosed, "operator:sato", &Change::closed(outcome.to_owned()).unwrap());
            let expected = if outcome == "introduced" { Ok(()) } else { Err(Refusal::Closed) };
            assert_eq!(case.allows(EventKind::HandoverReleased), expected, "{outcome}");
            case.clauses.referral = Some("released".to_owned());
            assert_eq!(case.allows(EventKind::HandoverCreated), expected, "{outcome}");
            case.clauses.referral = Some("packaged".to_owned());
            assert_eq!(case.allows(EventKind::HandoverCollected), Ok(()), "{outcome}: what was packaged before");
        }
    }

    #[test]
    fn a_body_that_its_kind_does_not_have_gives_no_change() {
        for (kind, body) in [
            (EventKind::CaseClosed, json!({})),
            (EventKind::CaseClosed, json!({"outcome": "resolved"})),
            (EventKind::CaseState, json!({"status": "closed"})),
            (EventKind::CaseHold, json!({"hold": 1})),
        ] {
            assert_eq!(Change::of(kind, 5, &body), None, "{kind} {body}");
        }
    }
}
