//! Own sessions, and the page that lists them with the own tokens.
//!
//! `GET /sessions` → a row for each device · `POST /sessions/7/revoke` → 303 back, or to the sign-in if it was this session

use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use kakekomi_accounts::Session;
use maud::{Markup, html};

use super::api_tokens;
use super::requested_account::{own_name, problem};
use crate::frame::visit::{Query, see_other};
use crate::frame::{Page, Problem, Visit, cookie, moment, page};

/// Shows the own sessions and tokens.
pub async fn sessions(visit: Visit, query: Query) -> Result<Response, Problem> {
    let own = own_name(&visit)?;
    let listed = visit.desk.parts.accounts.sessions(own).await.map_err(|error| problem(&error))?;
    let tokens = api_tokens::own(&visit).await?;
    let words = &visit.words().accounts;
    let content = html! {
        h1 { (words.sessions_title) }
        @if query.get("revoked").is_some() { p.notice role="status" { (words.revoked) } }
        @if query.get("token_revoked").is_some() { p.notice role="status" { (words.token_revoked) } }
        section.sheet {
            p { (words.sessions_lead) }
            (table(&visit, &listed))
            @if !visit.session.as_ref().is_some_and(|session| session.of_provider) {
                p { a.button href="/renew" { (words.renew_title) } }
            }
        }
        (api_tokens::section(&visit, &tokens))
    };
    Ok(page(&visit, &Page::in_menu(&words.sessions_title, "/sessions"), &content))
}

/// Ends one of the own sessions.
pub async fn revoke(visit: Visit, Path(id): Path<i64>) -> Result<Response, Problem> {
    let own = own_name(&visit)?;
    let is_found = visit.desk.parts.accounts.revoke(own, id).await.map_err(|error| problem(&error))?;
    if !is_found {
        return Err(Problem::NotFound);
    }
    if visit.session.as_ref().is_some_and(|session| session.id == id) {
        let cookie = cookie::remove_session(visit.desk.parts.is_https).ok_or(Problem::Failed)?;
        return Ok(([(header::SET_COOKIE, cookie)], see_other("/login?signed_out=1")).into_response());
    }
    Ok(see_other("/sessions?revoked=1"))
}

fn table(visit: &Visit, sessions: &[Session]) -> Markup {
    let words = &visit.words().accounts;
    let own = visit.session.as_ref().map(|session| session.id);
    html! {
        table.queue {
            thead { tr { th scope="col" { (words.begun) } th scope="col" { (words.last_seen) } th scope="col" { (words.actions) } } }
            tbody {
                @for session in sessions {
                    tr {
                        td.number {
                            (moment::full(visit, session.created_at))
                            @if own == Some(session.id) { " " span.label { (words.this_device) } }
                        }
                        td.number { (moment::full(visit, session.last_seen_at)) }
                        td {
                            form method="post" action={ "/sessions/" (session.id) "/revoke" } {
                                button type="submit" { (words.revoke) }
                            }
                        }
                    }
                }
            }
        }
    }
}
