//! The desk's questions in the events of a case.
//!
//! `question.asked` with `q1` and `q2`, then nothing → both are open; after `answer.received` → none

use kakekomi_core::questions::{self, Choice, Question};
use kakekomi_store::{Event, EventKind};
use serde_json::Value;

use crate::action::QuestionDraft;
use crate::limits::QUESTIONS_MAX;
use crate::timeline::ShownEvent;

/// Lists the questions that have no answer yet.
pub fn open_questions(timeline: &[ShownEvent]) -> Vec<Question> {
    let is = |event: &ShownEvent, kind: EventKind| event.kind == kind.as_str();
    let answered = timeline.iter().rposition(|event| is(event, EventKind::AnswerReceived));
    let later = timeline.iter().skip(answered.map_or(0, |place| place.saturating_add(1)));
    let asked = later.filter(|event| is(event, EventKind::QuestionAsked));
    asked.filter_map(|event| event.body.as_ref()).flat_map(questions_of).collect()
}

/// Reads the questions of a body of `question.asked`; none where it cannot be read.
pub fn questions_of(body: &Value) -> Vec<Question> {
    let list = body.get("questions").map(Value::to_string);
    list.and_then(|list| questions::read(list.as_bytes()).ok()).unwrap_or_default()
}

/// Gives questions the ids that no question of the case has. An earlier event has at most [`QUESTIONS_MAX`], so that its
/// sealed body need not be read.
pub fn with_ids(drafts: &[QuestionDraft], events: &[Event]) -> Vec<Question> {
    let asked = events.iter().filter(|event| event.kind == EventKind::QuestionAsked.as_str()).count();
    let first = asked.saturating_mul(QUESTIONS_MAX).saturating_add(1);
    let ids = (first..).map(|place| format!("q{place}"));
    ids.zip(drafts).map(|(id, draft)| question(id, draft)).collect()
}

fn question(id: String, draft: &QuestionDraft) -> Question {
    let QuestionDraft { kind, required, title, choices } = draft.clone();
    let choices = (1..).zip(choices).map(|(place, title)| Choice { value: format!("c{place}"), title }).collect();
    Question { id, kind, required, title, choices }
}
