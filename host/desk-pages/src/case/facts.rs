//! The first lines of a case: what an operator has to know before calling back.
//!
//! company, telephone, kind, ongoing, since when, wanted services, what is missing, state and waiting time

use kakekomi_casework::{CaseView, Contents, OpenedContents, ShownEvent};
use kakekomi_core::{message, urgency};
use kakekomi_store::EventKind;
use maud::{Markup, html};
use serde_json::Value;

use super::answers::{moment_text, phone_text};
use super::clause_forms;
use crate::frame::{Visit, inert, moment};
use crate::queue::{kind_title, services, state, urgency as urgency_word};

/// The most answers that are named as missing; the rest are counted.
const MISSING_SHOWN: usize = 6;

/// Writes the line above the facts: number, urgency, state.
pub fn status_line(visit: &Visit, view: &CaseView) -> Markup {
    let (case, words) = (&view.case, &visit.words().queue);
    let line = &case.line;
    html! {
        p.case-status {
            span.number.case-status__number { (line.number) }
            (urgency_word(visit, line.urgency.as_deref()))
            span.case-status__state { (state(visit, &line.status, line.outcome.as_deref())) }
            @if let Some(since) = case.waiting_since { span { (words.waiting) " " strong { (waiting(visit, since)) } " " span.label { (words.in_open_hours) } } }
            @if let Some(at) = case.follow_up { span { (words.follow_up) " " (moment::date(visit, at)) } }
            @if line.test { span.tag { (words.is_test) } }
            @if line.held { span.tag { (words.is_held) } }
        }
    }
}

/// Writes the open hours since a moment.
fn waiting(visit: &Visit, since: i64) -> String {
    let context = visit.desk.desk().context(visit.now(), visit.locale).ok();
    context
        .map_or_else(String::new, |context| moment::duration(visit, kakekomi_casework::open_ms_since(&context, since)))
}

/// Writes the facts. Without opened contents only the clear columns are known.
pub fn facts(visit: &Visit, view: &CaseView, values: &Value) -> Markup {
    let words = &visit.words().case;
    let text = |path: &str| values.pointer(path).and_then(Value::as_str);
    let assignee = view.case.line.assignee.as_deref();
    html! {
        dl.facts {
            @if let Contents::Opened(contents) = &view.contents {
                div { dt { (words.phone) } dd.facts__phone { (phone(text("/contact/phone"), &contents.opened.text)) } }
                div { dt { (words.person) } dd { (person(values)) } }
                (coded(visit, view))
                div { dt { (words.since) } dd { (since(visit, values)) } }
                (wanted(visit, view))
                div { dt { (words.email) } dd { (text("/contact/email").map_or_else(none, inert::text)) } }
                div { dt { (visit.words().queue.assignee) } dd { (assignee.map_or_else(none, inert::text)) } }
                (clause_forms::facts(visit, view))
                (missing(visit, contents))
                (why(visit, view, values))
            } @else {
                (coded(visit, view))
                (wanted(visit, view))
                div { dt { (visit.words().queue.assignee) } dd { (assignee.map_or_else(none, inert::text)) } }
                (clause_forms::facts(visit, view))
            }
        }
    }
}

/// Writes kind and ongoing, which are clear columns.
fn coded(visit: &Visit, view: &CaseView) -> Markup {
    let (words, coded) = (&visit.words().case, &view.case.line.coded);
    html! {
        div { dt { (words.kind) } dd { strong { (coded.kind.as_deref().map_or("–", |kind| kind_title(visit, kind))) } } }
        div {
            dt { (words.ongoing) }
            dd.facts__ongoing[coded.ongoing.as_deref() == Some("yes")] {
                (coded.ongoing.as_deref().map_or("–", |word| visit.words().coded.ongoing.get(word)))
            }
        }
    }
}

/// Writes the wanted services, a clear column.
fn wanted(visit: &Visit, view: &CaseView) -> Markup {
    let codes = view.case.line.coded.services.as_deref();
    html! {
        div { dt { (visit.words().case.services) } dd { (codes.map_or_else(|| "–".to_owned(), |codes| services(visit, codes))) } }
    }
}

