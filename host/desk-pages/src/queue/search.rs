//! The search for a case by number, company, telephone or e-mail.
//!
//! `POST /search` with `words=03-3211-9999` → the cases with this number. It is a POST, so that no name of a company lies in
//! histories and logs.

use axum::response::Response;
use kakekomi_store::receipt_number::Number;
use kakekomi_store::{QueueLine, Read};
use maud::{Markup, html};

use super::rows;
use crate::frame::visit::see_other;
use crate::frame::{FormFields, Page, Problem, Visit, page};

/// Writes the search box.
pub fn form(visit: &Visit, typed: &str) -> Markup {
    let words = &visit.words().queue;
    html! {
        form.search role="search" method="post" action="/search" {
            label.unseen for="words" { (words.search_label) }
            input #words type="search" name="words" value=(typed) placeholder=(words.search_hint) maxlength="200" autocomplete="off";
            button type="submit" { (words.search) }
        }
    }
}

/// Searches; a whole number leads to its case at once.
pub async fn search(visit: Visit, fields: FormFields) -> Result<Response, Problem> {
    let typed = fields.get("words").trim();
    let found = visit.desk.parts.casework.search(&visit.operator()?, typed).await;
    let found = found.map_err(|error| Problem::work(&error))?;
    if let ([Ok(only)], Ok(_)) = (found.as_slice(), Number::read(typed)) {
        return Ok(see_other(&format!("/cases/{}", only.number)));
    }
    let lines: Vec<Read<QueueLine>> = found
        .into_iter()
        .map(|line| {
            line.map(|line| QueueLine { line, waiting_since: None, follow_up: None, referral: None, changed_n: 0 })
        })
        .collect();
    let words = &visit.words().queue;
    let content = html! {
        div.page-head {
            h1 { (words.search_title) }
            (form(&visit, typed))
        }
        @if lines.is_empty() { p.sheet.empty role="status" { (words.search_none) } }
        @else { (rows::table(&visit, &lines, None, false)) }
        p { a href="/" { (visit.words().frame.to_queue) } }
    };
    let visit = visit.clone().at("/".to_owned());
    Ok(page(&visit, &Page::titled(&words.search_title), &content))
}
