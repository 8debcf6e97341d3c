//! The desk's HTTP interface: handlers, pages, limits and the server.
//!
//! `GET /` → the page · `POST /v1/check` → a report · `POST /v1/submissions` → a receipt. An answer outside of 2xx is
//! problem+json with a stable code ([`problem`]). Read on in this order: `router`, which holds every route on one screen,
//! [`body`], [`check`], [`submissions`], [`desk`], [`asset`].
//!
//! - `app`: the state of all handlers; each handler takes the part of it that it needs
//! - [`serve`]: connections, their limits, and stopping well
//! - [`embedded`], [`template`]: the files of the page in the binary, texts with blanks
//! - [`element_versions`]: what stands on partners' pages
//!
//! It must know neither SQL nor the command line, and it decides nothing: verdicts come from the module, outcomes from
//! [`kakekomi_service::submit`].

#![forbid(unsafe_code)]

pub mod address;
pub mod admin;
mod app;
pub mod asset;
pub mod body;
pub mod catch_panic;
pub mod check;
pub mod client;
pub mod clock;
pub mod cors;
pub mod desk;
pub mod element_versions;
pub mod embed;
pub mod embedded;
pub mod headers;
pub mod limit;
pub mod module;
pub mod observe;
pub mod openapi;
pub mod page;
pub mod partners;
pub mod problem;
mod router;
pub mod serve;
pub mod sheet;
pub mod submissions;
pub mod template;

pub use app::App;
pub use router::{admin_router, busy_router, router};
