//! Signing in and out.
//!
//! `POST /login` with `name=sato&password=…&code=123456&next=/audit` → 303 to `/audit` with the session's cookie; whatever is wrong,
//! 422 with the same sentence

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use kakekomi_accounts::SignIn;
use kakekomi_core::message::substitute;
use maud::{Markup, html};

use super::requested_account::{end_earlier, problem};
use super::single_sign_on;
use crate::frame::field::{FieldFault, FieldSet};
use crate::frame::visit::{Query, local_path, see_other};
use crate::frame::{FormFields, Page, Problem, Visit, cookie, page};

/// The fields of the form, all of which are required.
const FIELDS: [&str; 3] = ["name", "password", "code"];
/// Seconds after which a sign-in is worth another attempt where too many sign in at the same time.
const BUSY_SECONDS: u64 = 5;

/// Shows the form.
pub async fn login(visit: Visit, query: Query) -> Response {
    let next = query.get("next").unwrap_or_default().to_owned();
    let notice = query.get("signed_out").map(|_| visit.words().accounts.signed_out.as_str());
    show(&visit, &FormFields(vec![("next".to_owned(), next)]), &[], notice)
}

/// Signs in and leads to the page that was asked for.
pub async fn sign_in(visit: Visit, fields: FormFields) -> Result<Response, Problem> {
    let words = &visit.words().accounts;
    if !visit.desk.parts.accounts.allows_local() {
        let sentence = visit.words().single_sign_on.local_off.clone();
        return Ok(failed(&visit, &fields, StatusCode::FORBIDDEN, sentence, None));
    }
    let missing: Vec<FieldFault> = FIELDS
        .into_iter()
        .filter(|name| !fields.has(name))
        .map(|name| (name.to_owned(), words.required.clone()))
        .collect();
    if !missing.is_empty() {
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, show(&visit, &fields, &missing, None)).into_response());
    }
    let [name, password, code] = FIELDS.map(|name| fields.get(name));
    let outcome = visit.desk.parts.accounts.sign_in(name, password, code, visit.address).await;
    match outcome.map_err(|error| problem(&error))? {
        SignIn::SignedIn(token) => {
            end_earlier(&visit).await?;
            let cookie = cookie::set_session(token.as_str(), visit.desk.parts.is_https).ok_or(Problem::Failed)?;
            let next = local_path(fields.get("next")).unwrap_or("/");
            Ok(([(header::SET_COOKIE, cookie)], see_other(next)).into_response())
        }
        SignIn::Refused => Ok(failed(&visit, &fields, StatusCode::UNPROCESSABLE_ENTITY, words.refused.clone(), None)),
        SignIn::Locked { wait } => {
            let sentence = substitute(&words.locked, "minutes", &wait.as_secs().div_ceil(60).to_string());
            Ok(failed(&visit, &fields, StatusCode::TOO_MANY_REQUESTS, sentence, Some(wait.as_secs() + 1)))
        }
        SignIn::Busy => {
            let status = StatusCode::SERVICE_UNAVAILABLE;
            Ok(failed(&visit, &fields, status, words.busy.clone(), Some(BUSY_SECONDS)))
        }
    }
}

/// Ends the session, and leads to the form.
pub async fn sign_out(visit: Visit) -> Result<Response, Problem> {
    let session = visit.session.as_ref().ok_or(Problem::SignedOut)?;
    let accounts = &visit.desk.parts.accounts;
    accounts.sign_out(session).await.map_err(|error| problem(&error))?;
    let cookie = cookie::remove_session(visit.desk.parts.is_https).ok_or(Problem::Failed)?;
    let at_provider = if session.of_provider { accounts.end_session_address().await } else { None };
    let response = match at_provider {
        Some(address) => single_sign_on::signed_out(&visit, &address),
        None => see_other("/login?signed_out=1"),
    };
    Ok(([(header::SET_COOKIE, cookie)], response).into_response())
}

/// Shows the form again with one sentence that names no field.
fn failed(visit: &Visit, fields: &FormFields, status: StatusCode, sentence: String, retry: Option<u64>) -> Response {
    let mut response = (status, show(visit, fields, &[("name".to_owned(), sentence)], None)).into_response();
    if let Some(seconds) = retry {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

fn show(visit: &Visit, fields: &FormFields, faults: &[FieldFault], notice: Option<&str>) -> Response {
    let words = &visit.words().accounts;
    let accounts = &visit.desk.parts.accounts;
    let set = FieldSet::new(visit, "login", fields, faults);
    let content = html! {
        div.sheet.narrow {
            h1 { (words.sign_in_title) }
            @if let Some(notice) = notice { p.notice role="status" { (notice) } }
            @if accounts.has_single_sign_on() { (at_provider(visit, fields)) }
            @if accounts.allows_local() { (with_password(&set)) } @else { (set.summary()) }
        }
    };
    page(&visit.clone().at("/login".to_owned()), &Page::titled(&words.sign_in_title), &content)
}

fn at_provider(visit: &Visit, fields: &FormFields) -> Markup {
    let words = &visit.words().single_sign_on;
    html! {
        form method="post" action="/oidc/start" {
            input type="hidden" name="next" value=(fields.get("next"));
            button.main type="submit" { (words.button) }
            p.hint { (words.button_hint) }
        }
        @if visit.desk.parts.accounts.allows_local() { h2 { (words.or_password) } }
    }
}

fn with_password(set: &FieldSet<'_>) -> Markup {
    let words = &set.visit.words().accounts;
    let is_main = !set.visit.desk.parts.accounts.has_single_sign_on();
    html! {
        form method="post" action="/login" {
            (set.summary())
            input type="hidden" name="next" value=(set.typed.get("next"));
            (set.credential("name", &words.name, "username", &words.name_hint))
            (set.credential("password", &words.password, "current-password", &words.password_hint))
            (set.credential("code", &words.code, "one-time-code", &words.code_hint))
            button.main[is_main] type="submit" { (words.sign_in) }
        }
    }
}
