//! The service: what a desk does with a draft, whatever carries it there.
//!
//! ```text
//! text, key, module → judged in the sandbox → stored → receipt, or the reason why not
//! ```
//!
//! Read the parts in this order:
//!
//! - [`submit`]: the one use case, a draft's text becomes a case or a reason why not
//! - [`embedded_module`]: the module that this program was built with, as the sandbox takes it
//! - [`module_archive`] and [`releases`]: the modules that are kept by digest, for pages that were opened before, and those that were released
//! - [`desk`]: the operator's data: names, documents in force, calendar; [`embedded`]: the one in the binary
//! - [`receipt`]: what the applicant is handed
//! - [`capacity`]: room for one more case: free disk space and bytes a day
//! - [`example`]: drafts to try it with
//!
//! It must know neither axum nor sqlx: outcomes are mapped to HTTP in `host/http`, and the store is a trait.
//! **The host has no rules of its own:** verdicts come from the module.

pub mod capacity;
pub mod desk;
pub mod embedded;
pub mod embedded_module;
pub mod example;
pub mod module_archive;
pub mod receipt;
pub mod releases;
pub mod submit;
