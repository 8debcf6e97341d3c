//! Accounts of the desk: passwords, second factors, sessions, set-up links, tokens.
//!
//! `accounts.sign_in("sato", password, "123456", address)` → a session's token
//!
//! It knows neither HTTP nor SQL.

#![forbid(unsafe_code)]
