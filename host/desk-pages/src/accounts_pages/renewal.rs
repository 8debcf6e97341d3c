//! The change of the own password, authenticator and recovery codes: whoever knows the present ones sets the account up anew.
//!
//! `POST /renew` with `password=…&code=123456` → 303 to a set-up page that works for an hour

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use kakekomi_accounts::{Renewal, SetUpLink};
use kakekomi_core::message::substitute;
use maud::html;

use super::requested_account::{own_name, problem};
use crate::frame::field::{FieldFault, FieldSet};
use crate::frame::visit::see_other;
use crate::frame::{FormFields, Page, Problem, Visit, page};

/// Shows the form.
pub async fn form(visit: Visit) -> Response {
    if is_of_provider(&visit) { of_provider(&visit) } else { show(&visit, &[]) }
}

fn is_of_provider(visit: &Visit) -> bool {
    visit.session.as_ref().is_some_and(|session| session.of_provider)
}

/// Shows where the password of an account of the identity provider is changed.
fn of_provider(visit: &Visit) -> Response {
    let words = &visit.words().accounts;
    let content = html! {
        section.sheet.narrow {
            h1 { (words.renew_title) }
            p { (visit.words().single_sign_on.renew) }
            p { a href="/sessions" { (words.back) } }
        }
    };
    page(&visit.clone().at("/renew".to_owned()), &Page::titled(&words.renew_title), &content)
}

/// Compares the present password and a code, and leads to the set-up page.
pub async fn renew(visit: Visit, fields: FormFields) -> Result<Response, Problem> {
    if is_of_provider(&visit) {
        return Ok((StatusCode::FORBIDDEN, of_provider(&visit)).into_response());
    }
    let words = &visit.words().accounts;
    let accounts = &visit.desk.parts.accounts;
    let (password, code) = (fields.get("password"), fields.get("code"));
    let outcome = accounts.renew(own_name(&visit)?, password, code, visit.address).await;
    let (status, sentence) = match outcome.map_err(|error| problem(&error))? {
        Renewal::Link(SetUpLink { token, .. }) => return Ok(see_other(&format!("/setup/{token}"))),
        Renewal::Refused => (StatusCode::UNPROCESSABLE_ENTITY, words.renew_refused.clone()),
        Renewal::Locked { wait } => {
            let minutes = wait.as_secs().div_ceil(60).to_string();
            (StatusCode::TOO_MANY_REQUESTS, substitute(&words.locked, "minutes", &minutes))
        }
        Renewal::Busy => (StatusCode::SERVICE_UNAVAILABLE, words.busy.clone()),
    };
    Ok((status, show(&visit, &[("password".to_owned(), sentence)])).into_response())
}

fn show(visit: &Visit, faults: &[FieldFault]) -> Response {
    let words = &visit.words().accounts;
    let typed = FormFields::default();
    let set = FieldSet::new(visit, "renew", &typed, faults);
    let content = html! {
        form.sheet.narrow method="post" action="/renew" {
            h1 { (words.renew_title) }
            p { (words.renew_lead) }
            (set.summary())
            (set.credential("password", &words.password, "current-password", &words.password_hint))
            (set.credential("code", &words.code, "one-time-code", &words.renew_code_hint))
            div.ways { button.main type="submit" { (words.renew) } a href="/sessions" { (words.back) } }
        }
    };
    page(&visit.clone().at("/renew".to_owned()), &Page::titled(&words.renew_title), &content)
}
