//! Checks of an action's values, however they came.
//!
//! `Action::Note { text: "" }.check()` → `[text: required]`

use kakekomi_core::questions::{QuestionKind, Title};
use url::Url;

use super::{Action, Outcome, QuestionDraft};
use crate::fields::{FieldCode, FieldError};
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
                vec![assignee.as_deref().and_then(|name| self::required("assignee", name, NAME_BYTES_MAX))]
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

/// Checks that a text is there and not too long.
fn required(field: &str, text: &str, max: usize) -> Option<FieldError> {
    let code = match text.len() {
        _ if text.trim().is_empty() => FieldCode::Required,
        length if length > max => FieldCode::TooLong,
        _ => return None,
    };
    Some(FieldError::new(field, code))
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
