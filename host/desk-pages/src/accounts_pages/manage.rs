//! Management of all accounts, for administrators.
//!
//! `POST /accounts` with `name=sato&display_name=佐藤&role=operator` → 201 with the set-up link, once · `POST /accounts/sato/disable`
//! → 303 back

use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use kakekomi_accounts::{AccountError, AccountLine, ApiToken, Role, SetUpLink};
use maud::{Markup, html};

use super::api_tokens;
use super::requested_account::{own_name, problem};
use crate::frame::field::{FieldFault, FieldSet, Need};
use crate::frame::visit::see_other;
use crate::frame::{FormFields, Page, Problem, Visit, inert, moment, page};

const PATH: &str = "/accounts";

/// Lists the accounts and all tokens.
pub async fn accounts(visit: Visit) -> Result<Response, Problem> {
    show(&visit, &FormFields::default(), &[]).await
}

/// Adds an account, and shows its link once.
pub async fn add(visit: Visit, headers: HeaderMap, fields: FormFields) -> Result<Response, Problem> {
    let role: Role = fields.get("role").parse().map_err(|_| Problem::BadRequest)?;
    let (name, display_name, actor) = (fields.get("name").trim(), fields.get("display_name"), visit.operator()?);
    let words = &visit.words().accounts;
    let fault = |field: &str, sentence: &str| [(field.to_owned(), sentence.to_owned())];
    let faults = match visit.desk.parts.accounts.add(actor.actor(), name, display_name, role).await {
        Ok(link) => return Ok(show_link(&visit, &headers, name, &link)),
        Err(AccountError::Name) => fault("name", &words.bad_name),
        Err(AccountError::Taken) => fault("name", &words.taken),
        Err(AccountError::DisplayName) => fault("display_name", &words.bad_display_name),
        Err(error) => return Err(problem(&error)),
    };
    Ok((StatusCode::UNPROCESSABLE_ENTITY, show(&visit, &fields, &faults).await?).into_response())
}

/// Gives an account another role.
pub async fn set_role(visit: Visit, Path(name): Path<String>, fields: FormFields) -> Result<Response, Problem> {
    let role: Role = fields.get("role").parse().map_err(|_| Problem::BadRequest)?;
    if own_name(&visit)? == name {
        return refused_to_itself(&visit).await;
    }
    let actor = visit.operator()?;
    visit.desk.parts.accounts.set_role(actor.actor(), &name, role).await.map_err(|error| problem(&error))?;
    Ok(see_other(PATH))
}

/// Disables an account.
pub async fn disable(visit: Visit, Path(name): Path<String>) -> Result<Response, Problem> {
    if own_name(&visit)? == name {
        return refused_to_itself(&visit).await;
    }
    let actor = visit.operator()?;
    visit.desk.parts.accounts.disable(actor.actor(), &name).await.map_err(|error| problem(&error))?;
    Ok(see_other(PATH))
}

/// Enables a disabled account.
pub async fn enable(visit: Visit, Path(name): Path<String>) -> Result<Response, Problem> {
    let actor = visit.operator()?;
    visit.desk.parts.accounts.enable(actor.actor(), &name).await.map_err(|error| problem(&error))?;
    Ok(see_other(PATH))
}

/// Removes the secrets of an account, and shows its new link once.
pub async fn reset(visit: Visit, headers: HeaderMap, Path(name): Path<String>) -> Result<Response, Problem> {
    let actor = visit.operator()?;
    let link = visit.desk.parts.accounts.reset(actor.actor(), &name).await.map_err(|error| problem(&error))?;
    Ok(show_link(&visit, &headers, &name, &link))
}

/// Shows the list with the reason why an administrator cannot lock itself out.
async fn refused_to_itself(visit: &Visit) -> Result<Response, Problem> {
    let fault = ("list".to_owned(), visit.words().accounts.not_yourself.clone());
    Ok((StatusCode::UNPROCESSABLE_ENTITY, show(visit, &FormFields::default(), &[fault]).await?).into_response())
}

async fn show(visit: &Visit, typed: &FormFields, faults: &[FieldFault]) -> Result<Response, Problem> {
    let accounts = &visit.desk.parts.accounts;
    let lines = accounts.list().await.map_err(|error| problem(&error))?;
    let tokens = accounts.tokens().await.map_err(|error| problem(&error))?;
    let words = &visit.words().accounts;
    let set = FieldSet::new(visit, "account", typed, faults);
    let content = html! {
        h1 { (words.title) }
        (set.summary())
        p { (words.accounts_lead) }
        div #account-list { (table(visit, &lines)) }
        @if accounts.allows_local() {
            form.sheet.narrow method="post" action=(PATH) { (add_form(&set)) }
        } @else {
            p.hint { (visit.words().single_sign_on.add_off) }
        }
        (all_tokens(visit, &tokens))
    };
    Ok(page(&visit.clone().at(PATH.to_owned()), &Page::in_menu(&words.title, PATH), &content))
}

