//! Checks of an action's values, however they came.
//!
//! `Action::Note { text: "" }.check()` → `[text: required]`

use kakekomi_core::questions::{QuestionKind, Title};
use url::Url;

use super::{Action, Outcome, QuestionDraft};
use crate::fields::{FieldCode, FieldError, required};
use crate::limits::{CHOICES, LINK_BYTES_MAX, NAME_BYTES_MAX, QUESTIONS_MAX, TEXT_BYTES_MAX, TITLE_MAX};

impl Action {
    /// Lists the wrong values, by the names of their fields in a form.
    pub fn check(&self) -> Vec<FieldError> {
        let required = |field, text: &str| required(field, text, TEXT_BYTES_MAX);
        let optional = |field, text: &Option<String>| text.as_deref().and_then(|text| required(field, text));
        let errors = match self {
            Action::Start | Action::State { .. } | Action::FollowUp { .. } | Action::IssueCode | Action::Erase => {
                vec![]
            }
            Action::Assign { assignee } => {
                vec![assignee.as_deref().and_then(assignee_error)]
            }
            Action::Urgency { reason, .. } | Action::Hold { reason, .. } | Action::Withdraw { reason } => {
                vec![required("reason", reason)]
            }
            Action::Close { outcome, reason } => vec![outcome.check(), optional("reason", reason)],
            Action::Reopen { reason } => vec![optional("reason", reason)],
            Action::Note { text } | Action::Disclose { text } => vec![required("text", text)],
            Action::Call { text, disclosed, .. } => vec![optional("text", text), optional("disclosed", disclosed)],
            Action::Advice { text, limits, .. } => vec![required("text", text), required("limits", limits)],
            Action::Limitation { text, .. } => vec![optional("text", text)],
            Action::Ask { questions } => return check_questions(questions),
            Action::Clause(action) => return action.check(),
        };
        errors.into_iter().flatten().collect()
    }
}

impl Outcome {
    fn check(&self) -> Option<FieldError> {
        let Outcome::ReferredToVendor { link } = self else { return None };
        let is_https = |link: &str| Url::parse(link).is_ok_and(|url| url.scheme() == "https" && url.has_host());
        required("link", link, LINK_BYTES_MAX)
            .or_else(|| (!is_https(link)).then(|| FieldError::new("link", FieldCode::NotHttps)))
    }
}

/// Checks a name, which is a clear column: PostgreSQL stores no null character, and a list has no use for the others.
fn assignee_error(name: &str) -> Option<FieldError> {
    let is_strange = name.contains(char::is_control);
    required("assignee", name, NAME_BYTES_MAX)
        .or_else(|| is_strange.then(|| FieldError::new("assignee", FieldCode::Unknown)))
}

fn check_questions(questions: &[QuestionDraft]) -> Vec<FieldError> {
    match questions.len() {
        0 => return vec![FieldError::new("title.1", FieldCode::Required)],
        count if count > QUESTIONS_MAX => return vec![FieldError::new("title.1", FieldCode::TooMany)],
        _ => {}
    }
    let mut errors = Vec::new();
    for (place, question) in (1..).zip(questions) {
        let field = |name: &str| format!("{name}.{place}");
        let QuestionDraft { kind, title, choices, .. } = question;
        errors.extend(title_error(title).map(|code| FieldError::new(field("title"), code)));
        let allowed = if *kind == QuestionKind::Choice { CHOICES } else { 0..=0 };
        let code = match choices.len() {
            count if count < *allowed.start() => Some(FieldCode::TooFew),
            count if count > *allowed.end() => Some(FieldCode::TooMany),
            _ => choices.iter().find_map(title_error),
        };
        errors.extend(code.map(|code| FieldError::new(field("choices"), code)));
    }
    errors
}

