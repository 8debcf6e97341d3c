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

mod clauses;

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
        let mut form = Form { fields, errors: Vec::new(), places: Vec::new() };
        let action = form.action(word, offset)?;
        let mut errors = form.errors;
        for FieldError { field, code } in action.check() {
            let error = FieldError { field: in_form(&field, &form.places), code };
            // The placeholder of a wrong value has no second error.
            if errors.iter().all(|known| known.field != error.field) {
                errors.push(error);
            }
        }
        Some(if errors.is_empty() { Ok(action) } else { Err(errors) })
    }
}

/// A form while it is read.
struct Form<'a> {
    fields: &'a Fields,
    errors: Vec<FieldError>,
    /// The places of the questions in the form, of which some are left empty.
    places: Vec<usize>,
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
                self.confirm("confirm");
                Action::Erase
            }
            other => return self.clause_action(other).map(Action::Clause),
        })
    }

    fn optional(&self, name: &str) -> Option<String> {
        self.fields.get(name).map(str::to_owned)
    }

    /// Reads a text; its length and presence are checked with the action.
    fn text(&self, name: &str) -> String {
        self.optional(name).unwrap_or_default()
    }

    /// Demands that a box is ticked.
    fn confirm(&mut self, name: &str) {
        if self.fields.get(name) != Some("yes") {
            self.errors.push(FieldError::new(name, FieldCode::NotConfirmed));
        }
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
        self.places.push(place);
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

/// Renames a field of the second question to that of its place in the form: `title.2` → `title.3`.
fn in_form(field: &str, places: &[usize]) -> String {
    let place = field.split_once('.').and_then(|(name, index)| {
        let index: usize = index.parse().ok()?;
        Some((name, places.get(index.checked_sub(1)?)?))
    });
    place.map_or_else(|| field.to_owned(), |(name, place)| format!("{name}.{place}"))
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
pub fn question_kind(word: &str) -> Option<QuestionKind> {
    match word {
        "text" => Some(QuestionKind::Text),
        "choice" => Some(QuestionKind::Choice),
        "moment" => Some(QuestionKind::Moment),
        "yes_no" => Some(QuestionKind::YesNo),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(word: &str, fields: &[(&str, &str)]) -> Result<Action, String> {
        let read = Action::read(word, &Fields::new(fields.iter().copied()), "+09:00").unwrap();
        read.map_err(|errors| errors.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))
    }

    #[test]
    fn every_action_is_read_from_its_fields() {
        let number = "2609-4873-1059";
        let text = |text: &str| text.to_owned();
        let expected = [
            ("start", vec![], Action::Start),
            ("assign", vec![("assignee", " sato ")], Action::Assign { assignee: Some(text("sato")) }),
            ("assign", vec![("assignee", "")], Action::Assign { assignee: None }),
            (
                "urgency",
                vec![("urgency", "high"), ("reason", "r")],
                Action::Urgency { urgency: Urgency::High, reason: text("r") },
            ),
            ("state", vec![("status", "waiting")], Action::State { state: WorkState::Waiting }),
            (
                "close",
                vec![("outcome", "duplicate_of"), ("duplicate_of", "２６０９ 4873 1059")],
                Action::Close { outcome: Outcome::DuplicateOf(Number::read(number).unwrap()), reason: None },
            ),
            ("reopen", vec![("reason", "r")], Action::Reopen { reason: Some(text("r")) }),
            ("hold", vec![("hold", "yes"), ("reason", "r")], Action::Hold { hold: true, reason: text("r") }),
            ("follow_up", vec![("at", "2026-11-20T09:30")], Action::FollowUp { at: Some(1_795_134_600_000) }),
            ("follow_up", vec![], Action::FollowUp { at: None }),
            ("note", vec![("text", "a\nb")], Action::Note { text: text("a\nb") }),
            ("call", vec![("reached", "no")], Action::Call { reached: false, text: None, disclosed: None }),
            (
                "advice",
                vec![("text", "t"), ("confidence", "low"), ("limits", "l"), ("channel", "return")],
                Action::Advice {
                    text: text("t"),
                    confidence: Confidence::Low,
                    limits: text("l"),
                    channel: Channel::Return,
                },
            ),
            (
                "limitation",
                vec![("limitation", "interview_incomplete")],
                Action::Limitation { limitation: LimitationKind::InterviewIncomplete, text: None },
            ),
            ("disclose", vec![("text", "t")], Action::Disclose { text: text("t") }),
            ("code", vec![], Action::IssueCode),
            ("withdraw", vec![("reason", "r")], Action::Withdraw { reason: text("r") }),
            ("erase", vec![("confirm", "yes")], Action::Erase),
        ];
        for (word, fields, action) in expected {
            assert_eq!(read(word, &fields), Ok(action), "{word}");
        }
        for outcome in Outcome::WORDS {
            let fields = [("outcome", outcome), ("link", "https://vendor.example"), ("duplicate_of", number)];
            assert!(
                matches!(read("close", &fields), Ok(Action::Close { outcome: read, .. }) if read.as_str() == outcome)
            );
        }
        assert!(Action::WORDS.iter().all(|word| Action::read(word, &Fields::default(), "+09:00").is_some()));
        assert!(Action::read("resolve", &Fields::default(), "+09:00").is_none());
    }

    #[test]
    fn wrong_fields_are_named_once_each() {
        for (word, fields, expected) in [
            ("urgency", vec![], "urgency: required, reason: required"),
            ("urgency", vec![("urgency", "now"), ("reason", "r")], "urgency: unknown"),
            ("state", vec![("status", "closed")], "status: unknown"),
            ("close", vec![("outcome", "resolved")], "outcome: unknown"),
            ("close", vec![("outcome", "duplicate_of")], "duplicate_of: required"),
            (
                "close",
                vec![("outcome", "duplicate_of"), ("duplicate_of", "1111-1111-1112")],
                "duplicate_of: not_a_number",
            ),
            ("close", vec![("outcome", "referred_to_vendor")], "link: required"),
            ("hold", vec![("hold", "maybe")], "hold: unknown, reason: required"),
            ("follow_up", vec![("at", "tomorrow")], "at: not_a_moment"),
            ("note", vec![("text", " ")], "text: required"),
            ("call", vec![], "reached: required"),
            ("advice", vec![("text", "t")], "confidence: required, channel: required, limits: required"),
            ("limitation", vec![("limitation", "tired")], "limitation: unknown"),
            ("ask", vec![], "title.1: required"),
            ("ask", vec![("title.1", "q")], "kind.1: required"),
            (
                "ask",
                vec![("title.1", "q"), ("kind.1", "text"), ("title.3", "q"), ("kind.3", "choice"), ("choices.3", "一")],
                "choices.3: too_few",
            ),
            ("erase", vec![], "confirm: not_confirmed"),
        ] {
            assert_eq!(read(word, &fields), Err(expected.to_owned()), "{word} {fields:?}");
        }
    }

    #[test]
    fn questions_are_read_by_their_places() {
        let fields = [
            ("title.1", "再起動しましたか"),
            ("kind.1", "yes_no"),
            ("required.1", "yes"),
            ("choices.1", "left over\nfrom another kind"),
            ("title.3", "どれ"),
            ("title_en.3", "Which"),
            ("kind.3", "choice"),
            ("choices.3", " 一 | One \n\n二"),
        ];
        let Ok(Action::Ask { questions }) = read("ask", &fields) else { panic!() };
        let title = |ja: &str, en: Option<&str>| Title { ja: ja.to_owned(), en: en.map(str::to_owned) };
        assert_eq!(questions.len(), 2);
        assert_eq!(
            (questions[0].kind, questions[0].required, questions[0].choices.len()),
            (QuestionKind::YesNo, true, 0)
        );
        assert_eq!(questions[1].title, title("どれ", Some("Which")));
        assert_eq!(questions[1].choices, [title("一", Some("One")), title("二", None)]);
        assert!(!questions[1].required);
    }
}