fn add_form(set: &FieldSet<'_>) -> Markup {
    let words = &set.visit.words().accounts;
    let roles = Role::ALL.map(|role| (role.as_str(), set.visit.words().role.get(role.as_str())));
    html! {
        h2 { (words.add_title) }
        (set.line("name", "text", &words.name, Need::Required))
        p.hint { (words.add_name_hint) }
        (set.line("display_name", "text", &words.display_name, Need::Required))
        p.hint { (words.display_name_hint) }
        (set.select("role", &words.role, Need::Required, &roles))
        button.main type="submit" { (words.add) }
    }
}

fn all_tokens(visit: &Visit, tokens: &[ApiToken]) -> Markup {
    html! {
        @if !tokens.is_empty() {
            h2 { (visit.words().accounts.all_tokens) }
            (api_tokens::table(visit, tokens, "/accounts/tokens", true))
        }
    }
}

fn table(visit: &Visit, lines: &[AccountLine]) -> Markup {
    let words = &visit.words().accounts;
    html! {
        table.queue {
            thead {
                tr {
                    @for title in [&words.name, &words.display_name, &words.role, &words.state, &words.actions] {
                        th scope="col" { (title) }
                    }
                }
            }
            tbody { @for line in lines { (row(visit, line)) } }
        }
    }
}

fn row(visit: &Visit, line: &AccountLine) -> Markup {
    let words = &visit.words().accounts;
    let is_of_provider = line.issuer.is_some();
    let state = match (line.disabled, line.set_up || is_of_provider) {
        (true, _) => &words.disabled,
        (false, true) => &words.enabled,
        (false, false) => &words.not_set_up,
    };
    let is_own = visit.session.as_ref().is_some_and(|session| session.account == line.name);
    html! {
        tr {
            td.queue__number { strong { (inert::text(&line.name)) } }
            td { (inert::text(&line.display_name)) }
            td {
                @if is_own || is_of_provider { (visit.words().role.get(line.role.map_or("", Role::as_str))) } @else { (role_form(visit, line)) }
            }
            td {
                (state)
                @if is_of_provider { br; span.label { (visit.words().single_sign_on.of_provider) } }
                @if line.set_up { br; span.label { (words.recovery_left) (line.recovery_codes) } }
            }
            td.queue__actions { (changes(visit, line, is_own)) }
        }
    }
}

fn role_form(visit: &Visit, line: &AccountLine) -> Markup {
    let words = &visit.words().accounts;
    html! {
        form.ways method="post" action={ (PATH) "/" (line.name) "/role" } {
            select name="role" aria-label={ (words.role) " " (line.name) } {
                @for role in Role::ALL {
                    option value=(role.as_str()) selected[line.role == Some(role)] { (visit.words().role.get(role.as_str())) }
                }
            }
            button type="submit" { (words.change_role) }
        }
    }
}

/// Writes the buttons of an account; the own one cannot be disabled. Those that end something ask first, by opening.
fn changes(visit: &Visit, line: &AccountLine, is_own: bool) -> Markup {
    let words = &visit.words().accounts;
    let asked = |path: &str, title: &str, lead: &str| {
        html! {
            details {
                summary { (title) }
                form method="post" action={ (PATH) "/" (line.name) "/" (path) } {
                    p { (lead) }
                    button.danger type="submit" { (title) }
                }
            }
        }
    };
    html! {
        @if line.disabled {
            form method="post" action={ (PATH) "/" (line.name) "/enable" } { button type="submit" { (words.enable) } }
        } @else if !is_own {
            (asked("disable", &words.disable, &words.disable_lead))
        }
        @if line.issuer.is_none() && visit.desk.parts.accounts.allows_local() {
            (asked("reset", &words.reset, &words.reset_lead))
        }
    }
}

/// Shows a set-up link. It leads to the address at which the administrator reaches the desk.
fn show_link(visit: &Visit, headers: &HeaderMap, name: &str, link: &SetUpLink) -> Response {
    let words = &visit.words().accounts;
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let scheme = if visit.desk.parts.is_https { "https" } else { "http" };
    let content = html! {
        section.sheet.narrow {
            h1 { (words.link_label) }
            p { (words.link_once) }
            label for="link" { (words.link_label) " " (inert::text(name)) }
            input #link type="text" readonly value={ (scheme) "://" (host) "/setup/" (link.token) } autocomplete="off" spellcheck="false";
            p.hint { (words.link_valid) " " (moment::full(visit, link.expires_at)) }
            p { a href=(PATH) { (words.back) } }
        }
    };
    let shown = page(&visit.clone().at(PATH.to_owned()), &Page::titled(&words.link_label), &content);
    (StatusCode::CREATED, shown).into_response()
}
