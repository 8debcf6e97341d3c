//! Changes of accounts, each within one transaction.
//!
//! `change(session, SignIn { second: Step(59), … })` → `true`; the same again → `false`, since the step is used

use sqlx::QueryBuilder;

use super::{AccountChange, NewLink, SecondFactor, SecretHash};
use crate::error::StoreError;
use crate::query::{Bind, TableRows, Value};
use crate::session::Session;

/// Makes a change, to be committed by the caller if it applies.
pub(crate) async fn change<S: Session>(session: &mut S, change: AccountChange) -> Result<bool, StoreError> {
    match change {
        AccountChange::Add { name, display_name, role, at, link } => {
            if is_account(session, &name).await? {
                return Ok(false);
            }
            let row =
                [text(&name), Value::Text(display_name), Value::Text(role), Value::Boolean(false), Value::Integer(at)];
            session
                .insert(vec![TableRows::new("accounts (name, display_name, role, disabled, created_at)", [row])])
                .await?;
            add_link(session, &name, &link).await?;
            Ok(true)
        }
        AccountChange::Reset { name, link } => {
            let cleared = "UPDATE accounts SET password = NULL, totp = NULL, totp_step = 0 WHERE name = ";
            if !run(session, &[cleared], text(&name)).await? {
                return Ok(false);
            }
            run(session, &[END_SESSIONS, END_LINK, FORGET_CODES], text(&name)).await?;
            add_link(session, &name, &link).await?;
            Ok(true)
        }
        AccountChange::FinishSetUp { token, at, password, totp, totp_step, recovery_codes } => {
            let Some(name) = used_link(session, token, at).await? else { return Ok(false) };
            let secrets = [
                ("UPDATE accounts SET password = ", Value::Text(password)),
                (", totp = ", Value::Bytes(totp)),
                (", totp_step = ", Value::Integer(totp_step)),
                (" WHERE name = ", text(&name)),
            ];
            execute(session, secrets).await?;
            run(session, &[END_SESSIONS, END_LINK, FORGET_CODES], text(&name)).await?;
            let row = |code: SecretHash| [text(&name), Value::Bytes(code.to_vec())];
            session
                .insert(vec![TableRows::new("recovery_codes (account, hash)", recovery_codes.into_iter().map(row))])
                .await?;
            Ok(true)
        }
        AccountChange::SignIn { name, password, second, token, at, idle_before, began_before } => {
            if !use_up(session, &name, password, second).await? {
                return Ok(false);
            }
            let ended = [("DELETE FROM sessions WHERE last_seen_at < ", Value::Integer(idle_before))];
            execute(session, ended).await?;
            let ended = [("DELETE FROM sessions WHERE created_at < ", Value::Integer(began_before))];
            execute(session, ended).await?;
            let row = [text(&name), Value::Bytes(token.to_vec()), Value::Integer(at), Value::Integer(at)];
            session.insert(vec![TableRows::new("sessions (account, token, created_at, last_seen_at)", [row])]).await?;
            Ok(true)
        }
        AccountChange::Renew { name, password, second, link } => {
            if !use_up(session, &name, password, second).await? {
                return Ok(false);
            }
            run(session, &[END_LINK], text(&name)).await?;
            add_link(session, &name, &link).await?;
            Ok(true)
        }
        AccountChange::SeeSession { id, at } => {
            let seen = [
                ("UPDATE sessions SET last_seen_at = ", Value::Integer(at)),
                (" WHERE id = ", Value::Integer(id)),
                (" AND last_seen_at < ", Value::Integer(at)),
            ];
            execute(session, seen).await
        }
        AccountChange::EndSession { name, id } => {
            let end =
                [("DELETE FROM sessions WHERE id = ", Value::Integer(id)), (" AND account = ", Value::Text(name))];
            execute(session, end).await
        }
        AccountChange::Disable { name } => {
            let disabled = "UPDATE accounts SET disabled = (1 = 1) WHERE disabled = (1 = 0) AND name = ";
            let applies = run(session, &[disabled], text(&name)).await?;
            run(session, &[END_SESSIONS, END_LINK], text(&name)).await?;
            Ok(applies)
        }
        AccountChange::Enable { name } => {
            run(session, &["UPDATE accounts SET disabled = (1 = 0) WHERE disabled = (1 = 1) AND name = "], text(&name))
                .await
        }
        AccountChange::SetRole { name, role } => {
            let set = [
                ("UPDATE accounts SET role = ", Value::Text(role.clone())),
                (" WHERE name = ", Value::Text(name)),
                (" AND role <> ", Value::Text(role)),
            ];
            execute(session, set).await
        }
        AccountChange::AddToken { name, token, scope, at } => {
            let is_account = is_account(session, &name).await?;
            if is_account {
                let row = [Value::Text(name), Value::Bytes(token.to_vec()), Value::Text(scope), Value::Integer(at)];
                session.insert(vec![TableRows::new("api_tokens (account, token, scope, created_at)", [row])]).await?;
            }
            Ok(is_account)
        }
        AccountChange::UseToken { id, at } => {
            let used =
                [("UPDATE api_tokens SET last_used_at = ", Value::Integer(at)), (" WHERE id = ", Value::Integer(id))];
            execute(session, used).await
        }
        AccountChange::RevokeToken { id } => {
            execute(session, [("DELETE FROM api_tokens WHERE id = ", Value::Integer(id))]).await
        }
    }
}

const END_SESSIONS: &str = "DELETE FROM sessions WHERE account = ";
const END_LINK: &str = "DELETE FROM set_up_links WHERE account = ";
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

async fn is_account<S: Session>(session: &mut S, name: &str) -> Result<bool, StoreError> {
    let mut query = QueryBuilder::new("SELECT name FROM accounts WHERE name = ");
    S::Database::bind(&mut query, name.to_owned());
    Ok(!session.fetch::<(String,)>(query).await?.is_empty())
}

/// Adds the link of an account that has none.
async fn add_link<S: Session>(session: &mut S, account: &str, link: &NewLink) -> Result<(), StoreError> {
    let row = [text(account), Value::Bytes(link.token.to_vec()), Value::Integer(link.expires_at)];
    session.insert(vec![TableRows::new("set_up_links (account, token, expires_at)", [row])]).await
}

/// Finds the account of a link that may be used.
async fn used_link<S: Session>(session: &mut S, token: SecretHash, at: i64) -> Result<Option<String>, StoreError> {
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
