//! What the project's tests share. Read on in this order:
//!
//! - [`table`]: the cases of `tests/cases/*.toml`, one table that every engine runs: the core compiled
//!   for this machine and the module in its sandbox (`tests/table.rs`), Node and Chromium (`browser/`).
//! - [`server`]: the real binary, started on a free port with a folder of its own, and stopped.
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

pub mod codes;
pub mod house;
pub mod server;
pub mod table;
pub mod wire;
