//! The account that a request is about: the one that is signed in, or one that is missing.
//!
//! `own_name(&visit)?` → `sato`; `problem(&AccountError::NoAccount)` → 404

use kakekomi_accounts::AccountError;

use crate::frame::{Problem, Visit};

/// Finds the problem of a change that an account's page asked for.
pub fn problem(error: &AccountError) -> Problem {
    match error {
        AccountError::NoAccount => Problem::NotFound,
        AccountError::OfProvider | AccountError::LocalOff => Problem::Forbidden,
        other => Problem::accounts(other),
    }
}

/// Returns the name of the account that is signed in.
pub fn own_name(visit: &Visit) -> Result<&str, Problem> {
    visit.session.as_ref().map(|session| session.account.as_str()).ok_or(Problem::SignedOut)
}

/// Ends the session that the browser had before.
pub(super) async fn end_earlier(visit: &Visit) -> Result<(), Problem> {
    let Some(token) = visit.token() else { return Ok(()) };
    let accounts = &visit.desk.parts.accounts;
    if let Some(session) = accounts.peek(token).await.map_err(|error| problem(&error))? {
        accounts.sign_out(&session).await.map_err(|error| problem(&error))?;
    }
    Ok(())
}
