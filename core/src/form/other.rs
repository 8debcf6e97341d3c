//! その他: the answers to the desk's later questions, which come with the context.
//!
//! With the question `q1` of kind `yes_no`, `{"other": {"q1": "yes"}}` → `Given(Yes)` at `/other/q1`, and `{"contact": {…}}` →
//! `key.unknown`: in such a context this is the only section.

use super::answer::Answer;
use super::field::{Field, FieldKind, FieldSpec};
use super::purpose::Purposes;
use super::section::Section;
use super::situation::YesNo;
use super::slot::Slot;
use super::visit::Visit;
use super::{MomentField, Text};
use crate::code::Code;
use crate::diagnostics::Diagnostics;
use crate::issue::Params;
use crate::json::Node;
use crate::object::read_members;
use crate::path::PathCursor;
use crate::questions::{Choice, Question, QuestionKind};

/// The draft of an applicant who answers questions: the section `other` alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answers<'q>(Other<'q>);

/// The questions, and an answer to each.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Other<'q> {
    questions: &'q [Question],
    answers: Vec<QuestionAnswer>,
}

impl Answers<'_> {
    /// A draft without answers to these questions.
    pub fn new(questions: &[Question]) -> Answers<'_> {
        let mut answers = Vec::with_capacity(questions.len());
        for question in questions {
            answers.push(QuestionAnswer::new(question.kind));
        }
        Answers(Other { questions, answers })
    }
}

impl Section for Answers<'_> {
    fn fields(&self) -> &'static [Field] {
        &SECTION
    }

    fn each(&self, visit: &mut dyn FnMut(&dyn Slot)) {
        visit(&self.0);
    }

    fn slot(&mut self, _: usize) -> Option<&mut dyn Slot> {
        Some(&mut self.0)
    }
}

/// The answer to a question: a text is also one of the choices.
#[derive(Debug, Clone, PartialEq, Eq)]
enum QuestionAnswer {
    Text(Answer<Text>),
    Moment(Answer<MomentField>),
    YesNo(Answer<YesNo>),
}

/// The row of the section.
static SECTION: [Field; 1] =
    [Field { name: "other", spec: FieldSpec::section("その他", Purposes::CASE), kind: FieldKind::Section(&[]) }];

/// The rows of questions; their name is the `id`, which the position has.
static REQUIRED: Field = row(FieldSpec::required("その他", Purposes::CASE));
static OPTIONAL: Field = row(FieldSpec::optional("その他", Purposes::CASE));

const fn row(spec: FieldSpec) -> Field {
    Field { name: "", spec: spec.or_unknown(), kind: FieldKind::Reserved }
}

impl Slot for Other<'_> {
    fn read(&mut self, node: Node<'_>, at: &PathCursor<'_>, diagnostics: &mut Diagnostics) {
        let Other { questions, answers } = self;
        let find = |key: &str| questions.iter().position(|question| question.id == key);
        let is_object = read_members(node, at, diagnostics, &find, &mut |row, node, at, diagnostics| {
            if let Some((question, answer)) = questions.get(row).zip(answers.get_mut(row)) {
                answer.slot_mut().read(node, at, diagnostics);
                if answer.is_no_choice(&question.choices) {
                    diagnostics.add(at, Code::ChoiceUnknown, Params::none());
                    *answer = QuestionAnswer::Text(Answer::Invalid);
                }
            }
        });
        if !is_object {
            diagnostics.skipped_sections.push(at.sort_key);
        }
    }

    /// Visits the answers. Writing begins with the section's key, since a draft of answers has nothing else.
    fn visit(&self, field: &Field, at: &PathCursor<'_>, visit: &mut Visit<'_, '_>) {
        if let Visit::Write(out) = visit {
            out.key(field.name);
            out.object();
        }
        for (row, (question, answer)) in self.questions.iter().zip(&self.answers).enumerate() {
            let field = if question.required { &REQUIRED } else { &OPTIONAL };
            answer.slot().visit(field, &at.member(&question.id, Some(row)), visit);
        }
        if let Visit::Write(out) = visit {
            out.end_object();
        }
    }
}

impl QuestionAnswer {
    const fn new(kind: QuestionKind) -> QuestionAnswer {
        match kind {
            QuestionKind::Text | QuestionKind::Choice => QuestionAnswer::Text(Answer::Absent),
            QuestionKind::Moment => QuestionAnswer::Moment(Answer::Absent),
            QuestionKind::YesNo => QuestionAnswer::YesNo(Answer::Absent),
        }
    }

    /// Checks for a word that is none of the choices, where there are choices.
    fn is_no_choice(&self, choices: &[Choice]) -> bool {
        let QuestionAnswer::Text(Answer::Given(word)) = self else { return false };
        !choices.is_empty() && choices.iter().all(|choice| choice.value != word.0)
    }

    fn slot(&self) -> &dyn Slot {
        match self {
            QuestionAnswer::Text(answer) => answer,
            QuestionAnswer::Moment(answer) => answer,
            QuestionAnswer::YesNo(answer) => answer,
        }
    }

    fn slot_mut(&mut self) -> &mut dyn Slot {
        match self {
            QuestionAnswer::Text(answer) => answer,
            QuestionAnswer::Moment(answer) => answer,
            QuestionAnswer::YesNo(answer) => answer,
        }
    }
}
