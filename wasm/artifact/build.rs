//! Builds the module once, the same bytes for everybody, and hands them to the crate's constants.
//!
//! ```text
//! core, wasm  →  nested cargo (profile wasm, remapped paths)  →  wasm-bindgen's pass  →  kakekomi.wasm, kakekomi.js, SHA-256
//! core/describe  →  describe.ja.json, describe.en.json
//! ```
//!
//! `KAKEKOMI_MODULE=path/to/folder` takes a folder with ready files instead, for editors.

#[path = "build/bindgen.rs"]
mod bindgen;
#[path = "build/nested.rs"]
mod nested;
#[path = "build/panics.rs"]
mod panics;

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use kakekomi_core::Locale;
use kakekomi_describe::describe;
use sha2::{Digest, Sha256};

fn main() -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    println!("cargo::rerun-if-env-changed=KAKEKOMI_MODULE");
    match std::env::var_os("KAKEKOMI_MODULE") {
        Some(folder) => copy(Path::new(&folder), &out)?,
        None => build(&out)?,
    }
    let module = out.join("kakekomi.wasm");
    let wasm = fs::read(&module)?;
    println!("cargo::metadata=wasm={}", module.display());
    fs::write(out.join("kakekomi.sha256"), hex(&Sha256::digest(&wasm)))?;
    for locale in Locale::ALL {
        let mut description = describe(locale);
        // Only the host needs the words of the printable form (GET /sheet).
        description.words.retain(|key, _| !key.starts_with("sheet_"));
        let description = serde_json::to_vec(&description)?;
        fs::write(out.join(format!("describe.{}.json", locale.as_str())), description)?;
    }
    Ok(())
}

/// Builds the module from the workspace that this crate lies in.
fn build(out: &Path) -> Result<(), Box<dyn Error>> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).ok_or("no workspace")?.to_owned();
    let inputs =
        ["core", "wasm/src", "wasm/Cargo.toml", "wasm/artifact", "Cargo.toml", "Cargo.lock", "rust-toolchain.toml"];
    for part in inputs {
        println!("cargo::rerun-if-changed={}", workspace.join(part).display());
    }
    let raw = nested::build(&workspace)?;
    bindgen::pass(&fs::read(raw)?, out)
}

/// Copies ready files.
fn copy(folder: &Path, out: &Path) -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={}", folder.display());
    for name in ["kakekomi.wasm", "kakekomi.js", "kakekomi.d.ts"] {
        let from = folder.join(name);
        fs::copy(&from, out.join(name)).map_err(|error| format!("KAKEKOMI_MODULE: {}: {error}", from.display()))?;
    }
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    let nibbles = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    nibbles.filter_map(|nibble| char::from_digit(u32::from(nibble), 16)).collect()
}
