//! No code: the features in `Cargo.toml` are what this crate is for.
#![forbid(unsafe_code)]
