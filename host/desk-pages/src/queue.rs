//! The queue: every open case, the most urgent first.
//!
//! `GET /?assignee=me` → the rows of clear columns; `live` keeps them up to date, `search` finds others, `close` closes many

mod close;
pub mod filter;
pub mod live;
mod rows;
mod search;

use axum::response::Response;
use kakekomi_casework::{Right, WorkError};
use kakekomi_store::{QueueLine, Read};
use maud::{Markup, html};

use crate::frame::visit::{Query, see_other};
use crate::frame::word_table::words;
use crate::frame::{Page, Problem, Visit, page};

pub use close::close;
pub use rows::{kind_title, services, state, urgency};
pub use search::search;

/// Rows of a page.
const ROWS: u32 = 50;

words! {
    /// Words of the queue.
    QueueWords: title state assignee urgency test any open_cases mine nobody without_tests only_tests follow_up_due apply clear
        choose number contents no_kind waiting in_open_hours follow_up is_test is_held is_due damaged empty first_page next_page
        news reload ended
        search search_label search_hint search_title search_none
        close_many close_many_hint close_reason close_button close_done close_failed close_none
        refused_no_case refused_changed refused_state
}

/// Shows the queue. An administrator has no cases, so that their first page is that of the accounts.
pub async fn queue(visit: Visit, query: Query) -> Result<Response, Problem> {
    if !visit.may(Right::SeeQueue) {
        return Ok(see_other("/accounts"));
    }
    let (operator, casework) = (visit.operator()?, &visit.desk.parts.casework);
    let after = query.get("after").and_then(filter::read_key);
    // Read before the rows, so that a change in between is loaded again and not lost.
    let head = casework.head(&operator).await.map_err(|error| work_problem(&error))?;
    let lines = casework.queue(&operator, &filter::read(&visit, &query), after, ROWS).await;
    let lines = lines.map_err(|error| work_problem(&error))?;
    let words = &visit.words().queue;
    let content = html! {
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

/// Maps the reason why something is not shown to its page.
pub fn work_problem(error: &WorkError) -> Problem {
    match error {
        WorkError::Forbidden(_) => Problem::Forbidden,
        WorkError::NoCase => Problem::NotFound,
        WorkError::Damaged(_) => {
            tracing::error!(%error, "a case cannot be shown");
            Problem::Failed
        }
        WorkError::NotRecorded(_) | WorkError::Store(_) => {
            tracing::error!(%error, "the store failed");
            Problem::Unavailable
        }
    }
}
