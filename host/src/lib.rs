//! The intake of a security incident desk: server, command line, and library for Rust servers.
//!
//! ```text
//! request → sandbox → store → receipt
//! ```
//!
//! Read the parts in this order:
//!
//! - [`submit`]: the one use case, a draft's text becomes a case or a reason why not
//! - `kakekomi-sandbox`, a crate: the module, run afresh for every check; **the host has no rules of its own**
//! - [`embedded_module`]: the module that this program was built with, as the sandbox takes it
//! - [`modules`] and [`releases`]: the modules that are kept by digest, for pages that were opened before, and those that were released
//! - [`desk`]: the operator's data: names, documents in force, calendar
//! - `kakekomi-store`, a crate: what is kept, on SQLite or PostgreSQL; [`receipt`]: what the applicant is handed
//! - [`http`] and [`serve`]: the desk for browsers and partners
//! - [`embed`]: what stands on partners' pages
//! - [`cli`], [`config`], [`error`]: the desk for operators and scripts
//! - [`capacity`]: room for one more case: free disk space and bytes a day
//! - [`log`]: log output that delays and fails no response
//! - [`example`], [`embedded`], [`template`]: drafts to try it with, the files in the binary, texts with blanks

pub mod capacity;
pub mod cli;
pub mod config;
pub mod desk;
pub mod embed;
pub mod embedded;
pub mod embedded_module;
pub mod error;
pub mod example;
pub mod http;
pub mod log;
pub mod modules;
pub mod receipt;
pub mod releases;
pub mod serve;
pub mod submit;
pub mod template;
