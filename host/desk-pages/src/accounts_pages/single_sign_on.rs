//! Signing in and out at the identity provider.
//!
//! `POST /oidc/start` → a page that goes on to the provider, and the cookie of the attempt · `GET /oidc/callback?code=…&state=…` →
//! the session's cookie and a page that goes on to the desk · `POST /oidc/logout` with `logout_token=…` → 200
//!
//! The cookie of a session is for links of the desk's own pages alone (SameSite=Strict). So the callback, to which a page of the
//! provider leads, answers with a page that goes on by itself, and works without script.

use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use kakekomi_accounts::{ATTEMPT_LIFETIME, ProviderAnswer, RefusalClass, SingleSignOnRefusal};
use maud::html;

use super::requested_account::{end_earlier, problem};
use crate::frame::visit::{Query, local_path};
use crate::frame::{FormFields, Page, Problem, Visit, cookie, page};

/// The most bytes of the page to go on with; a longer one is forgotten.
const NEXT_MAX: usize = 2000;

/// Begins an attempt, and goes on to the provider.
pub async fn start(visit: Visit, fields: FormFields) -> Result<Response, Problem> {
    let next = local_path(fields.get("next")).filter(|next| next.len() <= NEXT_MAX).unwrap_or("/");
    let started = match visit.desk.parts.accounts.begin_at_provider(next, visit.address).await {
        Ok(started) => started,
        Err(refusal) => return refused(&visit, &refusal),
    };
    // The callback does not get the cookie of an earlier session.
    end_earlier(&visit).await?;
    let words = &visit.words().single_sign_on;
    let shown = go_on(&visit, [&words.going_title, &words.going, &words.going_link], &started.address);
    let is_https = visit.desk.parts.is_https;
    let cookie = cookie::set_attempt(&started.browser, ATTEMPT_LIFETIME, is_https).ok_or(Problem::Failed)?;
    Ok(([(header::SET_COOKIE, cookie)], shown).into_response())
}

/// Finishes an attempt with the provider's answer, and goes on to the page that was asked for.
pub async fn finish(visit: Visit, headers: HeaderMap, query: Query) -> Result<Response, Problem> {
    let is_https = visit.desk.parts.is_https;
    let text = |name: &str| query.get(name).map(str::to_owned);
    let answer = ProviderAnswer {
        state: text("state").unwrap_or_default(),
        code: text("code"),
        issuer: text("iss"),
        is_error: query.get("error").is_some(),
    };
    let browser = cookie::attempt(&headers, is_https);
    let session = match visit.desk.parts.accounts.finish_at_provider(&answer, browser, visit.address).await {
        Ok(session) => session,
        Err(refusal) => return refused(&visit, &refusal),
    };
    let words = &visit.words().single_sign_on;
    let shown = go_on(&visit, [&words.done_title, &words.done, &words.done_link], &session.next);
    let mut response = shown.into_response();
    for cookie in [cookie::set_session(session.token.as_str(), is_https), cookie::remove_attempt(is_https)] {
        response.headers_mut().append(header::SET_COOKIE, cookie.ok_or(Problem::Failed)?);
    }
    Ok(response)
}

/// Ends the sessions that the provider names. Its server reads the status alone (Back-Channel Logout 2.8).
pub async fn log_out(visit: Visit, fields: FormFields) -> Result<Response, Problem> {
    match visit.desk.parts.accounts.log_out_by_provider(fields.get("logout_token")).await {
        Ok(()) => Ok(StatusCode::OK.into_response()),
        Err(SingleSignOnRefusal::NoProvider) => Err(Problem::NotFound),
        Err(SingleSignOnRefusal::Failed(error)) => Err(problem(&error)),
        Err(refusal) if refusal.class() == RefusalClass::Unreachable => Err(Problem::Unavailable),
        Err(_) => Err(Problem::BadRequest),
    }
}

/// Shows that the session is over, and goes on to the provider's own logout.
pub fn signed_out(visit: &Visit, address: &str) -> Response {
    let words = &visit.words().single_sign_on;
    let content = html! {
        section.sheet.narrow {
            h1 { (words.signed_out_title) }
            p role="status" { (words.signed_out) }
            p { a.button.main href=(address) { (words.signed_out_link) } }
            p { a href="/login" { (words.stay_link) } }
        }
    };
    // The page of a session that is over has no menu.
    let mut visit = visit.clone().at("/login".to_owned());
    visit.session = None;
    page(&visit, &Page::going_on(&words.signed_out_title, address), &content)
}

/// Shows a page that goes on by itself, and a link for browsers that do not.
fn go_on(visit: &Visit, [title, lead, link]: [&String; 3], address: &str) -> Response {
    let content = html! {
        section.sheet.narrow {
            h1 { (title) }
            p { (lead) }
            p { a.button.main href=(address) { (link) } }
        }
    };
    page(&visit.clone().at("/login".to_owned()), &Page::going_on(title, address), &content)
}

/// Shows why nobody is signed in and what to do about it, with the code for an administrator.
fn refused(visit: &Visit, refusal: &SingleSignOnRefusal) -> Result<Response, Problem> {
    let status = match refusal.class() {
        RefusalClass::NoProvider => return Err(Problem::NotFound),
        RefusalClass::Failed => return Err(Problem::Unavailable),
        RefusalClass::Unreachable => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let words = &visit.words().single_sign_on;
    let content = html! {
        section.sheet.narrow {
            h1 { (words.refused_title) }
            p role="alert" { (visit.words().single_sign_on_refusal.get(refusal.class().as_str())) }
            p.hint { (words.code) " " code { (refusal.code()) } }
            p { a.button.main href="/login" { (words.again) } }
        }
    };
    let shown = page(&visit.clone().at("/login".to_owned()), &Page::titled(&words.refused_title), &content);
    Ok((status, shown).into_response())
}