fn none() -> Markup {
    html! { "–" }
}

/// Writes a telephone number as the applicant grouped it, as a link that dials the normalised one: digits and `+`.
fn phone(number: Option<&str>, draft: &[u8]) -> Markup {
    let Some(number) = number else { return none() };
    let is_dialled = |character: &char| character.is_ascii_digit() || *character == '+';
    let dialled: String = number.split(';').next().unwrap_or_default().chars().filter(is_dialled).collect();
    let draft: Value = serde_json::from_slice(draft).unwrap_or_default();
    let typed = draft.pointer("/contact/phone").and_then(Value::as_str).map(narrow);
    html! { a href={ "tel:" (dialled) } { (inert::text(&typed.unwrap_or_else(|| phone_text(number)))) } }
}

/// Replaces characters of full width by ordinary ones: `０３－３２１１` → `03-3211`.
fn narrow(text: &str) -> String {
    let ascii = |character: char| match character {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(character) - 0xfee0).unwrap_or(character),
        '\u{3000}' => ' ',
        other => other,
    };
    text.chars().map(ascii).collect()
}

fn person(values: &Value) -> Markup {
    let names = ["/contact/department", "/contact/person"].map(|path| values.pointer(path).and_then(Value::as_str));
    let names: Vec<_> = names.into_iter().flatten().collect();
    if names.is_empty() {
        none()
    } else {
        html! { @for name in names { (inert::text(name)) " " } }
    }
}

/// Writes when it was found, and when it began if that is known.
fn since(visit: &Visit, values: &Value) -> Markup {
    let words = &visit.words().case;
    let at = |path: &str| values.pointer(path).and_then(|value| moment_text(visit, value));
    html! {
        @match at("/incident/discovered_at") {
            Some(discovered) => { (discovered) " " span.label { (words.discovered) } },
            None => (none()),
        }
        @if let Some(occurred) = at("/incident/occurred_at") { br; (occurred) " " span.label { (words.occurred) } }
    }
}

/// Writes the reason for the urgency: that of the operator who set it, else those of the rules.
fn why(visit: &Visit, view: &CaseView, values: &Value) -> Markup {
    let is_set = |event: &&ShownEvent| event.kind == EventKind::CaseUrgency.as_str();
    let set = view.timeline.iter().rev().find(is_set).and_then(|event| event.body.as_ref()?.get("reason")?.as_str());
    let reasons = urgency::assess(values.to_string().as_bytes()).reasons;
    let reasons: Vec<_> = reasons.into_iter().map(|reason| reason.sentence(visit.locale)).collect();
    let shown = match set {
        Some(reason) => inert::text(reason),
        None if reasons.is_empty() => return html! {},
        None => html! { (reasons.join(&visit.words().frame.list_separator)) },
    };
    html! { div.facts__wide { dt { (visit.words().case.why) } dd { (shown) } } }
}

fn missing(visit: &Visit, contents: &OpenedContents) -> Markup {
    let words = &visit.words().case;
    let titles: Vec<_> = contents
        .missing
        .unknown
        .iter()
        .filter_map(|path| message::title(&message::pattern(path), visit.locale))
        .collect();
    let shown: Vec<_> = titles.iter().take(MISSING_SHOWN).copied().collect();
    html! {
        div.facts__wide {
            dt { (words.missing) }
            dd {
                @if shown.is_empty() { (words.nothing_missing) }
                @else {
                    (shown.join(&visit.words().frame.list_separator))
                    @if titles.len() > shown.len() { " " (message::substitute(&words.and_more, "count", &(titles.len() - shown.len()).to_string())) }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_shown_as_it_was_grouped() {
        assert_eq!(narrow("０３-３２１１－９９９９　内線 ２０４"), "03-3211-9999 内線 204");
        let shown = phone(Some("+81332119999;ext=204"), r#"{"contact":{"phone":"０３-３２１１-９９９９"}}"#.as_bytes());
        assert_eq!(shown.into_string(), "<a href=\"tel:+81332119999\"><bdi>03-3211-9999</bdi></a>");
    }
}
