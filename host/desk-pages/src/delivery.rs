//! The targets of notices, for leads and administrators: counts, last answers, a test, and what was given up.
//!
//! `GET /delivery` → a row a target · `POST /delivery/webhook:siem/test` → 303 `/delivery?done=test`; the answer is in the row some
//! seconds later

use axum::extract::Path;
use axum::response::Response;
use kakekomi_casework::Right;
use kakekomi_core::message::substitute;
use kakekomi_store::OutboxTarget;
use maud::{Markup, html};

use crate::frame::visit::{Query, see_other};
use crate::frame::{Page, Problem, Visit, inert, moment, page};

const PATH: &str = "/delivery";

/// Lists the targets.
pub async fn list(visit: Visit, query: Query) -> Result<Response, Problem> {
    let targets = visit.desk.parts.casework.targets(&visit.operator()?).await;
    let targets = targets.map_err(|error| Problem::work(&error))?;
    let words = &visit.words().delivery;
    let done = query.get("done").and_then(|action| visit.words().delivery_done.find(action));
    let content = html! {
        h1 { (words.title) }
        @if let Some(done) = done { p.notice role="status" { (done) " " a href=(PATH) { (words.reload) } } }
        p { (words.lead) }
        @if targets.is_empty() { p.sheet { (words.none) } } @else { (table(&visit, &targets)) }
    };
    Ok(page(&visit, &Page::in_menu(&words.title, PATH), &content))
}

/// Sends a test to a target.
pub async fn test(visit: Visit, Path(name): Path<String>) -> Result<Response, Problem> {
    let tested = visit.desk.parts.casework.test_target(&visit.operator()?, &name).await;
    tested.map_err(|error| Problem::work(&error))?;
    Ok(done("test"))
}

/// Tries the notices again that a target was not given.
pub async fn retry(visit: Visit, Path(name): Path<String>) -> Result<Response, Problem> {
    let retried = visit.desk.parts.casework.retry_failed(&visit.operator()?, &name).await;
    retried.map_err(|error| Problem::work(&error))?;
    Ok(done("retry"))
}

/// Enables a disabled target.
pub async fn enable(visit: Visit, Path(name): Path<String>) -> Result<Response, Problem> {
    let enabled = visit.desk.parts.casework.enable_target(&visit.operator()?, &name).await;
    enabled.map_err(|error| Problem::work(&error))?;
    Ok(done("enable"))
}

/// Leads back to the page, which says what an action has begun.
fn done(action: &str) -> Response {
    see_other(&format!("{PATH}?done={action}"))
}

/// Writes what nobody was told, above the queue; nothing where all was delivered.
///
/// # Errors
/// [`Problem`]: the store failed.
pub async fn banner(visit: &Visit) -> Result<Markup, Problem> {
    let undelivered = visit.desk.parts.casework.undelivered(&visit.operator()?).await;
    let undelivered = undelivered.map_err(|error| Problem::work(&error))?;
    let words = &visit.words().delivery;
    let sentences = [(&words.banner_failed, undelivered.failed), (&words.banner_disabled, undelivered.disabled)];
    let sentences = sentences.into_iter().filter(|(_, count)| *count > 0);
    Ok(html! {
        @for (sentence, count) in sentences {
            p.notice.notice--warning {
                (substitute(sentence, "count", &count.to_string()))
                @if visit.may(Right::ManageDelivery) { " " a href=(PATH) { (words.banner_link) } }
            }
        }
    })
}

fn table(visit: &Visit, targets: &[OutboxTarget]) -> Markup {
    let words = &visit.words().delivery;
    html! {
        table.queue.queue--titled {
            thead {
                tr {
                    @for title in
                        [&words.target, &words.state, &words.pending, &words.failed, &words.delivered, &words.answer, &words.actions]
                    {
                        th scope="col" { (title) }
                    }
                }
            }
            tbody { @for target in targets { (row(visit, target)) } }
        }
    }
}

fn row(visit: &Visit, target: &OutboxTarget) -> Markup {
    let words = &visit.words().delivery;
    html! {
        tr {
            td.queue__number { strong { (inert::text(&target.name)) } }
            td data-title=(words.state) { (state(visit, target)) }
            td data-title=(words.pending) {
                span.number { (target.pending) }
                @if let Some(at) = target.oldest_at { (moment_below(&moment::since(visit, at))) }
            }
            td.number data-title=(words.failed) { span.due[target.failed > 0] { (target.failed) } }
            td.number data-title=(words.delivered) { (target.delivered) }
            td data-title=(words.answer) {
                @if let Some(answer) = &target.last_answer { span.number { (inert::text(answer_word(visit, answer))) } }
                @if let Some(at) = target.last_answer_at { (moment_below(&moment::full(visit, at))) }
            }
            td.queue__actions { div.ways { (actions(visit, target)) } }
        }
    }
}

fn state(visit: &Visit, target: &OutboxTarget) -> Markup {
    let words = &visit.words().delivery;
    let Some(at) = target.disabled_at else { return html! { (words.enabled) } };
    let answer = target.disabled_by_answer.as_deref().unwrap_or("–");
    html! {
        span.due { (substitute(&words.disabled, "answer", &inert::visible(answer_word(visit, answer)))) }
        (moment_below(&moment::full(visit, at)))
    }
}

/// Writes a moment below the value that it belongs to, or behind it on a narrow screen.
fn moment_below(moment: &Markup) -> Markup {
    html! { " " br; span.label { (moment) } }
}

/// Finds the words for an answer that is a word of ours; a code of the target stays as it is.
fn answer_word<'a>(visit: &'a Visit, answer: &'a str) -> &'a str {
    let words = &visit.words().delivery;
    match answer {
        "timeout" => &words.timed_out,
        "no answer" | "connection" => &words.no_answer,
        "untrusted certificate" | "certificate" => &words.untrusted,
        "private address" => &words.private,
        "unknown host" => &words.unknown_host,
        "address" => &words.bad_address,
        code => code,
    }
}

fn actions(visit: &Visit, target: &OutboxTarget) -> Markup {
    let words = &visit.words().delivery;
    let button = |action: &str, word: &str| {
        html! { form method="post" action={ (PATH) "/" (target.name) "/" (action) } { button type="submit" { (word) } } }
    };
    html! {
        @if target.disabled_at.is_some() { (button("enable", &words.enable)) } @else { (button("test", &words.test)) }
        @if target.failed > 0 { (button("retry", &words.retry)) }
    }
}
