//! Queries of accounts, sessions, links and tokens.
//!
//! `session(hash)` → `SELECT … FROM sessions JOIN accounts … WHERE token = $1`

use sqlx::QueryBuilder;

use super::SecretHash;
use crate::query::Bindable;

const ACCOUNT: &str = "SELECT name, display_name, role, disabled, created_at, password, totp, totp_step, \
     (SELECT count(*) FROM recovery_codes WHERE account = accounts.name) AS recovery_codes, issuer, subject FROM accounts";
const SESSION: &str = "SELECT id, account, display_name, role, disabled, sessions.created_at, last_seen_at, issuer \
     FROM sessions JOIN accounts ON accounts.name = sessions.account WHERE ";
const LINK: &str = "SELECT account, display_name, disabled, expires_at \
     FROM set_up_links JOIN accounts ON accounts.name = set_up_links.account WHERE token = ";
const TOKEN: &str = "SELECT id, account, role, disabled, scope, api_tokens.created_at, last_used_at \
     FROM api_tokens JOIN accounts ON accounts.name = api_tokens.account";

/// Selects an account by its name.
pub fn account<DB: Bindable>(name: &str) -> QueryBuilder<DB> {
    let mut query = QueryBuilder::new(ACCOUNT);
    DB::bind(query.push(" WHERE name = "), name.to_owned());
    query
}

/// Selects the account of a person at a provider.
pub fn account_of_subject<DB: Bindable>(issuer: &str, subject: &str) -> QueryBuilder<DB> {
    let mut query = QueryBuilder::new(ACCOUNT);
    DB::bind(query.push(" WHERE issuer = "), issuer.to_owned());
    DB::bind(query.push(" AND subject = "), subject.to_owned());
    query
}

/// Selects all accounts.
pub fn accounts<DB: Bindable>() -> QueryBuilder<DB> {
    let mut query = QueryBuilder::new(ACCOUNT);
    query.push(" ORDER BY name");
    query
}

/// Selects the hashes of an account's recovery codes.
pub fn recovery_codes<DB: Bindable>(account: &str) -> QueryBuilder<DB> {
    let mut query = QueryBuilder::new("SELECT hash FROM recovery_codes WHERE account = ");
    DB::bind(&mut query, account.to_owned());
    query
}

/// Selects a session by its token's hash.
pub fn session<DB: Bindable>(token: SecretHash) -> QueryBuilder<DB> {
    let mut query = QueryBuilder::new(SESSION);
    DB::bind(query.push("token = "), token.to_vec());
    query
}

/// Selects the sessions of an account.
pub fn sessions<DB: Bindable>(account: &str) -> QueryBuilder<DB> {
    let mut query = QueryBuilder::new(SESSION);
    DB::bind(query.push("account = "), account.to_owned());
    query.push(" ORDER BY id DESC");
    query
}

/// Selects the sessions that began with a session at the provider.
pub fn sessions_of_provider<DB: Bindable>(provider_session: SecretHash) -> QueryBuilder<DB> {
    let mut query = QueryBuilder::new(SESSION);
    DB::bind(query.push("provider_session = "), provider_session.to_vec());
    query
}

/// Selects a set-up link by its token's hash.
pub fn set_up_link<DB: Bindable>(token: SecretHash) -> QueryBuilder<DB> {
    let mut query = QueryBuilder::new(LINK);
    DB::bind(&mut query, token.to_vec());
    query
}

/// Selects a token by its hash.
pub fn api_token<DB: Bindable>(token: SecretHash) -> QueryBuilder<DB> {
    let mut query = QueryBuilder::new(TOKEN);
    DB::bind(query.push(" WHERE token = "), token.to_vec());
    query
}

/// Selects all tokens.
pub fn api_tokens<DB: Bindable>() -> QueryBuilder<DB> {
    let mut query = QueryBuilder::new(TOKEN);
    query.push(" ORDER BY id");
    query
}
