//! Sealed cases: age files, the key folder and keyed hashes.
//!
//! `seal(&recipients, &contents)` → one age file for the database; `open(&identities, &bytes)` → the contents again
//!
//! A stolen database, bucket or backup shows ciphertext. A host that holds the desk's identity shows everything. The crate
//! knows no database and no form.
//!
//! - [`KeyFolder`], [`Recipients`], [`Identities`]: the files with the keys
//! - `rotation`: exchange of the desk's identity; `secret_file`: durable writing of key files
//! - [`seal`], [`open`], [`seal_again`]: the envelope of a case
//! - [`seal_body`], [`open_body`]: bodies of events
//! - [`PartSealer`], [`open_part`]: parts of evidence files, as streams
//! - [`HashKey`], [`folded_company`]: search by phone, e-mail and company without storing them
//! - [`HashKey::wrap`]: small secrets, such as those of second factors
//! - `age_file`: encryption and decryption in memory

#![forbid(unsafe_code)]

mod age_file;
mod envelope;
mod error;
mod event_body;
mod fold_company;
mod hash_key;
mod hex;
mod identities;
mod key_file;
mod key_folder;
mod part;
mod recipients;
mod rotation;
mod salt;
mod secret_file;
#[cfg(test)]
mod tests;
mod wrap;

pub use envelope::{CaseContents, OpenedCase, Sealed, open, seal, seal_again};
pub use error::SealingError;
pub use event_body::{OpenedBody, SealedBody, open_body, seal_body};
pub use fold_company::folded_company;
pub use hash_key::HashKey;
pub use identities::Identities;
pub use key_folder::KeyFolder;
pub use part::{PartSealer, open_part};
pub use recipients::{MIN_RECIPIENTS, Recipients};
pub use rotation::write_identity;
