//! The page of a set-up link: password, authenticator, and then the recovery codes, once.
//!
//! `POST /setup/5f…` with `password=…&again=…&code=123456` → the recovery codes; with a fault, 422 and the form again

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use kakekomi_accounts::{MAX_PASSWORD, MIN_PASSWORD, PasswordFault, RecoveryCodes, SetUp, SetUpRefusal};
use kakekomi_core::message::substitute;
use maud::{Markup, html};

use super::qr;
use super::requested_account::problem;
use crate::frame::field::{FieldFault, FieldSet};
use crate::frame::{FormFields, Page, Problem, Visit, inert, page};

/// Shows the form, if the link can be used.
pub async fn set_up(visit: Visit, Path(token): Path<String>) -> Result<Response, Problem> {
    let found = visit.desk.parts.accounts.set_up(&token).await.map_err(|error| problem(&error))?;
    Ok(match found {
        Some(found) => show(&visit, &token, &found, &[]),
        None => dead_link(&visit),
    })
}

/// Finishes the set-up and shows the recovery codes.
pub async fn finish(visit: Visit, Path(token): Path<String>, fields: FormFields) -> Result<Response, Problem> {
    let accounts = &visit.desk.parts.accounts;
    let Some(found) = accounts.set_up(&token).await.map_err(|error| problem(&error))? else {
        return Ok(dead_link(&visit));
    };
    let words = &visit.words().accounts;
    let mut faults = Vec::new();
    let password = fields.get("password");
    if password != fields.get("again") {
        faults.push(("again".to_owned(), words.again_wrong.clone()));
        return Ok(rejected(&visit, &token, &found, &faults));
    }
    match accounts.finish_set_up(&token, password, fields.get("code")).await {
        Ok(codes) => Ok(show_codes(&visit, &codes)),
        Err(SetUpRefusal::Link) => Ok(dead_link(&visit)),
        Err(SetUpRefusal::Entries { password, code }) => {
            faults.extend(password.map(|fault| ("password".to_owned(), sentence(&visit, fault))));
            faults.extend(code.then(|| ("code".to_owned(), words.app_code_wrong.clone())));
            Ok(rejected(&visit, &token, &found, &faults))
        }
        Err(SetUpRefusal::Busy) => Err(Problem::Unavailable),
        Err(SetUpRefusal::Failed(error)) => Err(problem(&error)),
    }
}

fn sentence(visit: &Visit, fault: PasswordFault) -> String {
    let words = &visit.words().accounts;
    match fault {
        PasswordFault::TooShort => substitute(&words.password_short, "min", &MIN_PASSWORD.to_string()),
        PasswordFault::TooLong => substitute(&words.password_long, "max", &MAX_PASSWORD.to_string()),
        PasswordFault::Name => words.password_name.clone(),
        PasswordFault::Guessable => words.password_guessable.clone(),
    }
}

fn rejected(visit: &Visit, token: &str, found: &SetUp, faults: &[FieldFault]) -> Response {
    (StatusCode::UNPROCESSABLE_ENTITY, show(visit, token, found, faults)).into_response()
}

fn show(visit: &Visit, token: &str, found: &SetUp, faults: &[FieldFault]) -> Response {
    let words = &visit.words().accounts;
    // For the program that keeps passwords: it notes the name beside the password.
    let typed = FormFields(vec![("name".to_owned(), found.account.clone())]);
    let set = FieldSet::new(visit, "setup", &typed, faults);
    let new_password_hint = substitute(&words.new_password_hint, "min", &MIN_PASSWORD.to_string());
    let content = html! {
        form.sheet.narrow method="post" action={ "/setup/" (token) } {
            h1 { (words.set_up_title) }
            p { (words.set_up_lead) }
            (set.summary())
            div.field {
                label for="setup-name" { (words.name) }
                input id="setup-name" type="text" name="name" value=(found.account) readonly autocomplete="username";
                p.hint { (inert::text(&found.display_name)) }
            }
            (set.credential("password", &words.new_password, "new-password", &new_password_hint))
            (set.credential("again", &words.again, "new-password", &words.again_hint))
            h2 { (words.app_title) }
            (authenticator(visit, found))
            (set.credential("code", &words.app_code, "one-time-code", &words.app_code_hint))
            button.main type="submit" { (words.finish) }
        }
    };
    page(visit, &Page::titled(&words.set_up_title), &content)
}

fn authenticator(visit: &Visit, found: &SetUp) -> Markup {
    let words = &visit.words().accounts;
    html! {
        p { (words.app_lead) }
        @if let Some(picture) = qr::svg(&found.totp_uri, &words.app_qr) { (picture) }
        p { (words.app_secret) " " code.number { (found.totp_secret) } }
    }
}

fn show_codes(visit: &Visit, codes: &RecoveryCodes) -> Response {
    let words = &visit.words().accounts;
    let content = html! {
        section.sheet.narrow {
            h1 { (words.codes_title) }
            p { (words.codes_lead) }
            ul.codes { @for code in codes.as_slice() { li { code.number { (code) } } } }
            p.no-print { (words.codes_print) }
            p.no-print { a.button.main href="/login" { (words.codes_next) } }
        }
    };
    // The link is used: another language would lead to a dead end.
    page(&visit.clone().at("/login".to_owned()), &Page::titled(&words.codes_title), &content)
}

fn dead_link(visit: &Visit) -> Response {
    let words = &visit.words().accounts;
    let content = html! {
        section.sheet.narrow { h1 { (words.link_title) } p { (words.link_dead) } p { a href="/login" { (words.sign_in_title) } } }
    };
    (StatusCode::NOT_FOUND, page(visit, &Page::titled(&words.link_title), &content)).into_response()
}
