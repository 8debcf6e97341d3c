//! Closing several bogus or test cases at once with one reason.
//!
//! `POST /cases/close` with `case=2609-4873-1059:1&case=…&reason=迷惑` → one event each, and a page with the outcomes

use axum::response::Response;
use kakekomi_casework::{ActError, CloseRefusal, ClosedOne};
use kakekomi_core::message::substitute;
use kakekomi_store::receipt_number::Number;
use maud::{Markup, html};

use crate::frame::{FormFields, Page, Problem, Visit, page};

/// Writes the fields below the rows.
pub fn fields(visit: &Visit) -> Markup {
    let words = &visit.words().queue;
    html! {
        details.close-many {
            summary { (words.close_many) }
            p.hint #close-hint { (words.close_many_hint) }
            div.ways {
                label { (words.close_reason) " " input type="text" name="reason" maxlength="200" aria-describedby="close-hint"; }
                button type="submit" { (words.close_button) }
            }
        }
    }
}

/// Closes the chosen cases.
pub async fn close(visit: Visit, fields: FormFields) -> Result<Response, Problem> {
    let chosen: Vec<_> = fields.all("case").filter_map(read_choice).collect();
    let closed = visit.desk.parts.casework.close_many(&visit.operator()?, &chosen, fields.get("reason")).await;
    let closed = match closed {
        Ok(closed) => closed,
        // Nothing was chosen, too much, or there is no reason: the page says so, and the way back keeps the ticks.
        Err(ActError::Fields(_)) => Vec::new(),
        Err(ActError::Work(error)) => return Err(Problem::work(&error)),
        Err(error) => {
            tracing::error!(%error, "cases cannot be closed");
            return Err(Problem::Failed);
        }
    };
    let words = &visit.words().queue;
    let content = html! {
        section.sheet.narrow {
            h1 { (words.close_many) }
            @if closed.is_empty() { p { (words.close_none) } } @else { (outcomes(&visit, &closed)) }
            p { a.button href="/" { (visit.words().frame.to_queue) } }
        }
    };
    let visit = visit.clone().at("/".to_owned());
    Ok(page(&visit, &Page::titled(&words.close_many), &content))
}

fn outcomes(visit: &Visit, closed: &[ClosedOne]) -> Markup {
    let words = &visit.words().queue;
    let done = closed.iter().filter(|one| one.outcome.is_ok()).count();
    let failed = closed.iter().filter_map(|one| Some((&one.number, one.outcome.err()?)));
    html! {
        p role="status" { (substitute(&words.close_done, "count", &done.to_string())) }
        @if done < closed.len() {
            p { (words.close_failed) }
            ul {
                @for (number, refusal) in failed {
                    @let number = number.to_string();
                    li { a.number href={ "/cases/" (number) } { (number) } " " (reason(visit, refusal)) }
                }
            }
        }
    }
}

fn reason(visit: &Visit, refusal: CloseRefusal) -> &str {
    let words = &visit.words().queue;
    match refusal {
        CloseRefusal::NoCase => &words.refused_no_case,
        CloseRefusal::Changed => &words.refused_changed,
        CloseRefusal::Refused(_) => &words.refused_state,
    }
}

/// Reads the value of a box: the number of a case and the last event that the operator saw.
fn read_choice(value: &str) -> Option<(Number, Option<i64>)> {
    let (number, seen) = value.split_once(':')?;
    Some((Number::read(number).ok()?, Some(seen.parse().ok()?)))
}
