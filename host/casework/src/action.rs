//! The actions on a case, with their fields.
//!
//! `Action::Close { outcome: Outcome::Advised, reason: None }` → the event `case.closed` `{"outcome":"advised"}`
//!
//! No word of ours claims more than is known: the outcomes are the contract's, and advice always has its confidence and its
//! limits, and is marked as reference information (clauses 4②⑧⑪⑬).

mod approval;
mod body;
mod check;
mod clauses;
mod read;
mod words;

use kakekomi_core::questions::{QuestionKind, Title};
use kakekomi_store::EventKind;
use kakekomi_store::receipt_number::Number;

pub use approval::{ApprovalDraft, FIELD_PREFIX};
pub use clauses::{AcknowledgedHow, ClauseAction, ReportPurpose, SpokenDocument, WorkMode, WorkedBy};
pub use read::question_kind;

use crate::operator::Right;
use words::words;

/// An action on a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// The operator takes the case and begins to work on it.
    Start,
    /// Names the one who works on it, or nobody.
    Assign {
        /// The name of an account.
        assignee: Option<String>,
    },
    /// Sets the urgency.
    Urgency {
        /// The urgency.
        urgency: Urgency,
        /// The reason.
        reason: String,
    },
    /// Marks it as in progress, or as waiting for the applicant.
    State {
        /// The state.
        state: WorkState,
    },
    /// Closes it.
    Close {
        /// The outcome.
        outcome: Outcome,
        /// The reason.
        reason: Option<String>,
    },
    /// Opens a closed case again.
    Reopen {
        /// The reason.
        reason: Option<String>,
    },
    /// Protects it from erasure, or ends that.
    Hold {
        /// True to protect it.
        hold: bool,
        /// The reason.
        reason: String,
    },
    /// Sets or removes the date to look at it again.
    FollowUp {
        /// Milliseconds since the epoch, UTC.
        at: Option<i64>,
    },
    /// Adds a note.
    Note {
        /// The note.
        text: String,
    },
    /// Records a telephone call.
    Call {
        /// True if the applicant was reached.
        reached: bool,
        /// The words of both sides.
        text: Option<String>,
        /// The information that the desk disclosed, which is confidential (clause 2①).
        disclosed: Option<String>,
    },
    /// Records advice, which is reference information (参考情報).
    Advice {
        /// The advice.
        text: String,
        /// The confidence of the findings that it rests on.
        confidence: Confidence,
        /// The limits of the findings.
        limits: String,
        /// The way by which it was given.
        channel: Channel,
    },
    /// Records a condition under which the support may fall short (clause 4⑫).
    Limitation {
        /// The condition.
        limitation: LimitationKind,
        /// Details.
        text: Option<String>,
    },
    /// Asks the applicant.
    Ask {
        /// The questions, one to [`QUESTIONS_MAX`](crate::limits::QUESTIONS_MAX).
        questions: Vec<QuestionDraft>,
    },
    /// Discloses information to the applicant on the return page.
    Disclose {
        /// The information, which is confidential (clause 2①).
        text: String,
    },
    /// Makes a new return code, which the operator says on the telephone. The former code ends.
    IssueCode,
    /// Records that the applicant withdrew the application by telephone.
    Withdraw {
        /// The reason, or who said it.
        reason: String,
    },
    /// Removes the contents for good.
    Erase,
    /// An action that the clauses of the consent document govern.
    Clause(ClauseAction),
}

/// A question before it has an id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuestionDraft {
    /// The kind of its answer.
    pub kind: QuestionKind,
    /// True if the answers are not accepted without it.
    pub required: bool,
    /// The question itself.
    pub title: Title,
    /// The titles of the choices; empty for the other kinds.
    pub choices: Vec<Title>,
}

/// The outcome of a closed case; none of them claims that an incident is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The applicant got advice.
    Advised,
    /// The applicant got remote support.
    RemoteSupported,
    /// A company for incident response was introduced.
    Introduced,
    /// The applicant was referred to the vendor (clause 4⑤).
    ReferredToVendor {
        /// The vendor's page, `https://…`.
        link: String,
    },
    /// The applicant could not be reached.
    Unreachable,
    /// The applicant withdrew the application.
    Withdrawn,
    /// It is the same matter as another case.
    DuplicateOf(Number),
    /// It is nothing for this desk.
    OutOfScope,
}

words! {
    /// The urgency of a case, as an operator sets it.
    Urgency {
        /// Damage goes on, or grows by the hour.
        Critical = "critical",
        /// Soon.
        High = "high",
        /// In its turn.
        Normal = "normal",
        /// When there is time.
        Low = "low",
    }
}

words! {
    /// The state of an open case.
    WorkState {
        /// The desk works on it.
        InProgress = "in_progress",
        /// The desk waits for the applicant.
        Waiting = "waiting",
    }
}

words! {
    /// The confidence of findings (clause 4⑪).
    Confidence {
        /// Little is known.
        Low = "low",
        /// Some of it is known.
        Medium = "medium",
        /// Most of it is known. It is no certainty.
        High = "high",
    }
}

