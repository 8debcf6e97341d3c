//! The questions of a case and their parts, as their JSON has them.
//!
//! `[{"id":"q1","kind":"yes_no","title":{"ja":"再起動しましたか"}}]`, `q1` → 「再起動しましたか」

use kakekomi_core::Locale;
use maud::{Markup, html};
use serde_json::Value;

use crate::frame::{Visit, inert};

/// Writes the questions of a body of `question.asked`.
pub fn list(visit: &Visit, body: &Value) -> Markup {
    let questions = body.get("questions").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    html! { ul.questions { @for question in questions { li { (one(visit, question)) } } } }
}

fn one(visit: &Visit, question: &Value) -> Markup {
    let words = visit.words();
    let kind = question.get("kind").and_then(Value::as_str).unwrap_or_default();
    let required = question.get("required").and_then(Value::as_bool) == Some(true);
    let choices = question.get("choices").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let choices: Vec<_> = choices.iter().filter_map(|choice| title(visit, choice)).collect();
    html! {
        (inert::text(&title(visit, question).unwrap_or_default()))
        " " span.label {
            "（" (words.coded.question.get(kind)) @if required { (words.frame.list_separator) (words.case.required) } "）"
            @if !choices.is_empty() { (inert::text(&choices.join(" / "))) }
        }
    }
}

/// Returns the title of a question or a choice in the visit's language, or in Japanese.
fn title(visit: &Visit, titled: &Value) -> Option<String> {
    let title = titled.get("title")?;
    let own = if visit.locale == Locale::En { title.get("en") } else { None };
    own.or_else(|| title.get("ja"))?.as_str().map(str::to_owned)
}

fn find<'a>(asked: &'a Value, id: &str) -> Option<&'a Value> {
    asked.as_array()?.iter().find(|question| question.get("id").and_then(Value::as_str) == Some(id))
}

/// Returns the title of the question with an id; the id itself for an unknown one.
pub fn title_of(visit: &Visit, asked: &Value, id: &str) -> String {
    find(asked, id).and_then(|question| title(visit, question)).unwrap_or_else(|| id.to_owned())
}

/// Returns the title of a chosen value.
pub fn choice_of(visit: &Visit, asked: &Value, id: &str, value: &str) -> Option<String> {
    let choices = find(asked, id)?.get("choices")?.as_array()?;
    let chosen = choices.iter().find(|choice| choice.get("value").and_then(Value::as_str) == Some(value))?;
    title(visit, chosen)
}

/// Reports whether a question is answered with yes or no.
pub fn is_yes_no(asked: &Value, id: &str) -> bool {
    find(asked, id).and_then(|question| question.get("kind")).and_then(Value::as_str) == Some("yes_no")
}
