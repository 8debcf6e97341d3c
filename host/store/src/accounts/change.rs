//! Changes of accounts, each within one transaction.
//!
//! `change(session, SignIn { second: Step(59), … })` → `true`; the same again → `false`, since the step is used

use sqlx::QueryBuilder;

use super::{AccountChange, NewLink, ProviderSubject, SecondFactor, SecretHash, oidc};
use crate::error::StoreError;
use crate::query::{Bind, TableRows, Value};
use crate::session::Session;

/// Makes a change, to be committed by the caller if it applies.
pub(crate) async fn change<S: Session>(session: &mut S, change: AccountChange) -> Result<bool, StoreError> {
    match change {
        AccountChange::Add { name, display_name, role, at, link } => {
            let row =
                [text(&name), Value::Text(display_name), Value::Text(role), Value::Boolean(false), Value::Integer(at)];
            add(session, &name, row, &link).await
        }
        AccountChange::Reset { name, link } => reset(session, &name, &link).await,
        AccountChange::FinishSetUp { token, at, password, totp, totp_step, recovery_codes } => {
            let Some(name) = usable_link(session, token, at).await? else { return Ok(false) };
            let secrets = [
                ("UPDATE accounts SET password = ", Value::Text(password)),
                (", totp = ", Value::Bytes(totp)),
                (", totp_step = ", Value::Integer(totp_step)),
                (" WHERE name = ", text(&name)),
            ];
            execute(session, secrets).await?;
            run(session, &[END_SESSIONS, END_LINK, FORGET_CODES], text(&name)).await?;
            add_codes(session, &name, recovery_codes).await
        }
        AccountChange::SignIn { name, password, second, token, at, idle_before, began_before } => {
            if !use_up(session, &name, password, second).await? {
                return Ok(false);
            }
            end_old_sessions(session, idle_before, began_before).await?;
            begin_session(session, name, token, at, None).await
        }
        AccountChange::AddOfProvider { name, display_name, role, at, person } => {
            if has_account(session, ACCOUNT, &name).await? || oidc::has_person(session, &person).await? {
                return Ok(false);
            }
            oidc::add(session, [name, display_name, role], at, person).await
        }
        AccountChange::Link { name, person } => link(session, &name, person).await,
        AccountChange::BeginOidc { attempt, began_before, max_of_address, max } => {
            oidc::begin(session, attempt, began_before, max_of_address, max).await
        }
        AccountChange::EndOidc { state } => {
            run(session, &["DELETE FROM oidc_attempts WHERE state = "], Value::Bytes(state.to_vec())).await
        }
        AccountChange::SignInOfProvider { name, person, provider_session, token, at, idle_before, began_before } => {
            if !oidc::may_sign_in(session, &name, &person).await? {
                return Ok(false);
            }
            end_old_sessions(session, idle_before, began_before).await?;
            begin_session(session, name, token, at, provider_session).await
        }
        AccountChange::EndSessionsOfProvider { name, provider_session, began_before } => {
            end_sessions_of_provider(session, name, provider_session, began_before).await
        }
        AccountChange::EndAccess { name } => run(session, &[END_SESSIONS, END_TOKENS], text(&name)).await,
        AccountChange::Renew { name, password, second, link } => {
            if !use_up(session, &name, password, second).await? {
                return Ok(false);
            }
            run(session, &[END_LINK], text(&name)).await?;
            add_link(session, &name, &link).await
        }
        AccountChange::Disable { name } => {
            let applies = run(session, &[DISABLE], text(&name)).await?;
            run(session, &[END_SESSIONS, END_LINK, END_TOKENS], text(&name)).await?;
            Ok(applies)
        }
        AccountChange::Enable { name } => {
            let applies = run(session, &[ENABLE], text(&name)).await?;
            if applies {
                // An account that an earlier version disabled still has its tokens.
                run(session, &[END_TOKENS], text(&name)).await?;
            }
            Ok(applies)
        }
        AccountChange::AddToken { name, token, scope, at } => add_token(session, name, token, scope, at).await,
        AccountChange::RevokeToken { id } => {
            run(session, &["DELETE FROM api_tokens WHERE id = "], Value::Integer(id)).await
        }
        AccountChange::SetRole { name, role } => {
            let (is, name) = (Value::Text(role), Value::Text(name));
            let parts = [("UPDATE accounts SET role = ", is.clone()), (" WHERE role <> ", is), (" AND name = ", name)];
            execute(session, parts).await
        }
        AccountChange::SeeSession { id, at } => {
            let (at, id) = (Value::Integer(at), Value::Integer(id));
            let before = (" WHERE last_seen_at < ", at.clone());
            execute(session, [("UPDATE sessions SET last_seen_at = ", at), before, (" AND id = ", id)]).await
        }
        AccountChange::EndSession { name, id } => {
            let (id, name) = (Value::Integer(id), Value::Text(name));
            execute(session, [("DELETE FROM sessions WHERE id = ", id), (" AND account = ", name)]).await
        }
        AccountChange::UseToken { id, at } => {
            let (at, id) = (Value::Integer(at), Value::Integer(id));
            execute(session, [("UPDATE api_tokens SET last_used_at = ", at), (" WHERE id = ", id)]).await
        }
    }
}

