//! The account that a request is about: the one that is signed in, or one that is missing.
//!
//! `own_name(&visit)?` → `sato`; `problem(&AccountError::NoAccount)` → 404

use kakekomi_accounts::AccountError;

use crate::frame::{Problem, Visit};

/// Finds the problem of a change that an account's page asked for.
pub fn problem(error: &AccountError) -> Problem {
    match error {
        AccountError::NoAccount => Problem::NotFound,
        other => Problem::accounts(other),
    }
}

/// Returns the name of the account that is signed in.
pub fn own_name(visit: &Visit) -> Result<&str, Problem> {
    visit.session.as_ref().map(|session| session.account.as_str()).ok_or(Problem::SignedOut)
}
