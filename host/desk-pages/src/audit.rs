//! The events of the whole store, the last one first, without their contents.
//!
//! `GET /audit?before=1042` → the hundred events before the event 1042

use axum::response::Response;
use kakekomi_casework::{AuditLine, Right};
use maud::{Markup, html};

use crate::frame::visit::Query;
use crate::frame::{Page, Problem, Visit, inert, moment, page};

/// Rows of a page.
const ROWS: u32 = 100;

/// Shows a page of events.
pub async fn audit(visit: Visit, query: Query) -> Result<Response, Problem> {
    let before = query.get("before").and_then(|before| before.parse().ok());
    let lines = visit.desk.parts.casework.audit(&visit.operator()?, before, ROWS).await;
    let lines = lines.map_err(|error| Problem::work(&error))?;
    let words = &visit.words().audit;
    let last = lines.last().map(|line| line.seq).filter(|seq| *seq > 1);
    let content = html! {
        h1 { (words.title) }
        p.hint { (words.lead) }
        @if lines.is_empty() { p.sheet { (words.none) } } @else { (table(&visit, &lines)) }
        nav.pages aria-label=(visit.words().frame.pages) {
            @if before.is_some() { a href="/audit" { (words.newest) } }
            @if let Some(last) = last { a rel="next" href={ "/audit?before=" (last) } { (words.older) } }
        }
    };
    Ok(page(&visit, &Page::in_menu(&words.title, "/audit"), &content))
}

fn table(visit: &Visit, lines: &[AuditLine]) -> Markup {
    let words = &visit.words().audit;
    html! {
        table.queue.audit {
            thead {
                tr {
                    @for title in [&words.seq, &words.at, &words.event, &words.actor, &words.case] { th scope="col" { (title) } }
                }
            }
            tbody {
                @for line in lines {
                    tr {
                        td.number { (line.seq) }
                        td.number { (moment::full(visit, line.at)) }
                        td { (visit.words().coded.event.get(&line.kind)) }
                        td { (actor(visit, &line.actor)) }
                        td { @if let Some(number) = &line.case_number { (case(visit, number)) } }
                    }
                }
            }
        }
    }
}

/// Writes who caused an event. Unlike on the page of a case, the kind of the actor is told: `cli:root` is no account.
pub fn actor(visit: &Visit, actor: &str) -> Markup {
    match actor.strip_prefix("operator:") {
        Some(name) => inert::text(name),
        None if actor == "applicant" => html! { (visit.words().audit.applicant) },
        None => inert::text(actor),
    }
}

fn case(visit: &Visit, number: &str) -> Markup {
    html! {
        @if visit.may(Right::SeeQueue) { a.number href={ "/cases/" (number) } { (number) } }
        @else { span.number { (number) } }
    }
}
