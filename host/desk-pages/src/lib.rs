//! The operators' desk: pages, sessions, the live queue.
//!
//! `GET /` → the queue · `POST /cases/2609-4873-1059/actions/note` → 303 back to the case
//!
//! Every page works without script. The listener is its own (`--desk-listen`); no page may be framed. Read on in this order:
//!
//! - [`routes`]: the table of all routes with the access that each one needs; the router
//! - `frame`: what all pages share: requests, the guard, headers, layout, error pages, words, applicants' text
//! - `queue`, `case`, `intake`: the cases; `audit`, `exports`: the events of the store; `api`: programs
//! - `organizations`, `collect`: those who may receive something, and the page over which they do
//! - `delivery`: the targets of notices
//! - `accounts_pages`: sign-in, set-up, accounts, sessions
//!
//! It must know neither SQL nor the command line, and it decides nothing: `kakekomi_accounts` knows who may sign in,
//! `kakekomi_casework` what an operator may do with a case.

#![forbid(unsafe_code)]

mod accounts_pages;
mod api;
mod audit;
mod case;
mod collect;
mod delivery;
mod exports;
mod frame;
mod intake;
mod organizations;
mod queue;
pub mod routes;
mod state;

pub use routes::{busy_router, router};
pub use state::{DeskParts, DeskState};
