//! その他: the answers to the desk's later questions, which come with the context.
//!
//! With the question `q1` of kind `yes_no`, `{"other": {"q1": "yes"}}` → `Given(Yes)` at `/other/q1`, and `{"contact": {…}}` →
//! `key.unknown`: in such a context this is the only section.

use super::answer::Answer;
use super::declare::section;
use super::field::{Field, FieldKind, FieldSpec};
use super::line::read_text;
use super::section::visit_nested;
use super::situation::YesNo;
use super::slot::{HasKind, Slot, Value};
use super::visit::Visit;
use super::{MomentField, Text};
use crate::code::Code;
use crate::diagnostics::Diagnostics;
use crate::issue::Params;
use crate::json::{Node, Writer};
use crate::object::read_members;
use crate::path::PathCursor;
use crate::questions::{Choice, Question, QuestionKind};

section! {
    /// The draft of an applicant who answers questions.
    pub struct Answers {
        other: Other = section("その他");
    }
}

impl Answers {
    /// A draft without answers to these questions.
    pub fn new(questions: &[Question]) -> Answers {
        let answers = questions.iter().map(|question| QuestionAnswer::new(question.kind)).collect();
        Answers { other: Other { questions: questions.to_vec(), answers } }
    }
}

/// Questions, and an answer to each.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Other {
    questions: Vec<Question>,
    answers: Vec<QuestionAnswer>,
}

/// The answer to a question, by its kind.
#[derive(Debug, Clone, PartialEq, Eq)]
enum QuestionAnswer {
    Text(Answer<Text>),
    Choice(Answer<Word>),
    Moment(Answer<MomentField>),
    YesNo(Answer<YesNo>),
}

/// The row of a question; its name is its `id`, which the position has.
const fn row(spec: FieldSpec) -> Field {
    Field { name: "", spec: spec.or_unknown(), kind: FieldKind::Reserved }
}

static REQUIRED: Field = row(FieldSpec::required("その他"));
static OPTIONAL: Field = row(FieldSpec::optional("その他"));

/// The word of a choice.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Word(String);

impl Value for Word {
    const KIND: FieldKind = FieldKind::Choice(&[]);

    fn read(node: Node<'_>, at: &PathCursor<'_>, diagnostics: &mut Diagnostics) -> Answer<Word> {
        read_text(str::is_empty, node, at, diagnostics).map(Word)
    }

    fn write(&self, out: &mut Writer) {
        out.text(&self.0);
    }
}

impl HasKind for Other {
    const KIND: FieldKind = FieldKind::Section(&[]);
}

impl Slot for Other {
    fn read(&mut self, node: Node<'_>, at: &PathCursor<'_>, diagnostics: &mut Diagnostics) {
        let Other { questions, answers } = self;
        let find = |key: &str| questions.iter().position(|question| question.id == key);
        let is_object = read_members(node, at, diagnostics, &find, &mut |row, node, at, diagnostics| {
            if let Some((question, answer)) = questions.get(row).zip(answers.get_mut(row)) {
                answer.slot_mut().read(node, at, diagnostics);
                if !answer.is_among(&question.choices) {
                    diagnostics.add(at, Code::ChoiceUnknown, Params::none());
                    *answer = QuestionAnswer::Choice(Answer::Invalid);
                }
            }
        });
        if !is_object {
            diagnostics.skipped_sections.push(at.sort_key);
        }
    }

    fn visit(&self, field: &Field, at: &PathCursor<'_>, visit: &mut Visit<'_, '_>) {
        let each = |visit: &mut Visit<'_, '_>| {
            for (row, (question, answer)) in self.questions.iter().zip(&self.answers).enumerate() {
                let field = if question.required { &REQUIRED } else { &OPTIONAL };
                answer.slot().visit(field, &at.member(&question.id, Some(row)), visit);
            }
        };
        visit_nested(&each, field, visit);
    }
}

impl QuestionAnswer {
    const fn new(kind: QuestionKind) -> QuestionAnswer {
        match kind {
            QuestionKind::Text => QuestionAnswer::Text(Answer::Absent),
            QuestionKind::Choice => QuestionAnswer::Choice(Answer::Absent),
            QuestionKind::Moment => QuestionAnswer::Moment(Answer::Absent),
            QuestionKind::YesNo => QuestionAnswer::YesNo(Answer::Absent),
        }
    }

    /// Checks that a word is one of the choices.
    fn is_among(&self, choices: &[Choice]) -> bool {
        match self {
            QuestionAnswer::Choice(Answer::Given(word)) => choices.iter().any(|choice| choice.value == word.0),
            _ => true,
        }
    }

    fn slot(&self) -> &dyn Slot {
        match self {
            QuestionAnswer::Text(answer) => answer,
            QuestionAnswer::Choice(answer) => answer,
            QuestionAnswer::Moment(answer) => answer,
            QuestionAnswer::YesNo(answer) => answer,
        }
    }

    fn slot_mut(&mut self) -> &mut dyn Slot {
        match self {
            QuestionAnswer::Text(answer) => answer,
            QuestionAnswer::Choice(answer) => answer,
            QuestionAnswer::Moment(answer) => answer,
            QuestionAnswer::YesNo(answer) => answer,
        }
    }
}
