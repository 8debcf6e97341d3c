//! Command line, settings and log of the program `kakekomi`, the intake of a security incident desk.
//!
//! ```text
//! kakekomi check draft.json  →  the report on stdout, exit 0 or 1
//! ```
//!
//! - [`cli`], [`config`], [`error`]: commands, flags over environment over file, exit codes
//! - [`evidence_place`]: the storage that the settings name
//! - [`oidc_settings`]: the identity provider of the operators' desk
//! - [`log`]: log output that delays and fails no response
//!
//! It must know neither SQL nor the routes: `kakekomi-http` serves, `kakekomi-service` holds the use case and the desk's data,
//! `kakekomi-sandbox` runs the module afresh for every check, `kakekomi-store` keeps cases on SQLite or PostgreSQL.

#![forbid(unsafe_code)]

pub mod cli;
pub mod config;
pub mod error;
pub mod evidence_place;
pub mod log;
pub mod oidc_settings;
