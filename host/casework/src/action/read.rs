//! Reading of an action from the fields of a form.
//!
//! `Action::read("hold", &fields, "+09:00")` with `hold=yes&reason=…` → [`Action::Hold`], or the wrong fields
//!
//! ```text
//! start, code     no fields                       assign      assignee (empty: nobody)
//! urgency         urgency reason                  state       status
//! close           outcome reason? link? duplicate_of?         reopen  reason?
//! hold            hold=yes|no reason              follow_up   at (2026-11-20 or 2026-11-20T09:30; empty: none)
//! note, disclose  text                            call        reached=yes|no text? disclosed?
//! advice          text confidence limits channel  limitation  limitation text?
//! withdraw        reason                          erase       confirm=yes
//! ask             title.1 title_en.1? kind.1 required.1=yes? choices.1? (a line each: 日本語 | English), title.2 …
//! ```

use kakekomi_core::questions::{QuestionKind, Title};
use kakekomi_store::clock;
use kakekomi_store::receipt_number::Number;

use super::{Action, Channel, Confidence, LimitationKind, Outcome, QuestionDraft, Urgency, WorkState};
use crate::fields::{FieldCode, FieldError, Fields};
use crate::limits::QUESTIONS_MAX;

impl Action {
    /// Reads the action of a word of [`Action::WORDS`]. `None` for another word. `offset` is the desk's, such as `+09:00`.
    ///
    /// # Errors
    /// The wrong fields, in their order.
    pub fn read(word: &str, fields: &Fields, offset: &str) -> Option<Result<Action, Vec<FieldError>>> {
        let mut form = Form { fields, errors: Vec::new() };
        let action = form.action(word, offset)?;
        let mut errors = form.errors;
        // A field with an error has a placeholder as its value, which has no second error.
        errors.extend(
            action
                .check()
                .into_iter()
                .filter(|error| !errors.iter().any(|known| known.field == error.field))
                .collect::<Vec<_>>(),
        );
        Some(if errors.is_empty() { Ok(action) } else { Err(errors) })
    }
}

/// A form while it is read.
struct Form<'a> {
    fields: &'a Fields,
    errors: Vec<FieldError>,
}

