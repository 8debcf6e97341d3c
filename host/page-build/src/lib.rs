//! Build support for the page and for the files that the program carries; only build scripts use it.
//!
//! ```text
//! www/app/main.js and the modules that it imports  →  script.js, one small script
//! www/**.css                                   →  style.css
//! a folder                                     →  pub static PAGE: &[(&str, &[u8])] = …
//! ```
//!
//! - [`page`]: document, scripts and style of the page; [`element`]: what stands on partners' pages
//! - [`script`], of [`link`] and [`small`]: ES modules become one small script; [`style`]: small styles
//! - [`start`]: the sentences of the document
//! - [`listing`]: the files of a folder as a constant
//!
//! Modules that make scripts small need the feature `oxc`.
//! The crate must not know the server, the sandbox, or what the page says.

#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, reason = "that is how a build script tells Cargo which files it has read")]

#[cfg(feature = "oxc")]
pub mod element;
pub mod link;
pub mod listing;
#[cfg(feature = "oxc")]
mod messages;
#[cfg(feature = "oxc")]
pub mod page;
#[cfg(feature = "oxc")]
pub mod script;
#[cfg(feature = "oxc")]
pub mod small;
#[cfg(feature = "oxc")]
pub mod start;
pub mod style;
