//! The register of exports, the last one first: purpose, recipient, number of cases and fields.
//!
//! `GET /exports?before=1042` → the fifty exports before the event 1042; on a host without an identity their times and actors

use axum::response::Response;
use kakekomi_casework::ExportLine;
use kakekomi_core::message;
use kakekomi_purposes::ExportRecord;
use maud::{Markup, html};

use crate::audit::actor;
use crate::frame::visit::Query;
use crate::frame::{Page, Problem, Visit, inert, moment, page};

/// Rows of a page.
const ROWS: u32 = 50;

/// Shows a page of exports.
pub async fn exports(visit: Visit, query: Query) -> Result<Response, Problem> {
    let before = query.get("before").and_then(|before| before.parse().ok());
    let lines = visit.desk.parts.casework.exports(&visit.operator()?, before, ROWS).await;
    let lines = lines.map_err(|error| Problem::work(&error))?;
    let words = &visit.words().exports;
    let is_full = lines.len() == usize::try_from(ROWS).unwrap_or(usize::MAX);
    let last = lines.last().map(|line| line.seq).filter(|_| is_full);
    let content = html! {
        h1 { (words.title) }
        p.hint { (words.lead) }
        @if lines.is_empty() { p.sheet { (words.none) } } @else { (table(&visit, &lines)) }
        nav.pages aria-label=(visit.words().frame.pages) {
            @if before.is_some() { a href="/exports" { (words.newest) } }
            @if let Some(last) = last { a rel="next" href={ "/exports?before=" (last) } { (words.older) } }
        }
    };
    Ok(page(&visit, &Page::in_menu(&words.title, "/exports"), &content))
}

fn table(visit: &Visit, lines: &[ExportLine]) -> Markup {
    let words = &visit.words().exports;
    html! {
        table.queue.audit {
            thead {
                tr {
                    @for title in [&words.seq, &words.at, &words.actor, &words.purpose, &words.recipient, &words.cases, &words.fields] {
                        th scope="col" { (title) }
                    }
                }
            }
            tbody {
                @for line in lines {
                    tr {
                        td.number { (line.seq) }
                        td.number { (moment::full(visit, line.at)) }
                        td { (actor(visit, &line.actor)) }
                        @match &line.record {
                            Some(record) => { (columns(visit, record)) },
                            None => { td colspan="4" { (words.sealed) } },
                        }
                    }
                }
            }
        }
    }
}

fn columns(visit: &Visit, record: &ExportRecord) -> Markup {
    let (kind, approval) = record.purpose.split_once(':').unwrap_or((&record.purpose, ""));
    let titles = record.fields.iter().map(|path| message::title(path, visit.locale).unwrap_or(path));
    let titles: Vec<_> = titles.collect();
    html! {
        td {
            (visit.words().coded.purpose.get(kind))
            @if !approval.is_empty() { " " span.number { (inert::text(approval)) } }
        }
        td { @if let Some(recipient) = &record.recipient { (inert::text(recipient)) } }
        td.number { (record.shown_cases()) }
        td {
            details {
                summary { (titles.len()) }
                (titles.join(&visit.words().frame.list_separator))
                p { "SHA-256 " span.number { (inert::text(&record.sha256)) } }
            }
        }
    }
}
