//! What the project's tests share. Read on in this order:
//!
//! - [`table`]: the cases of `tests/cases/*.toml`, one table that every engine runs: the core compiled
//!   for this machine and the module in its sandbox (`tests/table.rs`), Node and Chromium (`browser/`).
//! - [`server`]: the real binary, started on a free port with a folder of its own, and stopped.
//! - [`applicant`]: what an applicant's page sends.
//! - [`wire`]: one HTTP exchange to the byte, for requests that no client library would send.
//! - [`house`]: the project's own files, for the house rules (`tests/tidy.rs`).
//! - [`codes`]: `docs/codes.md`, made from the source.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "a test that cannot go on says why and stops"
)]

pub mod applicant;
pub mod codes;
pub mod house;
pub mod server;
pub mod table;
pub mod wire;

use std::error::Error;

/// The draft of `kakekomi example` and the default desk's context at 2026-11-20T11:00+09:00, as bytes.
///
/// # Errors
/// The default desk cannot be read, which a test of the host would show first.
pub fn example() -> Result<(Vec<u8>, Vec<u8>), Box<dyn Error>> {
    let desk = kakekomi::desk::Desk::load(None)?;
    let context = desk.context(1_795_140_000_000, kakekomi_core::Locale::Ja)?;
    let draft = kakekomi::example::example("ransomware", &desk).ok_or("there is no example")?;
    Ok((draft.into_bytes(), serde_json::to_vec(&context)?))
}
