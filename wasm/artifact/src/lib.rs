//! The module's bytes, its glue for the browser, its digest, and the form descriptions beside it.
//!
//! **The only way by which the module reaches the host**: built by this crate's build script from
//! `core` and `wasm`, never committed, so that it cannot go stale.

/// The module: the file that the page loads and the sandbox runs.
pub const WASM: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/kakekomi.wasm"));

/// The SHA-256 of [`WASM`], 64 small hexadecimal digits: the module's name.
pub const SHA256: &str = include_str!(concat!(env!("OUT_DIR"), "/kakekomi.sha256"));

/// The glue by which a page loads and calls the module (an ES module).
pub const JS: &str = include_str!(concat!(env!("OUT_DIR"), "/kakekomi.js"));

/// The types of [`JS`].
pub const DTS: &str = include_str!(concat!(env!("OUT_DIR"), "/kakekomi.d.ts"));

/// The form description in Japanese (JSON).
pub const DESCRIBE_JA: &str = include_str!(concat!(env!("OUT_DIR"), "/describe.ja.json"));

/// The form description in English (JSON).
pub const DESCRIBE_EN: &str = include_str!(concat!(env!("OUT_DIR"), "/describe.en.json"));

/// The form description in やさしい日本語 (JSON).
pub const DESCRIBE_EASY: &str = include_str!(concat!(env!("OUT_DIR"), "/describe.easy.json"));
