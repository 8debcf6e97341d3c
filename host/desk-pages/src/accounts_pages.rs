//! Pages of accounts: sign-in, set-up, own sessions and tokens, and the management of all accounts.
//!
//! ```text
//! GET  /login               name, password, one-time code      POST /login → 303 to the page that was asked for
//! GET  /setup/TOKEN         password, QR code                  POST → the recovery codes, once
//! GET  /sessions            own sessions and tokens            POST /sessions/7/revoke · /tokens · /tokens/3/revoke
//! GET  /renew               present password and code           POST → a set-up page for new ones
//! GET  /accounts            all accounts                       POST /accounts · /accounts/NAME/{role,disable,enable,reset}
//! ```

mod api_tokens;
mod manage;
mod qr;
mod renewal;
mod requested_account;
mod sessions;
mod set_up;
mod sign_in;

use crate::frame::word_table::words;

pub use api_tokens::{add as add_token, revoke as revoke_token, revoke_any as revoke_any_token};
pub use manage::{accounts, add, disable, enable, reset, set_role};
pub use renewal::{form as renewal_form, renew};
pub use sessions::{revoke as revoke_session, sessions};
pub use set_up::{finish as finish_set_up, set_up};
pub use sign_in::{login, sign_in, sign_out};

words! {
    /// Words of the pages of accounts.
    AccountsWords: title
        sign_in_title name name_hint password password_hint code code_hint sign_in refused locked busy signed_out required
        set_up_title set_up_lead new_password new_password_hint again again_hint again_wrong password_short password_long
        password_name password_guessable app_title app_lead app_qr app_secret app_code app_code_hint app_code_wrong finish
        link_title link_dead renew_title renew_lead renew renew_code_hint renew_refused
        codes_title codes_lead codes_print codes_next
        sessions_title sessions_lead begun last_seen this_device revoke revoked revoke_token token_revoked
        tokens_title tokens_lead no_tokens token scope scope_queue scope_cases last_used never add_token token_once token_label
        accounts_lead display_name display_name_hint role state enabled disabled not_set_up recovery_left actions
        add_title add_name_hint add change_role disable enable disable_lead reset reset_lead not_yourself taken bad_name
        bad_display_name link_once link_valid link_label back account all_tokens
}
