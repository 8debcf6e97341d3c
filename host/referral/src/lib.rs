//! Packages for organizations: a bag (`BagIt` 1.0, RFC 8493) in a tar, sealed to one age recipient, kept in the storage of evidence
//! files.
//!
//! ```text
//! build(storage, "age1…", Contents { draft.json, report.json, fw.log of 20 GiB, … }) → BuiltPackage { parts of 8 MiB, digests }
//! age --decrypt --identity KEY package.age | tar -x                                  → a folder that every validator of bags accepts
//! ```
//!
//! Clear bytes are in memory alone, a part of an evidence file at a time. The crate knows the layout of a bag, and neither SQL, HTTP
//! nor what belongs into a package: that is case work.
//!
//! - [`build`]: makes a package; [`Contents`], [`Document`], [`EvidenceEntry`]: its contents
//! - [`read`]: the sealed bytes of a stored package; [`discard`]: deletes one that is not stored

#![forbid(unsafe_code)]

mod bag;
mod contents;
mod objects;
mod package;

pub use contents::{Contents, Document, EvidenceEntry, TagLine, file_path};
pub use objects::{OBJECT_BYTES, discard, read};
pub use package::{BuiltPackage, build};
