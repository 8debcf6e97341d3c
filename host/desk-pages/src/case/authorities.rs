//! The items of reports to authorities, filled from a case, on paper.
//!
//! `GET /cases/2609-4873-1059/authorities/ppc` → each item with the answers that belong to it and their sources, or 未記入
//!
//! It is no report and is sent to nobody: the applicant reports. Answers go only where the form's own question is the item's; nothing
//! is concluded from them.

mod items;

use axum::extract::Path;
use axum::response::Response;
use kakekomi_casework::{CaseView, Contents, ShownEvent};
use kakekomi_core::message::substitute;
use kakekomi_describe::{FieldDescription, describe};
use kakekomi_store::EventKind;
use maud::{Markup, html};
use serde_json::Value;

use super::answers;
use super::contents::{report_of, sealed};
use super::number::read_number;
use super::timeline::body_of;
use crate::frame::{Page, Problem, Visit, moment, page};

pub use items::{FORMS, Form, Item};

/// Shows the items of a form. It is a reading of the case.
pub async fn authorities(visit: Visit, Path((number, word)): Path<(String, String)>) -> Result<Response, Problem> {
    let number = read_number(&number)?;
    let form = FORMS.iter().find(|form| form.word == word).ok_or(Problem::NotFound)?;
    let view = visit.desk.parts.casework.view(&visit.operator()?, &number).await;
    let view = view.map_err(|error| Problem::work(&error))?;
    let words = &visit.words().authority;
    let title = visit.words().authority_form.get(form.word);
    let content = html! {
        section.sheet.paper {
            p.tag { (words.mark) }
            h1 { (title) }
            p {
                span.number { (view.case.line.number) }
                " " span.label { (words.printed) " " (moment::full(&visit, visit.now())) }
            }
            p.notice.notice--warning { strong { (words.not_a_report) } }
            p { (words.lead) }
            p.hint { (if form.is_common { &words.common_source } else { &words.ppc_source }) }
            @if matches!(view.contents, Contents::Opened(_)) { (filled(&visit, &view, form)) } @else { (sealed(&visit, &view)) }
        }
    };
    Ok(page(&visit, &Page::titled(title), &content))
}

/// Writes the items with what the case has for them.
fn filled(visit: &Visit, view: &CaseView, form: &Form) -> Markup {
    let report = report_of(view);
    let values = report.get("values").cloned().unwrap_or_default();
    html! {
        dl.rows.items {
            @for item in form.items {
                div {
                    dt { (visit.words().authority_item.get(item.key)) }
                    dd { (entries(visit, view, &values, item)) }
                }
            }
        }
    }
}

/// Writes the answers of an item with their sources; 未記入 without any.
fn entries(visit: &Visit, view: &CaseView, values: &Value, item: &Item) -> Markup {
    let description = describe(visit.locale);
    let answered = item.paths.iter().filter_map(|path| {
        let (field, value) = (find(&description.sections, path)?, values.pointer(path)?);
        Some(entry(visit, field.title, &answers::shown(visit, field, value)))
    });
    let additions = view.timeline.iter().filter(|_| item.has_additions).filter_map(|event| addition(visit, event));
    let entries: Vec<_> = answered.chain(additions).collect();
    html! {
        @if entries.is_empty() { span.unknown { (visit.words().authority.empty) } }
        @for entry in entries { (entry) }
    }
}

/// Writes an answer with its source.
fn entry(visit: &Visit, source: &str, answer: &Markup) -> Markup {
    html! { div.items__entry { (answer) " " span.label { (substitute(&visit.words().authority.source, "source", source)) } } }
}

/// Writes what the applicant added later, with its moment as the source.
fn addition(visit: &Visit, event: &ShownEvent) -> Option<Markup> {
    let words = &visit.words().authority;
    let sentence = match event.kind.parse().ok()? {
        EventKind::AmendmentReceived => &words.addition,
        EventKind::AnswerReceived => &words.answer,
        _ => return None,
    };
    let body = event.body.as_ref()?;
    let (before, after) = sentence.split_once("{moment}").unwrap_or((sentence, ""));
    let (open, close) = words.source.split_once("{source}").unwrap_or((&words.source, ""));
    Some(html! {
        div.items__entry {
            (body_of(visit, &event.kind, body))
            span.label { (open) (before) (moment::full(visit, event.at)) (after) (close) }
        }
    })
}

/// Finds a field by its path: `/incident/summary`.
fn find<'a>(fields: &'a [FieldDescription], path: &str) -> Option<&'a FieldDescription> {
    fields.iter().find_map(|field| if field.path == path { Some(field) } else { find(&field.fields, path) })
}

/// Writes the links to the forms.
pub fn links(visit: &Visit, view: &CaseView) -> Markup {
    html! {
        @for form in FORMS {
            li {
                a href={ "/cases/" (view.case.line.number) "/authorities/" (form.word) } {
                    (visit.words().authority_form.get(form.word))
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use kakekomi_core::Locale;

    use super::*;

    #[test]
    fn every_path_is_a_field_of_the_form() {
        let description = describe(Locale::Ja);
        for item in FORMS.iter().flat_map(|form| form.items) {
            for path in item.paths {
                assert!(find(&description.sections, path).is_some(), "{} {path}", item.key);
            }
        }
    }
}