/// Finds the fault of a title in either language.
fn title_error(title: &Title) -> Option<FieldCode> {
    [Some(&title.ja), title.en.as_ref()].into_iter().flatten().find_map(|text| match text.chars().count() {
        _ if text.trim().is_empty() => Some(FieldCode::Required),
        count if count > TITLE_MAX => Some(FieldCode::TooLong),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action::{Channel, Confidence, LimitationKind, Urgency};

    /// Lists the errors of an action as `field: code`.
    fn errors(action: &Action) -> Vec<String> {
        action.check().iter().map(ToString::to_string).collect()
    }

    type MakeAction<'a> = &'a dyn Fn(String) -> Action;

    #[test]
    fn each_text_is_stored_up_to_its_limit_and_refused_above_it() {
        let advice = |text: String, limits: String| {
            let (confidence, channel) = (Confidence::High, Channel::Mail);
            Action::Advice { text, confidence, limits, channel }
        };
        let fields: [(&str, usize, MakeAction<'_>); 13] = [
            ("assignee", NAME_BYTES_MAX, &|name| Action::Assign { assignee: Some(name) }),
            ("reason", TEXT_BYTES_MAX, &|reason| Action::Urgency { urgency: Urgency::High, reason }),
            ("reason", TEXT_BYTES_MAX, &|reason| Action::Hold { hold: true, reason }),
            ("reason", TEXT_BYTES_MAX, &|reason| Action::Withdraw { reason }),
            ("reason", TEXT_BYTES_MAX, &|reason| Action::Reopen { reason: Some(reason) }),
            ("reason", TEXT_BYTES_MAX, &|reason| Action::Close { outcome: Outcome::Advised, reason: Some(reason) }),
            ("text", TEXT_BYTES_MAX, &|text| Action::Note { text }),
            ("text", TEXT_BYTES_MAX, &|text| Action::Disclose { text }),
            ("text", TEXT_BYTES_MAX, &|text| Action::Call { reached: true, text: Some(text), disclosed: None }),
            ("disclosed", TEXT_BYTES_MAX, &|text| Action::Call { reached: true, text: None, disclosed: Some(text) }),
            ("text", TEXT_BYTES_MAX, &|text| advice(text, "l".to_owned())),
            ("limits", TEXT_BYTES_MAX, &|limits| advice("t".to_owned(), limits)),
            ("text", TEXT_BYTES_MAX, &|text| Action::Limitation {
                limitation: LimitationKind::InterviewIncomplete,
                text: Some(text),
            }),
        ];
        for (field, max, action) in fields {
            assert_eq!(errors(&action("a".repeat(max))), Vec::<String>::new(), "{field}");
            assert_eq!(errors(&action("a".repeat(max + 1))), [format!("{field}: too_long")]);
            assert_eq!(errors(&action(String::new())), [format!("{field}: required")]);
            assert_eq!(errors(&action(" \n\u{3000}".to_owned())), [format!("{field}: required")]);
        }
    }

    #[test]
    fn an_assignee_has_no_control_characters() {
        for name in ["sa\0to", "sa\nto", "sato\u{1b}[2J"] {
            assert_eq!(errors(&Action::Assign { assignee: Some(name.to_owned()) }), ["assignee: unknown"], "{name:?}");
        }
    }

    #[test]
    fn a_link_is_https_and_not_too_long() {
        let link = |link: String| errors(&Action::Close { outcome: Outcome::ReferredToVendor { link }, reason: None });
        let long = |bytes: usize| format!("https://vendor.example/{}", "a".repeat(bytes - 23));
        assert_eq!(link(long(LINK_BYTES_MAX)), Vec::<String>::new());
        assert_eq!(link(long(LINK_BYTES_MAX + 1)), ["link: too_long"]);
        assert_eq!(link(String::new()), ["link: required"]);
        for wrong in ["http://vendor.example", "ftp://vendor.example", "vendor.example", "https://", "data:text/html,x"]
        {
            assert_eq!(link(wrong.to_owned()), ["link: not_https"], "{wrong}");
        }
    }

    #[test]
    fn questions_are_limited_in_number_titles_and_choices() {
        let title = |length: usize| Title { ja: "問".repeat(length), en: None };
        let question = |kind, title_length, choices: usize, choice_length| QuestionDraft {
            kind,
            required: false,
            title: title(title_length),
            choices: vec![title(choice_length); choices],
        };
        let text = |length| question(QuestionKind::Text, length, 0, 0);
        let choice = |choices, length| question(QuestionKind::Choice, 1, choices, length);
        for (questions, expected) in [
            (vec![text(TITLE_MAX); QUESTIONS_MAX], ""),
            (vec![choice(*CHOICES.start(), TITLE_MAX), choice(*CHOICES.end(), 1)], ""),
            (vec![], "title.1: required"),
            (vec![text(1); QUESTIONS_MAX + 1], "title.1: too_many"),
            (vec![text(1), text(TITLE_MAX + 1)], "title.2: too_long"),
            (vec![text(0)], "title.1: required"),
            (vec![choice(*CHOICES.start() - 1, 1)], "choices.1: too_few"),
            (vec![choice(*CHOICES.end() + 1, 1)], "choices.1: too_many"),
            (vec![choice(2, TITLE_MAX + 1)], "choices.1: too_long"),
            (vec![question(QuestionKind::YesNo, 1, 1, 1)], "choices.1: too_many"),
        ] {
            assert_eq!(errors(&Action::Ask { questions }).join(", "), expected);
        }
        let en = QuestionDraft { title: Title { en: Some("q".repeat(TITLE_MAX + 1)), ..title(1) }, ..text(1) };
        assert_eq!(errors(&Action::Ask { questions: vec![en] }), ["title.1: too_long"]);
    }
}
