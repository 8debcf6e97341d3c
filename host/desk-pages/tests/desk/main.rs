//! The pages over a real store in a temporary folder, from the outside.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test that cannot go on stops")]

mod access;
mod accounts;
mod clauses;
mod delivery;
mod exports;
mod files;
mod handover;
mod inert;
mod live;
mod pages;
mod referring;
mod support;
