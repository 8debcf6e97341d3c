//! Build support for the page and for the files that the program carries; only build scripts use it.
//!
//! ```text
//! www/app/main.js and the modules that it imports  →  script.js, one small script, and later.js, which it loads when it is needed
//! www/**.css                                   →  style.css
//! a folder                                     →  pub static PAGE: &[(&str, &[u8])] = …
//! ```
//!
//! - [`page`]: document, scripts and style of the page, and the scripts for partners
//! - [`script`] and [`link`]: ES modules become one small script; [`style`]: small styles
//! - [`words`]: sentences as constants
//! - [`listing`]: the files of a folder as a constant
//!
//! Modules that make scripts small need the feature `oxc`.
//! The crate must not know the server, the sandbox, or the sentences of the page.

#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, reason = "a build script prints the names of its input files for cargo")]

pub mod link;
pub mod listing;
#[cfg(feature = "oxc")]
pub mod page;
#[cfg(feature = "oxc")]
pub mod script;
pub mod style;
#[cfg(feature = "oxc")]
pub mod words;
