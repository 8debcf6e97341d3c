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
//! - [`http`] and [`serve`]: the desk for browsers and partners
//! - [`embed`]: what stands on partners' pages
//! - [`cli`], [`config`], [`error`]: the desk for operators and scripts
//! - [`log`]: log output that delays and fails no response
//! - [`embedded`], [`template`]: the files in the binary, texts with blanks

pub mod cli;
pub mod config;
pub mod embed;
pub mod embedded;
pub mod error;
pub mod http;
pub mod log;
pub mod serve;
pub mod template;
