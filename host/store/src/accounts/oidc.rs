//! Accounts of an identity provider, and attempts to sign in there.
//!
//! `begin(session, attempt, …)` → `true`, and the address's oldest attempt is gone if it had too many under way

use sqlx::QueryBuilder;

use super::{NewAttempt, ProviderSubject, SecretHash};
use crate::error::StoreError;
use crate::query::{Bind as _, Bindable, TableRows, Value};
use crate::session::Session;

/// Selects an attempt by the hash of its state.
pub fn attempt<DB: Bindable>(state: SecretHash) -> QueryBuilder<DB> {
    let mut query = QueryBuilder::new("SELECT browser, next, created_at FROM oidc_attempts WHERE state = ");
    DB::bind(&mut query, state.to_vec());
    query
}

/// Adds an account of a person, of its name, display name and role.
pub async fn add<S: Session>(
    session: &mut S,
    texts: [String; 3],
    at: i64,
    person: ProviderSubject,
) -> Result<bool, StoreError> {
    let [name, display_name, role] = texts.map(Value::Text);
    let (issuer, subject) = (Value::Text(person.issuer), Value::Text(person.subject));
    let row = [name, display_name, role, Value::Boolean(false), Value::Integer(at), issuer, subject];
    let into = "accounts (name, display_name, role, disabled, created_at, issuer, subject)";
    session.insert(TableRows::new(into, [row])).await?;
    Ok(true)
}

/// Reports whether a person has an account.
pub async fn has_person<S: Session>(session: &mut S, person: &ProviderSubject) -> Result<bool, StoreError> {
    is_found(session, of_person("SELECT name FROM accounts WHERE issuer = ", person)).await
}

/// Reports whether an account is that of a person, and not disabled.
pub async fn may_sign_in<S: Session>(
    session: &mut S,
    name: &str,
    person: &ProviderSubject,
) -> Result<bool, StoreError> {
    let mut query = of_person("SELECT name FROM accounts WHERE disabled = (1 = 0) AND issuer = ", person);
    S::Database::bind(query.push(" AND name = "), name.to_owned());
    is_found(session, query).await
}

fn of_person<DB: Bindable>(select: &'static str, person: &ProviderSubject) -> QueryBuilder<DB> {
    let mut query = QueryBuilder::new(select);
    DB::bind(&mut query, person.issuer.clone());
    DB::bind(query.push(" AND subject = "), person.subject.clone());
    query
}

async fn is_found<S: Session>(session: &mut S, query: QueryBuilder<S::Database>) -> Result<bool, StoreError> {
    Ok(!session.fetch::<(String,)>(query).await?.is_empty())
}

/// Adds an attempt, and removes those that are over and those beyond the limit, the oldest first.
pub async fn begin<S: Session>(
    session: &mut S,
    attempt: NewAttempt,
    began_before: i64,
    max_of_address: i64,
    max: i64,
) -> Result<bool, StoreError> {
    let mut over = QueryBuilder::new("DELETE FROM oidc_attempts WHERE created_at < ");
    S::Database::bind(&mut over, began_before);
    session.execute(over).await?;
    let mut of_address = QueryBuilder::new(OLDEST);
    S::Database::bind(of_address.push(" WHERE address = "), attempt.address.clone());
    remove_beyond(session, of_address, max_of_address, max).await?;
    remove_beyond(session, QueryBuilder::new(OLDEST), max, max).await?;
    let NewAttempt { state, browser, address, next, at } = attempt;
    let bytes = |hash: SecretHash| Value::Bytes(hash.to_vec());
    let row = [bytes(state), bytes(browser), Value::Text(address), Value::Text(next), Value::Integer(at)];
    session.insert(TableRows::new("oidc_attempts (state, browser, address, next, created_at)", [row])).await?;
    Ok(true)
}

const OLDEST: &str = "DELETE FROM oidc_attempts WHERE state IN (SELECT state FROM oidc_attempts";

/// Removes attempts until one more is the last that the limit allows. There are never more than `rows`.
async fn remove_beyond<S: Session>(
    session: &mut S,
    mut query: QueryBuilder<S::Database>,
    limit: i64,
    rows: i64,
) -> Result<(), StoreError> {
    // SQLite has no OFFSET without a LIMIT.
    S::Database::bind(query.push(" ORDER BY created_at DESC LIMIT "), rows);
    S::Database::bind(query.push(" OFFSET "), limit.saturating_sub(1));
    query.push(")");
    session.execute(query).await?;
    Ok(())
}
