//! Parts that the project's tests share:
//!
//! - [`table`]: the cases of `tests/cases/*.toml`, one table that every engine runs: the core compiled
//!   for this machine and the module in its sandbox (`tests/table.rs`), Node and Chromium (`browser/`).
//! - [`drafts`]: two hundred drafts as people would write them (`tests/drafts.rs`, and the engines above).
//! - [`server`]: the real binary, started on a free port with a temporary folder, and stopped.
//! - [`postgres`]: a separate database, or a separate server that may be killed.
//! - [`shim`]: journal and faults between a program and its disk; [`disk`]: content of the disk after a power failure.
//! - [`applicant`]: requests of an applicant's page.
//! - [`returning`]: applicants who come back with number and code.
//! - [`haproxy`]: haproxy in front of desks; [`certificates`]: authorities and certificates.
//! - [`traces`]: files that a desk writes.
//! - [`uploads`]: evidence files over tus.
//! - [`webhooks`]: a receiver of webhooks.
//! - [`s3`]: S3 servers of others, for the storage in a bucket.
//! - [`mail`]: a mail server of others, and the mails that reach it.
//! - [`load_clients`]: ten thousand clients, most of them slow (`tests/load.rs`).
//! - [`wire`]: one HTTP exchange to the byte, for requests that no client library would send.
//! - [`origins`]: origins that look like a partner's but are not.
//! - [`source_tree`]: the project's own files, for the rules of the repository (`tests/tidy.rs`).
//! - [`codes`]: `docs/codes.md`, made from the source.
//! - [`routes`]: the table of routes in `docs/http.md`, made from the router's list.
//! - [`schema`]: refusals of the JSON Schema, for `docs/schema.md`.
//! - [`published`]: the table of cases as others run it, `docs/cases.json`.
//! - [`same`]: one stream of drafts for every engine, and every byte compared (`bin/same.rs`).

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "a test that cannot go on says why and stops"
)]

pub mod applicant;
pub mod certificates;
pub mod codes;
pub mod disk;
pub mod drafts;
pub mod haproxy;
pub mod imports;
pub mod load_clients;
pub mod mail;
pub mod origins;
pub mod postgres;
pub mod published;
pub mod purposes;
pub mod returning;
pub mod routes;
pub mod s3;
pub mod same;
pub mod schema;
pub mod sealed;
pub mod server;
pub mod shim;
pub mod source_tree;
pub mod table;
pub mod traces;
pub mod uploads;
pub mod webhooks;
pub mod wire;

use std::error::Error;

/// Runs tests that take an empty [`server::Home`] on both databases.
#[macro_export]
macro_rules! on_both_databases {
    ($($name:ident)*) => {
        mod sqlite {
            $(#[test] fn $name() { super::$name($crate::server::Home::new()); })*
        }
        mod postgres {
            $(#[test] fn $name() { if let Some(home) = $crate::server::Home::on_postgres() { super::$name(home); } })*
        }
    };
}

/// Makes the draft of `kakekomi example` and the default desk's context at 2026-11-20T11:00+09:00, as bytes.
///
/// # Errors
/// The default desk cannot be read, which a test of the host would show first.
pub fn example() -> Result<(Vec<u8>, Vec<u8>), Box<dyn Error>> {
    let desk = kakekomi_service::desk::Desk::load(None)?;
    let context = desk.context(1_795_140_000_000, kakekomi_core::Locale::Ja)?;
    let draft = kakekomi_service::example::example("ransomware", &desk).ok_or("there is no example")?;
    Ok((draft.into_bytes(), context.to_bytes()))
}
