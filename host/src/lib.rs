//! The intake of a security incident desk: server, command line, and library for Rust servers.
//!
//! ```text
//! request → sandbox → store → receipt
//! ```
//!
//! Read the parts in this order:
//!
//! - `kakekomi-service`, a crate: the use case, the desk's data and the receipt; on `kakekomi-sandbox`, which runs the module
//!   afresh for every check, and `kakekomi-store`, which keeps cases on SQLite or PostgreSQL
//! - `kakekomi-http`, a crate: the desk for browsers and partners
//! - [`cli`], [`config`], [`error`]: the desk for operators and scripts
//! - [`log`]: log output that delays and fails no response

pub mod cli;
pub mod config;
pub mod error;
pub mod log;
