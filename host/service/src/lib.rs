//! The use case of a desk: a draft becomes a case with a receipt.
//!
//! ```text
//! text, key, module → judged in the sandbox → stored → receipt, or the reason of a refusal
//! ```
//!
//! Read the parts in this order:
//!
//! - [`submit`]: the use case
//! - [`embedded_module`]: the module that this program was built with
//! - [`module_archive`] and [`releases`]: modules that are kept by digest for open pages, and released ones
//! - [`desk`]: the operator's data: names, documents in force, calendar; [`embedded`]: the one in the binary
//! - [`receipt`]: the applicant's receipt
//! - [`sealed_case`]: sealing of a case, and its opening with an identity
//! - [`return_visit`]: an applicant who comes back to a case with its number and code
//! - [`capacity`]: room for one more case: free disk space and bytes a day
//! - [`example`]: example drafts
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
pub mod return_visit;
pub mod sealed_case;
pub mod submit;
