//! Pages of accounts: sign-in, set-up, own sessions and tokens, and the management of all accounts.
//!
//! ```text
//! GET  /login               name, password, one-time code      POST /login → 303 to the page that was asked for
//! POST /oidc/start          to the identity provider       GET /oidc/callback → on to the page that was asked for
//! POST /oidc/logout         the provider ends sessions
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
mod single_sign_on;

pub use api_tokens::{add as add_token, revoke as revoke_token, revoke_any as revoke_any_token};
pub use manage::{accounts, add, disable, enable, reset, set_role};
pub use renewal::{form as renewal_form, renew};
pub use sessions::{revoke as revoke_session, sessions};
pub use set_up::{finish as finish_set_up, set_up};
pub use sign_in::{login, sign_in, sign_out};
pub use single_sign_on::{
    finish as finish_single_sign_on, log_out as log_out_by_provider, start as start_single_sign_on,
};
