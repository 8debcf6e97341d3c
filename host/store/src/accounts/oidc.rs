//! Accounts of an identity provider, and attempts to sign in there.
//!
//! `begin(session, attempt, …)` → `true`, or `false` for an address that has too many attempts under way

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
    session.insert(vec![TableRows::new(into, [row])]).await?;
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
    let mut of_address = QueryBuilder::new("SELECT count(*) FROM oidc_attempts WHERE address = ");
    S::Database::bind(&mut of_address, attempt.address.clone());
    if count(session, of_address).await? >= max_of_address {
        return Ok(false);
    }
    if count(session, QueryBuilder::new("SELECT count(*) FROM oidc_attempts")).await? >= max {
        let mut query = QueryBuilder::new(
            "DELETE FROM oidc_attempts WHERE state NOT IN \
             (SELECT state FROM oidc_attempts ORDER BY created_at DESC LIMIT ",
        );
        S::Database::bind(&mut query, max.saturating_sub(1));
        query.push(")");
        session.execute(query).await?;
    }
    let NewAttempt { state, browser, address, next, at } = attempt;
    let bytes = |hash: SecretHash| Value::Bytes(hash.to_vec());
    let row = [bytes(state), bytes(browser), Value::Text(address), Value::Text(next), Value::Integer(at)];
    session.insert(vec![TableRows::new("oidc_attempts (state, browser, address, next, created_at)", [row])]).await?;
    Ok(true)
}

async fn count<S: Session>(session: &mut S, query: QueryBuilder<S::Database>) -> Result<i64, StoreError> {
    let found: Vec<(i64,)> = session.fetch(query).await?;
    Ok(found.first().map_or(0, |(count,)| *count))
}