words! {
    /// The way by which advice was given.
    Channel {
        /// By telephone.
        Phone = "phone",
        /// During remote support.
        Remote = "remote",
        /// By mail.
        Mail = "mail",
        /// On the return page.
        Return = "return",
    }
}

words! {
    /// The two conditions of clause 4⑫ that the desk alone can know.
    LimitationKind {
        /// The desk's tools do not run on the device.
        ToolsDoNotRun = "tools_do_not_run",
        /// The interview is incomplete.
        InterviewIncomplete = "interview_incomplete",
    }
}

impl Outcome {
    /// The words of all outcomes, in the contract's order.
    pub const WORDS: [&str; 8] = kakekomi_store::OUTCOMES;

    /// Returns the contract's word.
    pub fn as_str(&self) -> &'static str {
        match self {
            Outcome::Advised => "advised",
            Outcome::RemoteSupported => "remote_supported",
            Outcome::Introduced => "introduced",
            Outcome::ReferredToVendor { .. } => "referred_to_vendor",
            Outcome::Unreachable => "unreachable",
            Outcome::Withdrawn => "withdrawn",
            Outcome::DuplicateOf(_) => "duplicate_of",
            Outcome::OutOfScope => "out_of_scope",
        }
    }
}

/// The actions that an address may name by the kind of their event.
const WORDS_BY_KIND: [(EventKind, &str); 16] = [
    (EventKind::CaseAssigned, "assign"),
    (EventKind::CaseUrgency, "urgency"),
    (EventKind::CaseState, "state"),
    (EventKind::CaseClosed, "close"),
    (EventKind::CaseReopened, "reopen"),
    (EventKind::CaseHold, "hold"),
    (EventKind::CaseFollowUp, "follow_up"),
    (EventKind::CaseWithdrawn, "withdraw"),
    (EventKind::CaseErased, "erase"),
    (EventKind::NoteAdded, "note"),
    (EventKind::CallLogged, "call"),
    (EventKind::AdviceGiven, "advice"),
    (EventKind::LimitationRecorded, "limitation"),
    (EventKind::QuestionAsked, "ask"),
    (EventKind::DisclosureShared, "disclose"),
    (EventKind::CodeIssued, "code"),
];

impl Action {
    /// The words of the actions that no clause governs: the last part of a form's address. [`ClauseAction::WORDS`] has the others.
    pub const WORDS: [&str; 17] = [
        "start",
        "assign",
        "urgency",
        "state",
        "close",
        "reopen",
        "hold",
        "follow_up",
        "note",
        "call",
        "advice",
        "limitation",
        "ask",
        "disclose",
        "code",
        "withdraw",
        "erase",
    ];

    /// Finds the word of an action by the word itself or by the kind of its event: `note` and `note.added` → `note`. `None` for
    /// any other name.
    pub fn word(name: &str) -> Option<&'static str> {
        let by_kind = WORDS_BY_KIND.iter().find(|(kind, _)| kind.as_str() == name).map(|(_, word)| *word);
        by_kind.or_else(|| Action::WORDS.into_iter().chain(ClauseAction::WORDS).find(|word| *word == name))
    }

    /// Returns the kind of its event.
    pub fn kind(&self) -> EventKind {
        match self {
            Action::Start | Action::Assign { .. } => EventKind::CaseAssigned,
            Action::Urgency { .. } => EventKind::CaseUrgency,
            Action::State { .. } => EventKind::CaseState,
            Action::Close { .. } => EventKind::CaseClosed,
            Action::Reopen { .. } => EventKind::CaseReopened,
            Action::Hold { .. } => EventKind::CaseHold,
            Action::FollowUp { .. } => EventKind::CaseFollowUp,
            Action::Note { .. } => EventKind::NoteAdded,
            Action::Call { .. } => EventKind::CallLogged,
            Action::Advice { .. } => EventKind::AdviceGiven,
            Action::Limitation { .. } => EventKind::LimitationRecorded,
            Action::Ask { .. } => EventKind::QuestionAsked,
            Action::Disclose { .. } => EventKind::DisclosureShared,
            Action::IssueCode => EventKind::CodeIssued,
            Action::Withdraw { .. } => EventKind::CaseWithdrawn,
            Action::Erase => EventKind::CaseErased,
            Action::Clause(action) => action.kind(),
        }
    }

    /// Returns the right that it needs.
    pub fn right(&self) -> Right {
        match self {
            Action::Hold { .. } => Right::Hold,
            Action::Erase => Right::Erase,
            Action::Clause(action) => action.right(),
            _ => Right::Act,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_is_named_by_its_word_or_by_the_kind_of_its_event() {
        for (kind, word) in WORDS_BY_KIND {
            assert!(Action::WORDS.contains(&word), "{word}");
            assert_eq!((Action::word(kind.as_str()), Action::word(word)), (Some(word), Some(word)));
        }
        assert_eq!((Action::word("start"), Action::word("case.viewed"), Action::word("")), (Some("start"), None, None));
    }
}
