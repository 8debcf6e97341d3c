//! The page of a case: the facts, the answers, the timeline, and the possible actions beside them.
//!
//! `GET /cases/2609-4873-1059` → the page, and the event `case.viewed` · `POST /cases/2609-4873-1059/actions/note` → 303 back to it

pub mod act;
mod answers;
mod approval_form;
pub mod authorities;
mod clause_event;
mod clause_forms;
mod collect_link;
mod contents;
mod event_body;
mod facts;
mod file_event;
pub mod files;
mod forms;
pub mod grant;
pub mod handover;
mod number;
mod questions;
mod timeline;
pub mod work_record;

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use kakekomi_casework::{CaseView, Contents, OpenedContents};
use kakekomi_core::message::substitute;
use maud::{Markup, html};
use serde_json::Value;

use crate::frame::visit::Query;
use crate::frame::{Page, Problem, Visit, inert, moment, page};

use contents::{report_of, sealed};
pub use file_event::size;
use forms::{ActionForms, Rejected};
use number::read_number;

/// The media type of an age file, which has none of its own.
const AGE: &str = "application/octet-stream";

/// Shows a case.
pub async fn case(visit: Visit, query: Query, Path(number): Path<String>) -> Result<Response, Problem> {
    let number = read_number(&number)?;
    let view = visit.desk.parts.casework.view(&visit.operator()?, &number).await;
    let view = view.map_err(|error| Problem::work(&error))?;
    let done = query.get("done").and_then(|word| visit.words().action_done.find(word));
    Ok(show(&visit, &view, None, done).await)
}

/// Shows a case whose form was not accepted: its values and errors are in it.
async fn show_rejected(visit: &Visit, view: &CaseView, rejected: &Rejected<'_>) -> Response {
    (StatusCode::UNPROCESSABLE_ENTITY, show(visit, view, Some(rejected), None).await).into_response()
}

async fn show(visit: &Visit, view: &CaseView, rejected: Option<&Rejected<'_>>, done: Option<&str>) -> Response {
    let words = &visit.words().case;
    let report = report_of(view);
    let values = report.get("values").cloned().unwrap_or_default();
    let company = values.pointer("/contact/company").and_then(Value::as_str);
    let number = view.case.line.number.as_str();
    let forms = ActionForms::load(visit, view).await;
    let handover = handover::section(visit, view).await;
    let changes = view.timeline.iter().filter(|event| !event.is_reading()).count();
    let content = html! {
        @if let Some(done) = done { p.notice role="status" { (done) } }
        (faults(visit, view))
        div.case {
            div.case__top {
                (facts::status_line(visit, view))
                h1 { (inert::text(company.unwrap_or(number))) }
                (facts::facts(visit, view, &values))
                p.jumps.no-print {
                    @if matches!(view.contents, Contents::Opened(_)) { a href="#answers" { (words.answers) } }
                    @if !view.files.is_empty() {
                        a href="#files" { (substitute(&visit.words().file.jump, "count", &view.files.len().to_string())) }
                    }
                    @if !handover.0.is_empty() { a href="#handover" { (visit.words().handover.title) } }
                    a href="#timeline" { (substitute(&words.history_jump, "count", &changes.to_string())) }
                }
            }
            div.case__actions.no-print { h2.unseen { (visit.words().action.title) } (forms.all(rejected)) }
            div.case__rest {
                @match &view.contents {
                    Contents::Opened(contents) => (opened(visit, view, contents, &report)),
                    Contents::Sealed => (sealed(visit, view)),
                    Contents::Unreadable => p.notice.notice--warning { (words.unreadable) },
                    Contents::Erased => p.notice { (words.erased) },
                }
                (files::files(visit, view))
                (handover)
                (printable(visit, view))
                section.sheet {
                    h2 #timeline { (words.history) }
                    (timeline::timeline(visit, &view.timeline))
                }
                (record(visit, view))
            }
        }
    };
    // The company's name stays out of the title: histories and window lists keep it.
    page(visit, &Page::titled(number), &content)
}

/// Writes the open questions, the answers, and the advice that the applicant saw.
fn opened(visit: &Visit, view: &CaseView, contents: &OpenedContents, report: &Value) -> Markup {
    let words = &visit.words().case;
    let values = report.get("values").cloned().unwrap_or_default();
    let messages = ["advisories", "guidance"].into_iter().filter_map(|list| report.get(list)?.as_array());
    let messages: Vec<_> = messages.flatten().filter_map(|one| one.get("message")?.as_str()).collect();
    html! {
        @if !view.open_questions.is_empty() {
            section.sheet {
                h2 { (words.open_questions) }
                (questions::list(visit, &serde_json::json!({ "questions": view.open_questions })))
            }
        }
        section.sheet {
            h2 #answers { (words.answers) }
            (answers::answers(visit, &values))
        }
        @if !messages.is_empty() {
            section.sheet {
                details {
                    summary { (words.advisories) " (" (messages.len()) ")" }
                    @if let Some(interview) = &contents.missing.interview { p { (inert::text(interview)) } }
                    ul { @for message in messages { li { (inert::text(message)) } } }
                }
            }
        }
    }
}

/// Links the pages that are made for paper.
fn printable(visit: &Visit, view: &CaseView) -> Markup {
    let words = &visit.words().clause;
    html! {
        @if matches!(view.contents, Contents::Opened(_)) {
            section.sheet.no-print {
                h2 { (words.print) }
                ul {
                    @if clause_forms::has_work(view) {
                        li { a href={ "/cases/" (view.case.line.number) "/work-record" } { (words.print_work) } }
                    }
                    (authorities::links(visit, view))
                }
            }
        }
    }
}

/// Responds with the sealed contents, an age file that this host may be unable to open.
pub async fn sealed_file(visit: Visit, Path(number): Path<String>) -> Result<Response, Problem> {
    let number = read_number(&number)?;
    let sealed = visit.desk.parts.casework.sealed_contents(&visit.operator()?, &number).await;
    let file = sealed.map_err(|error| Problem::work(&error))?.ok_or(Problem::NotFound)?;
    let name = format!("attachment; filename=\"{number}.age\"");
    Ok(([(header::CONTENT_TYPE, AGE.to_owned()), (header::CONTENT_DISPOSITION, name)], file).into_response())
}

/// Writes the faults of a damaged case.
fn faults(visit: &Visit, view: &CaseView) -> Markup {
    html! {
        @if !view.faults.is_empty() {
            div.alert role="alert" {
                h2 { (visit.words().case.faults) }
                ul { @for fault in &view.faults { li { (inert::text(fault)) } } }
            }
        }
    }
}

/// Writes the columns that an auditor asks for.
fn record(visit: &Visit, view: &CaseView) -> Markup {
    let (words, line) = (&visit.words().case, &view.case.line);
    let consent = match &view.contents {
        Contents::Opened(contents) => serde_json::from_str::<Value>(contents.opened.record.consent.get()).ok(),
        _ => None,
    };
    let rows = [
        (&words.partner, line.partner.clone()),
        (&words.language, Some(line.locale.clone())),
        (&words.ruleset, Some(line.ruleset.clone())),
        (&words.module, Some(line.module.clone())),
        (&words.consent, consent.and_then(|consent| serde_json::to_string_pretty(&consent).ok())),
    ];
    html! {
        section.sheet {
            details {
                summary { (words.details_title) }
                dl.rows {
                    div { dt { (words.received_at) } dd { (moment::full(visit, line.received_at)) } }
                    @for (title, value) in rows {
                        @if let Some(value) = value { div { dt { (title) } dd { (inert::text(&value)) } } }
                    }
                }
            }
        }
    }
}
