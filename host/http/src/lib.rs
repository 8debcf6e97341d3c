//! The desk's HTTP interface: handlers, pages, limits and the server.
//!
//! `GET /` → the page · `POST /v1/check` → a report · `POST /v1/submissions` → a receipt. A response outside 2xx is
//! problem+json with a stable code (`problem`, [`problem_code`]). Read on in this order: `router` (the list of all routes),
//! `extract`, [`body`], `check`, `submissions`, `return_visit`, [`files`],
//! [`desk`], [`asset`].
//!
//! - `app`: the state of all handlers; each handler takes the part of it that it needs
//! - [`server`]: connections, their limits, and the shutdown
//! - [`embedded`], [`template`]: the files of the page in the binary; texts with blanks
//! - [`element_versions`]: the script on partners' pages
//!
//! It must know neither SQL nor the command line, and it decides nothing: verdicts come from the module, outcomes from
//! [`kakekomi_service::submit`] and [`kakekomi_evidence`].

#![forbid(unsafe_code)]

mod admin;
mod app;
pub mod asset;
pub mod body;
mod check;
pub mod client_ip;
mod cors;
pub mod desk;
pub mod docs;
mod document;
pub mod document_files;
pub mod element_versions;
mod embed;
pub mod embedded;
pub mod escape;
mod extract;
pub mod files;
mod headers;
mod icon;
pub mod metrics;
pub mod module;
mod not_found;
mod openapi;
mod outbox_metrics;
mod packages;
pub mod page;
mod partners;
mod printable_form;
mod problem;
pub mod problem_code;
pub mod rate_limit;
mod return_visit;
mod router;
pub mod server;
mod submissions;
pub mod template;
pub mod tls;

pub use app::App;
pub use router::{admin_router, busy_router, openapi, paths, router};
