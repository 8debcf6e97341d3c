//! Lists the files of the default desk profile, and compiles the module to machine code.
//!
//! ```text
//! host/desk/**  →  DESK in embedded.rs
//! the module    →  kakekomi.cwasm, its machine code (build/code.rs)
//! ```

#[path = "build/code.rs"]
mod code;

use std::path::{Path, PathBuf};
use std::{env, fs, io};

use kakekomi_page_build::listing::{files, listing};

/// What a desk profile consists of.
const DESK_ENDINGS: &[&str] = &["toml", "html"];

fn main() -> io::Result<()> {
    let room = PathBuf::from(variable("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(variable("OUT_DIR")?);
    fs::write(out.join("embedded.rs"), listing("DESK", files(&room.join("../desk"), DESK_ENDINGS)?)?)?;
    code::compile(Path::new(&variable("DEP_KAKEKOMI_MODULE_WASM")?), &variable("TARGET")?, &out)?;
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=build");
    Ok(())
}

fn variable(name: &str) -> io::Result<String> {
    env::var(name).map_err(|error| io::Error::other(format!("{name}: {error}")))
}
