//! Tokens of the interface for programs. Each account makes its own, so that nobody gets more than the own role allows; an
//! administrator revokes all.
//!
//! `POST /tokens` with `scope=queue` → the token, once · `POST /tokens/3/revoke` → 303 back

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use kakekomi_accounts::{ApiToken, TokenScope};
use maud::{Markup, html};

use super::requested_account::{own_name, problem};
use crate::frame::field::{FieldSet, Need};
use crate::frame::visit::see_other;
use crate::frame::{FormFields, Page, Problem, Visit, inert, moment, page};

/// Adds a token of the own account, and shows it once.
pub async fn add(visit: Visit, fields: FormFields) -> Result<Response, Problem> {
    let own = own_name(&visit)?;
    let scope: TokenScope = fields.get("scope").parse().map_err(|_| Problem::BadRequest)?;
    let actor = visit.operator()?;
    let token =
        visit.desk.parts.accounts.add_token(actor.actor(), own, scope).await.map_err(|error| problem(&error))?;
    let words = &visit.words().accounts;
    let content = html! {
        section.sheet.narrow {
            h1 { (words.tokens_title) }
            p { (words.token_once) }
            label for="token" { (words.token_label) }
            input #token type="text" readonly value=(token) autocomplete="off" spellcheck="false";
            p { a href="/sessions" { (words.back) } }
        }
    };
    let shown = page(&visit.clone().at("/sessions".to_owned()), &Page::titled(&words.tokens_title), &content);
    Ok((StatusCode::CREATED, shown).into_response())
}

/// Revokes one of the own tokens.
pub async fn revoke(visit: Visit, Path(id): Path<i64>) -> Result<Response, Problem> {
    if !own(&visit).await?.iter().any(|token| token.id == id) {
        return Err(Problem::NotFound);
    }
    revoke_by(&visit, id).await?;
    Ok(see_other("/sessions?token_revoked=1"))
}

/// Revokes the token of any account.
pub async fn revoke_any(visit: Visit, Path(id): Path<i64>) -> Result<Response, Problem> {
    revoke_by(&visit, id).await?;
    Ok(see_other("/accounts"))
}

async fn revoke_by(visit: &Visit, id: i64) -> Result<(), Problem> {
    let actor = visit.operator()?;
    let revoked = visit.desk.parts.accounts.revoke_token(actor.actor(), id).await.map_err(|error| problem(&error))?;
    if revoked { Ok(()) } else { Err(Problem::NotFound) }
}

/// Reads the own tokens.
pub async fn own(visit: &Visit) -> Result<Vec<ApiToken>, Problem> {
    let own = own_name(visit)?;
    let tokens = visit.desk.parts.accounts.tokens().await.map_err(|error| problem(&error))?;
    Ok(tokens.into_iter().filter(|token| token.account == own).collect())
}

/// Writes the own tokens, and the form for a new one.
pub fn section(visit: &Visit, tokens: &[ApiToken]) -> Markup {
    let words = &visit.words().accounts;
    let typed = FormFields::default();
    let set = FieldSet::new(visit, "token", &typed, &[]);
    let scopes = [("queue", words.scope_queue.as_str()), ("cases", words.scope_cases.as_str())];
    html! {
        section.sheet {
            h2 { (words.tokens_title) }
            p { (words.tokens_lead) }
            @if tokens.is_empty() { p.hint { (words.no_tokens) } } @else { (table(visit, tokens, "/tokens", false)) }
            form method="post" action="/tokens" {
                (set.select("scope", &words.scope, Need::Required, &scopes))
                button type="submit" { (words.add_token) }
            }
        }
    }
}

/// Writes tokens with a button each; `base` is the path of the buttons.
pub fn table(visit: &Visit, tokens: &[ApiToken], base: &str, with_account: bool) -> Markup {
    let words = &visit.words().accounts;
    html! {
        table.queue {
            thead {
                tr {
                    th scope="col" { (words.token) }
                    @if with_account { th scope="col" { (words.account) } }
                    th scope="col" { (words.scope) }
                    th scope="col" { (words.last_used) }
                    th scope="col" { (words.actions) }
                }
            }
            tbody {
                @for token in tokens {
                    tr {
                        td.number { (token.id) " " span.label { (moment::full(visit, token.created_at)) } }
                        @if with_account { td { (inert::text(&token.account)) } }
                        td { @match token.scope { TokenScope::Queue => (words.scope_queue), TokenScope::Cases => (words.scope_cases) } }
                        td.number { @match token.last_used_at { Some(at) => (moment::full(visit, at)), None => (words.never) } }
                        td {
                            form method="post" action={ (base) "/" (token.id) "/revoke" } { button type="submit" { (words.revoke_token) } }
                        }
                    }
                }
            }
        }
    }
}
