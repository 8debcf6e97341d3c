//! One file of `core/messages`, read at build time.
//!
//! `start.ja.toml` with `call = "お電話でのご相談"` → `{"call": "お電話でのご相談"}`

use std::fs;
use std::path::Path;

use serde::de::DeserializeOwned;

/// Reads a file of the folder `core/messages` and asks cargo to build anew when it changes.
///
/// # Errors
/// A file that cannot be read, or has another shape than the one that is asked for.
pub fn read_messages<T: DeserializeOwned>(messages: &Path, name: &str) -> Result<T, String> {
    let path = messages.join(name);
    println!("cargo::rerun-if-changed={}", path.display());
    let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    toml::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))
}
