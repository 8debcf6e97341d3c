//! Lists the files of the default desk profile, and compiles the module to machine code.
//!
//! ```text
//! host/desk/**  →  DESK in embedded.rs
//! the module    →  kakekomi.cwasm, its machine code
//! ```

use std::path::PathBuf;
use std::{env, fs, io};

use kakekomi_page_build::listing::{files, listing};
use wasmtime::{Config, Engine};

/// Endings of the files of a desk profile.
const DESK_ENDINGS: &[&str] = &["toml", "html"];

fn main() -> io::Result<()> {
    let crate_folder = PathBuf::from(variable("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(variable("OUT_DIR")?);
    fs::write(out.join("embedded.rs"), listing("DESK", files(&crate_folder.join("../desk"), DESK_ENDINGS)?)?)?;
    let module = variable("DEP_KAKEKOMI_MODULE_WASM")?;
    let code = machine_code(&fs::read(&module)?, &variable("TARGET")?).unwrap_or_else(|error| {
        // The file is empty then, for example for a target that this build of the compiler does not know.
        println!("cargo::warning=the module will be compiled at each start: {error:#}");
        Vec::new()
    });
    fs::write(out.join("kakekomi.cwasm"), code)?;
    println!("cargo::rerun-if-changed={module}");
    println!("cargo::rerun-if-changed=build.rs");
    Ok(())
}

/// Compiles for any machine of the target's kind, not for this one's processor alone.
fn machine_code(wasm: &[u8], target: &str) -> wasmtime::Result<Vec<u8>> {
    let mut config = Config::new();
    kakekomi_sandbox_codegen::configure_codegen(&mut config);
    config.target(target)?;
    Engine::new(&config)?.precompile_module(wasm)
}

fn variable(name: &str) -> io::Result<String> {
    env::var(name).map_err(|error| io::Error::other(format!("{name}: {error}")))
}