impl Form<'_> {
    fn action(&mut self, word: &str, offset: &str) -> Option<Action> {
        Some(match word {
            "start" => Action::Start,
            "assign" => Action::Assign { assignee: self.optional("assignee") },
            "urgency" => Action::Urgency {
                urgency: self.word("urgency", Urgency::read, Urgency::Normal),
                reason: self.text("reason"),
            },
            "state" => Action::State { state: self.word("status", WorkState::read, WorkState::InProgress) },
            "close" => Action::Close { outcome: self.outcome(), reason: self.optional("reason") },
            "reopen" => Action::Reopen { reason: self.optional("reason") },
            "hold" => Action::Hold { hold: self.word("hold", yes_or_no, false), reason: self.text("reason") },
            "follow_up" => Action::FollowUp { at: self.moment("at", offset) },
            "note" => Action::Note { text: self.text("text") },
            "call" => Action::Call {
                reached: self.word("reached", yes_or_no, false),
                text: self.optional("text"),
                disclosed: self.optional("disclosed"),
            },
            "advice" => Action::Advice {
                text: self.text("text"),
                confidence: self.word("confidence", Confidence::read, Confidence::Low),
                limits: self.text("limits"),
                channel: self.word("channel", Channel::read, Channel::Phone),
            },
            "limitation" => Action::Limitation {
                limitation: self.word("limitation", LimitationKind::read, LimitationKind::ToolsDoNotRun),
                text: self.optional("text"),
            },
            "ask" => Action::Ask { questions: (1..=QUESTIONS_MAX).filter_map(|place| self.question(place)).collect() },
            "disclose" => Action::Disclose { text: self.text("text") },
            "code" => Action::IssueCode,
            "withdraw" => Action::Withdraw { reason: self.text("reason") },
            "erase" => {
                if self.fields.get("confirm") != Some("yes") {
                    self.errors.push(FieldError::new("confirm", FieldCode::NotConfirmed));
                }
                Action::Erase
            }
            _ => return None,
        })
    }

    fn optional(&self, name: &str) -> Option<String> {
        self.fields.get(name).map(str::to_owned)
    }

    /// Reads a text; its length and presence are checked with the action.
    fn text(&self, name: &str) -> String {
        self.optional(name).unwrap_or_default()
    }

    /// Reads a word of a list; `placeholder` has the place of a wrong one.
    fn word<T>(&mut self, name: &str, read: impl Fn(&str) -> Option<T>, placeholder: T) -> T {
        let code = match self.fields.get(name) {
            None => FieldCode::Required,
            Some(word) => match read(word) {
                Some(value) => return value,
                None => FieldCode::Unknown,
            },
        };
        self.errors.push(FieldError::new(name, code));
        placeholder
    }

    fn moment(&mut self, name: &str, offset: &str) -> Option<i64> {
        let text = self.fields.get(name)?;
        let moment = clock::parse_local(text, offset);
        if moment.is_none() {
            self.errors.push(FieldError::new(name, FieldCode::NotAMoment));
        }
        moment
    }

    fn outcome(&mut self) -> Outcome {
        let word = self.word("outcome", |word| Outcome::WORDS.into_iter().find(|known| *known == word), "advised");
        match word {
            "remote_supported" => Outcome::RemoteSupported,
            "introduced" => Outcome::Introduced,
            "referred_to_vendor" => Outcome::ReferredToVendor { link: self.text("link") },
            "unreachable" => Outcome::Unreachable,
            "withdrawn" => Outcome::Withdrawn,
            "duplicate_of" => match self.fields.get("duplicate_of").map(Number::read) {
                Some(Ok(number)) => Outcome::DuplicateOf(number),
                wrong => {
                    let code = if wrong.is_none() { FieldCode::Required } else { FieldCode::NotANumber };
                    self.errors.push(FieldError::new("duplicate_of", code));
                    Outcome::OutOfScope
                }
            },
            "out_of_scope" => Outcome::OutOfScope,
            _ => Outcome::Advised,
        }
    }

    /// Reads the question at a place of the form; `None` where its title and its choices are empty.
    fn question(&mut self, place: usize) -> Option<QuestionDraft> {
        let field = |name: &str| format!("{name}.{place}");
        let choices = self.fields.get(&field("choices")).unwrap_or_default();
        let choices: Vec<Title> = choices.lines().map(str::trim).filter(|line| !line.is_empty()).map(choice).collect();
        let title = self.text(&field("title"));
        if title.is_empty() && choices.is_empty() {
            return None;
        }
        let kind = self.word(&field("kind"), question_kind, QuestionKind::Text);
        let required = self.fields.get(&field("required")) == Some("yes");
        // Choices of another kind were written before the kind was changed.
        let choices = if kind == QuestionKind::Choice { choices } else { Vec::new() };
        Some(QuestionDraft {
            kind,
            required,
            title: Title { ja: title, en: self.optional(&field("title_en")) },
            choices,
        })
    }
}

/// Reads a line of choices: `はい | Yes`.
fn choice(line: &str) -> Title {
    match line.split_once('|') {
        Some((ja, en)) => {
            Title { ja: ja.trim().to_owned(), en: Some(en.trim().to_owned()).filter(|en| !en.is_empty()) }
        }
        None => Title { ja: line.to_owned(), en: None },
    }
}

fn yes_or_no(word: &str) -> Option<bool> {
    match word {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    }
}

/// Reads the contract's word of a kind of question.
pub(crate) fn question_kind(word: &str) -> Option<QuestionKind> {
    match word {
        "text" => Some(QuestionKind::Text),
        "choice" => Some(QuestionKind::Choice),
        "moment" => Some(QuestionKind::Moment),
        "yes_no" => Some(QuestionKind::YesNo),
        _ => None,
    }
}