const ACCOUNT: &str = "SELECT name FROM accounts WHERE name = ";
const ENABLED_ACCOUNT: &str = "SELECT name FROM accounts WHERE disabled = (1 = 0) AND name = ";
const DISABLE: &str = "UPDATE accounts SET disabled = (1 = 1) WHERE disabled = (1 = 0) AND name = ";
const ENABLE: &str = "UPDATE accounts SET disabled = (1 = 0) WHERE disabled = (1 = 1) AND name = ";
const CLEAR_SECRETS: &str =
    "UPDATE accounts SET password = NULL, totp = NULL, totp_step = 0 WHERE subject IS NULL AND name = ";
const END_SESSIONS: &str = "DELETE FROM sessions WHERE account = ";
const END_LINK: &str = "DELETE FROM set_up_links WHERE account = ";
const END_TOKENS: &str = "DELETE FROM api_tokens WHERE account = ";
const FORGET_CODES: &str = "DELETE FROM recovery_codes WHERE account = ";

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

/// Runs a statement of parts, each before its value; reports whether it changed a row.
async fn execute<S: Session, const N: usize>(session: &mut S, parts: [(&str, Value); N]) -> Result<bool, StoreError> {
    let mut query = QueryBuilder::new("");
    for (part, value) in parts {
        value.bind(query.push(part));
    }
    Ok(session.execute(query).await? > 0)
}

/// Runs statements that end with the same value; reports whether one of them changed a row.
async fn run<S: Session>(session: &mut S, statements: &[&str], value: Value) -> Result<bool, StoreError> {
    let mut is_changed = false;
    for statement in statements {
        is_changed |= execute(session, [(*statement, value.clone())]).await?;
    }
    Ok(is_changed)
}

/// Adds an account of a row, unless the name was ever given.
async fn add<S: Session>(session: &mut S, name: &str, row: [Value; 5], link: &NewLink) -> Result<bool, StoreError> {
    if has_account(session, ACCOUNT, name).await? {
        return Ok(false);
    }
    session.insert(TableRows::new("accounts (name, display_name, role, disabled, created_at)", [row])).await?;
    add_link(session, name, link).await
}

async fn reset<S: Session>(session: &mut S, name: &str, link: &NewLink) -> Result<bool, StoreError> {
    if !run(session, &[CLEAR_SECRETS], text(name)).await? {
        return Ok(false);
    }
    run(session, &[END_SESSIONS, END_LINK, END_TOKENS, FORGET_CODES], text(name)).await?;
    add_link(session, name, link).await
}

/// Gives an account to a person at a provider, unless the person has one.
async fn link<S: Session>(session: &mut S, name: &str, person: ProviderSubject) -> Result<bool, StoreError> {
    if oidc::has_person(session, &person).await? || !has_account(session, ACCOUNT, name).await? {
        return Ok(false);
    }
    let secrets = [
        ("UPDATE accounts SET password = NULL, totp = NULL, totp_step = 0, issuer = ", Value::Text(person.issuer)),
        (", subject = ", Value::Text(person.subject)),
        (" WHERE name = ", text(name)),
    ];
    execute(session, secrets).await?;
    run(session, &[END_SESSIONS, END_LINK, FORGET_CODES], text(name)).await?;
    Ok(true)
}

async fn end_sessions_of_provider<S: Session>(
    session: &mut S,
    name: String,
    provider_session: Option<SecretHash>,
    began_before: i64,
) -> Result<bool, StoreError> {
    let of_account = (END_SESSIONS, Value::Text(name));
    let began_before = (" AND created_at < ", Value::Integer(began_before));
    let Some(ended) = provider_session.map(|hash| Value::Bytes(hash.to_vec())) else {
        return execute(session, [of_account, began_before]).await;
    };
    // A session of which the provider named none may have begun with the one that ends.
    let (or_unknown, is_ended) = ((" AND coalesce(provider_session, ", ended.clone()), (") = ", ended));
    execute(session, [of_account, began_before, or_unknown, is_ended]).await
}

