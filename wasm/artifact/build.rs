//! Builds the module once, the same bytes for everybody, and hands them to the crate's constants.
//!
//! ```text
//! core, wasm  →  nested cargo (profile wasm, remapped paths)  →  wasm-bindgen's pass  →  kakekomi.wasm, kakekomi.js, SHA-256
//! core/describe  →  describe.ja.json, describe.en.json, describe.easy.json
//! ```
//!
//! `KAKEKOMI_MODULE=path/to/folder` takes a folder with ready files instead, for editors.

#[path = "build/nested.rs"]
mod nested;
#[path = "build/panics.rs"]
mod panics;

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use kakekomi_core::PageLanguage;
use kakekomi_describe::describe;
use kakekomi_page_build::script::minify;
use sha2::{Digest, Sha256};
use wasm_bindgen_cli_support::Bindgen;

/// Settings of wasm-bindgen that the environment may not change: they would change the bytes.
const REFUSED_VARIABLES: [&str; 3] = ["WASM_BINDGEN_EXTERNREF", "WASM_BINDGEN_ANYREF", "WASM_BINDGEN_MULTI_VALUE"];

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
    for language in PageLanguage::ALL {
        let mut description = describe(language);
        // Only the host needs the words of the printable form (GET /sheet).
        description.words.retain(|key, _| !key.starts_with("sheet_"));
        let description = serde_json::to_vec(&description)?;
        fs::write(out.join(format!("describe.{}.json", language.as_str())), description)?;
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
    bind(&fs::read(raw)?, out)
}

/// Runs wasm-bindgen's pass as a library: writes `kakekomi.wasm`, `kakekomi.js` and `kakekomi.d.ts`.
fn bind(raw: &[u8], out: &Path) -> Result<(), Box<dyn Error>> {
    if let Some(name) = REFUSED_VARIABLES.iter().find(|name| std::env::var_os(name).is_some()) {
        return Err(format!("{name} is set: it would change the module's bytes; unset it").into());
    }
    let mut output =
        Bindgen::new().input_module("kakekomi", without_notes(raw)?).web(true)?.typescript(true).generate_output()?;
    fs::write(out.join("kakekomi.js"), minify(output.js())?)?;
    fs::write(out.join("kakekomi.d.ts"), output.ts().unwrap_or_default())?;
    fs::write(out.join("kakekomi.wasm"), output.wasm_mut().emit_wasm())?;
    Ok(())
}

/// Parses the module without the names of functions and of tools; bindgen's own settings for these work on bytes only.
///
/// The precompiled standard library claims features that the module does not use; bindgen would
/// add tables of references for them, so the claim is removed as well.
fn without_notes(raw: &[u8]) -> Result<walrus::Module, Box<dyn Error>> {
    let mut settings = walrus::ModuleConfig::new();
    settings.generate_name_section(false).generate_producers_section(false).generate_dwarf(false);
    let mut module = settings.parse(raw)?;
    module.customs.remove_raw("target_features");
    panics::without_words(&mut module)?;
    Ok(module)
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
