//! The record of remote and guided work on paper, for the applicant (clauses 4③④⑥).
//!
//! `GET /cases/2609-4873-1059/work-record` → order with price, notice, acknowledgement, each action with device and ID, end
//!
//! The record says what was done, and nothing about the state of a device after it.

use axum::extract::Path;
use axum::response::Response;
use kakekomi_casework::{CaseView, Contents, ShownEvent};
use kakekomi_core::message::substitute;
use kakekomi_store::EventKind;
use maud::{Markup, html};

use super::contents::{report_of, sealed};
use super::number::read_number;
use super::timeline::{actor, body_of};
use crate::frame::{Page, Problem, Visit, inert, moment, page};

/// The events of one piece of work, in their order: to its end, or to the last one.
type Session<'a> = Vec<&'a ShownEvent>;

/// Shows the record. It is a reading of the case.
pub async fn work_record(visit: Visit, Path(number): Path<String>) -> Result<Response, Problem> {
    let number = read_number(&number)?;
    let view = visit.desk.parts.casework.view(&visit.operator()?, &number).await;
    let view = view.map_err(|error| Problem::work(&error))?;
    let words = &visit.words().work_record;
    let content = html! {
        section.sheet.paper {
            p.tag { (words.mark) }
            h1 { (words.title) }
            (head(&visit, &view))
            p { (words.lead) }
            @if matches!(view.contents, Contents::Opened(_)) { (sessions(&visit, &view)) } @else { (sealed(&visit, &view)) }
        }
    };
    Ok(page(&visit, &Page::titled(&words.title), &content))
}

/// Writes number, company and the moment of the print.
fn head(visit: &Visit, view: &CaseView) -> Markup {
    let report = report_of(view);
    let company = report.pointer("/values/contact/company").and_then(serde_json::Value::as_str);
    html! {
        p {
            span.number { (view.case.line.number) }
            @if let Some(company) = company { " " (inert::text(company)) }
            " " span.label { (visit.words().work_record.printed) " " (moment::full(visit, visit.now())) }
        }
    }
}

fn sessions(visit: &Visit, view: &CaseView) -> Markup {
    let words = &visit.words().work_record;
    let sessions = split(&view.timeline);
    html! {
        @if sessions.is_empty() { p { (words.none) } }
        @for (index, session) in sessions.iter().enumerate() {
            h2 { (substitute(&words.session, "count", &(index + 1).to_string())) }
            (session_rows(visit, session))
            (actions(visit, session))
        }
    }
}

/// Splits the work at its ends.
fn split(timeline: &[ShownEvent]) -> Vec<Session<'_>> {
    let work: Vec<_> = timeline.iter().filter(|event| event.kind.starts_with("remote.")).collect();
    let is_end = |event: &&ShownEvent| event.kind == EventKind::RemoteEnded.as_str();
    work.split_inclusive(is_end).map(<[_]>::to_vec).collect()
}

/// Writes order, notice, acknowledgement and end, each with its moment; what is missing is said.
fn session_rows(visit: &Visit, session: &Session<'_>) -> Markup {
    let words = &visit.words().work_record;
    let rows = [
        (&words.order, EventKind::RemoteOrdered, &words.missing),
        (&words.notice, EventKind::RemoteNotice, &words.missing),
        (&words.acknowledged, EventKind::RemoteAcknowledged, &words.missing),
        (&words.ended, EventKind::RemoteEnded, &words.not_ended),
    ];
    html! {
        dl.rows {
            @for (title, kind, missing) in rows {
                @let events: Vec<_> = session.iter().filter(|event| event.kind == kind.as_str()).collect();
                div {
                    dt { (title) }
                    dd {
                        @if events.is_empty() { (missing) }
                        @for event in events {
                            (moment::full(visit, event.at)) " " (actor(visit, &event.actor))
                            @if let Some(body) = &event.body { (body_of(visit, &event.kind, body)) }
                        }
                    }
                }
            }
        }
    }
}

/// Writes the actions, each with the one who carried it out, the device and the ID.
fn actions(visit: &Visit, session: &Session<'_>) -> Markup {
    let (words, coded) = (&visit.words().work_record, &visit.words().coded);
    let actions: Vec<_> = session.iter().filter(|event| event.kind == EventKind::RemoteAction.as_str()).collect();
    let titles = [&words.time, &words.by, &words.device, &words.account, &words.text, &words.recorded_by];
    html! {
        @if !actions.is_empty() {
            div.work-table tabindex="0" role="group" aria-label=(words.title) {
                table {
                    thead { tr { @for title in titles { th scope="col" { (title) } } } }
                    tbody {
                        @for action in actions {
                            tr {
                                td { (moment::full(visit, action.at)) }
                                td { (coded.worked_by.get(action.text("by").unwrap_or_default())) }
                                @for name in ["device", "account", "text"] { td { (inert::text(action.text(name).unwrap_or("–"))) } }
                                td { (actor(visit, &action.actor)) }
                            }
                        }
                    }
                }
            }
        }
    }
}
