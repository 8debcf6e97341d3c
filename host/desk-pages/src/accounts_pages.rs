//! Pages of accounts: sign-in, set-up, the list of accounts, sessions.

use crate::frame::words::words;

words! {
    /// Words of the pages of accounts.
    AccountsWords: title
}
