//! The answers of a case under the form's titles, with codes and moments in words.
//!
//! `{"incident":{"kind":"ransomware"}}` → 「インシデントの種類：ランサムウェア」

use kakekomi_core::message::{self, substitute};
use kakekomi_describe::{FieldDescription, describe};
use maud::{Markup, html};
use serde_json::Value;

use crate::frame::{Visit, inert, moment};

/// Writes all sections that have answers.
pub fn answers(visit: &Visit, values: &Value) -> Markup {
    let description = describe(visit.locale);
    let sections = description.sections.iter().filter_map(|section| Some((section, values.get(section.name)?)));
    html! {
        @for (section, value) in sections {
            section.answers {
                h3 { (section.title) }
                (group(visit, section, value))
            }
        }
    }
}

/// Writes one field: an answer, a record or a list.
pub fn shown(visit: &Visit, field: &FieldDescription, value: &Value) -> Markup {
    let has_members = field.item.is_some() || !field.fields.is_empty() && !is_unknown(value);
    if has_members { group(visit, field, value) } else { answer(visit, field, value) }
}

/// Writes a section, a record or a list.
fn group(visit: &Visit, field: &FieldDescription, value: &Value) -> Markup {
    match (value, &field.item) {
        (Value::Array(entries), Some(item)) => html! {
            @for (index, entry) in entries.iter().enumerate() {
                p { strong { (field.title) " " (index + 1) } }
                (members(visit, &item.fields, entry))
            }
        },
        _ => members(visit, &field.fields, value),
    }
}

fn members(visit: &Visit, fields: &[FieldDescription], value: &Value) -> Markup {
    html! {
        dl.rows {
            @for field in fields {
                @if let Some(value) = value.get(field.name) {
                    @if field.item.is_some() || !field.fields.is_empty() && !is_unknown(value) {
                        div.rows__group { dt { (field.title) } dd { (group(visit, field, value)) } }
                    } @else {
                        div { dt { (field.title) } dd { (answer(visit, field, value)) } }
                    }
                }
            }
        }
    }
}

fn is_unknown(value: &Value) -> bool {
    value.get("unknown") == Some(&Value::Bool(true))
}

/// Writes one answer.
fn answer(visit: &Visit, field: &FieldDescription, value: &Value) -> Markup {
    let words = &visit.words().case;
    let option = |word: &str| {
        field
            .options
            .iter()
            .find(|option| option.value == word)
            .map_or(word.to_owned(), |option| option.title.to_owned())
    };
    match value {
        _ if is_unknown(value) => html! { span.unknown { (words.unknown) } },
        Value::String(text) if field.kind == "phone" => inert::text(&phone_text(text)),
        Value::String(text) => inert::text(&option(text)),
        Value::Bool(flag) if field.options.is_empty() => html! { (if *flag { &words.yes } else { &words.no }) },
        Value::Bool(flag) => html! { (option(if *flag { "true" } else { "false" })) },
        Value::Array(list) => html! {
            ol.ordered { @for word in list.iter().filter_map(Value::as_str) { li { (option(word)) } } }
        },
        Value::Number(number) if field.kind == "instant" => {
            number.as_i64().map_or_else(|| html! { (number) }, |at| moment::full(visit, at))
        }
        Value::Object(_) => match (moment_text(visit, value), value.get("version").and_then(Value::as_str)) {
            (Some(moment), _) => html! { (moment) },
            (None, Some(version)) => html! { (substitute(&words.version, "version", version)) },
            _ => inert::text(&value.to_string()),
        },
        other => inert::text(&other.to_string()),
    }
}

/// Returns a normalised moment in words: `{"at":"2026-11-20T09:30","precision":"minute","offset":"+09:00"}` →
/// 「2026年11月20日 09:30」; `None` for another value.
pub fn moment_text(visit: &Visit, value: &Value) -> Option<String> {
    let at = value.get("at")?.as_str()?;
    let part = |range: std::ops::Range<usize>| at.get(range).unwrap_or_default();
    let key = match at.len() {
        0..=4 => "moment_year",
        5..=7 => "moment_month",
        8..=10 => "moment_day",
        _ => "moment_minute",
    };
    let word = |wanted: &str| message::page(visit.locale).find(|(key, _)| *key == wanted).map_or("", |(_, word)| word);
    let parts = [("year", part(0..4)), ("month", part(5..7)), ("day", part(8..10)), ("time", part(11..16))];
    let text = parts.into_iter().fold(word(key).to_owned(), |text, (name, value)| substitute(&text, name, value));
    let is_about = value.get("precision").and_then(Value::as_str) == Some("about");
    let text = if is_about { substitute(word("moment_about"), "moment", &text) } else { text };
    let offset = value
        .get("offset")
        .and_then(Value::as_str)
        .filter(|offset| *offset != visit.desk.desk().profile().calendar.offset);
    Some(offset.map_or(text.clone(), |offset| format!("{text} UTC{offset}")))
}

/// Returns a normalised number as people write it: `+81332119999;ext=12` → `0332119999 (12)`.
pub fn phone_text(number: &str) -> String {
    let (number, extension) = number.split_once(";ext=").unwrap_or((number, ""));
    let number = number.strip_prefix("+81").map_or_else(|| number.to_owned(), |rest| format!("0{rest}"));
    if extension.is_empty() { number } else { format!("{number} ({extension})") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_people_dial_them() {
        assert_eq!(phone_text("+81332119999;ext=12"), "0332119999 (12)");
        assert_eq!(phone_text("+15550100"), "+15550100");
    }
}