async fn has_account<S: Session>(session: &mut S, select: &str, name: &str) -> Result<bool, StoreError> {
    let mut query = QueryBuilder::new(select);
    S::Database::bind(&mut query, name.to_owned());
    Ok(!session.fetch::<(String,)>(query).await?.is_empty())
}

/// Adds the link of an account that has none.
async fn add_link<S: Session>(session: &mut S, account: &str, link: &NewLink) -> Result<bool, StoreError> {
    let row = [text(account), Value::Bytes(link.token.to_vec()), Value::Integer(link.expires_at)];
    session.insert(TableRows::new("set_up_links (account, token, expires_at)", [row])).await?;
    Ok(true)
}

async fn add_codes<S: Session>(session: &mut S, account: &str, codes: Vec<SecretHash>) -> Result<bool, StoreError> {
    let rows = codes.into_iter().map(|code| [text(account), Value::Bytes(code.to_vec())]);
    session.insert(TableRows::new("recovery_codes (account, hash)", rows)).await?;
    Ok(true)
}

async fn end_old_sessions<S: Session>(session: &mut S, idle_before: i64, began_before: i64) -> Result<(), StoreError> {
    run(session, &["DELETE FROM sessions WHERE last_seen_at < "], Value::Integer(idle_before)).await?;
    run(session, &["DELETE FROM sessions WHERE created_at < "], Value::Integer(began_before)).await?;
    Ok(())
}

async fn begin_session<S: Session>(
    session: &mut S,
    account: String,
    token: SecretHash,
    at: i64,
    provider_session: Option<SecretHash>,
) -> Result<bool, StoreError> {
    let provider_session = Value::OptionalBytes(provider_session.map(|hash| hash.to_vec()));
    let (token, at) = (Value::Bytes(token.to_vec()), Value::Integer(at));
    let row = [Value::Text(account), token, at.clone(), at, provider_session];
    let into = "sessions (account, token, created_at, last_seen_at, provider_session)";
    session.insert(TableRows::new(into, [row])).await?;
    Ok(true)
}

/// Adds a token, if there is the account and it may sign in.
async fn add_token<S: Session>(
    session: &mut S,
    account: String,
    token: SecretHash,
    scope: String,
    at: i64,
) -> Result<bool, StoreError> {
    if !has_account(session, ENABLED_ACCOUNT, &account).await? {
        return Ok(false);
    }
    let row = [Value::Text(account), Value::Bytes(token.to_vec()), Value::Text(scope), Value::Integer(at)];
    session.insert(TableRows::new("api_tokens (account, token, scope, created_at)", [row])).await?;
    Ok(true)
}

/// Finds the account of a link that may be used.
async fn usable_link<S: Session>(session: &mut S, token: SecretHash, at: i64) -> Result<Option<String>, StoreError> {
    let mut query = QueryBuilder::new(
        "SELECT account FROM set_up_links JOIN accounts ON accounts.name = set_up_links.account \
         WHERE disabled = (1 = 0) AND token = ",
    );
    S::Database::bind(&mut query, token.to_vec());
    S::Database::bind(query.push(" AND expires_at > "), at);
    let found: Vec<(String,)> = session.fetch(query).await?;
    Ok(found.into_iter().next().map(|(name,)| name))
}

/// Uses up a second factor of an account that may sign in and whose password is still the one that was compared.
async fn use_up<S: Session>(
    session: &mut S,
    name: &str,
    password: String,
    second: SecondFactor,
) -> Result<bool, StoreError> {
    let password = Value::Text(password);
    match second {
        SecondFactor::Step(step) => {
            let step = Value::Integer(step);
            let parts = [
                ("UPDATE accounts SET totp_step = ", step.clone()),
                (" WHERE totp_step < ", step),
                (" AND disabled = (1 = 0) AND name = ", text(name)),
                (" AND password = ", password),
            ];
            execute(session, parts).await
        }
        SecondFactor::RecoveryCode(hash) => {
            let parts = [
                (
                    "DELETE FROM recovery_codes WHERE account IN \
                     (SELECT name FROM accounts WHERE disabled = (1 = 0) AND password = ",
                    password,
                ),
                (") AND account = ", text(name)),
                (" AND hash = ", Value::Bytes(hash.to_vec())),
            ];
            execute(session, parts).await
        }
    }
}
