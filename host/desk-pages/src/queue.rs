//! The queue: every open case, the most urgent first.
//!
//! `GET /?assignee=me` → the rows of clear columns; `live` keeps them up to date, `search` finds others, `close` closes many

pub mod close;
pub mod events;
pub mod filter;
pub mod live;
mod rows;
pub mod search;

use axum::response::Response;
use kakekomi_casework::Right;
use kakekomi_store::{QueueLine, Read};
use maud::{Markup, html};

use crate::delivery;
use crate::frame::visit::{Query, see_other};
use crate::frame::{Page, Problem, Visit, page};

pub use rows::{kind_title, services, state, urgency};

/// Rows of a page.
const ROWS: u32 = 50;

/// Shows the queue. An administrator has no cases, so that their first page is that of the accounts.
pub async fn queue(visit: Visit, query: Query) -> Result<Response, Problem> {
    if !visit.may(Right::SeeQueue) {
        return Ok(see_other("/accounts"));
    }
    let (operator, casework) = (visit.operator()?, &visit.desk.parts.casework);
    let after = query.get("after").and_then(filter::read_key);
    // Read before the rows, so that a change in between is loaded again and not lost.
    let head = casework.head(&operator).await.map_err(|error| Problem::work(&error))?;
    let lines = casework.queue(&operator, &filter::read(&visit, &query), after, ROWS).await;
    let lines = lines.map_err(|error| Problem::work(&error))?;
    let words = &visit.words().queue;
    let undelivered = delivery::banner(&visit).await?;
    let content = html! {
        (undelivered)
        div.page-head {
            h1 { (words.title) }
            @if visit.may(Right::Act) { (search::form(&visit, "")) }
        }
        p.notice hidden data-notice="news" role="status" { (words.news) " " a href={ "/" (query.without(&["after"])) } { (words.reload) } }
        p.notice.notice--warning hidden data-notice="ended" role="status" { (words.ended) " " a href="/" { (words.reload) } }
        (filter::form(&visit, &query))
        div.live data-live=(head) { (list(&visit, &query, &lines)) }
    };
    Ok(page(&visit, &Page::in_menu(&words.title, "/"), &content))
}

/// Writes the rows, the links to other pages, and the form that closes several cases.
fn list(visit: &Visit, query: &Query, lines: &[Read<QueueLine>]) -> Markup {
    let words = &visit.words().queue;
    let context = visit.desk.desk().context(visit.now(), visit.locale).ok();
    let can_close = visit.may(Right::Act) && lines.iter().flatten().any(|line| line.line.status != "closed");
    let is_full = u32::try_from(lines.len()).is_ok_and(|count| count == ROWS);
    let last = lines.iter().rev().find_map(|line| line.as_ref().ok()).filter(|_| is_full);
    let rows = rows::table(visit, lines, context.as_ref(), can_close);
    html! {
        @if lines.is_empty() { p.sheet.empty { (words.empty) } }
        @else if can_close { form method="post" action="/cases/close" { (rows) (close::fields(visit)) } }
        @else { (rows) }
        @if query.get("after").is_some() || last.is_some() {
            nav.pages aria-label=(visit.words().frame.pages) {
                @if query.get("after").is_some() { a href={ "/" (query.without(&["after", "lang"])) } { (words.first_page) } }
                @if let Some(last) = last { a rel="next" href=(next_page(query, last)) { (words.next_page) } }
            }
        }
    }
}

fn next_page(query: &Query, last: &QueueLine) -> String {
    let kept = query.without(&["after", "lang"]);
    let separator = if kept.is_empty() { '?' } else { '&' };
    format!("/{kept}{separator}after={}", filter::write_key(last.key()))
}
