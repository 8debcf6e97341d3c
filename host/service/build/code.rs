//! Compiles the module to the machine's own code when the program is built: `kakekomi.wasm` → `kakekomi.cwasm`.
//!
//! The code is for any machine of the target's kind, not for this one's processor alone. Where it cannot be made
//! (a target that this build of the compiler does not know) the file is empty, and the program compiles at its start.

use std::fs;
use std::io;
use std::path::Path;

use wasmtime::{Config, Engine};

/// Writes the machine code of a module into `out`.
pub fn compile(module: &Path, target: &str, out: &Path) -> io::Result<()> {
    println!("cargo::rerun-if-changed={}", module.display());
    let wasm = fs::read(module)?;
    let code = machine_code(&wasm, target).unwrap_or_else(|error| {
        println!("cargo::warning=the module will be compiled at each start: {error:#}");
        Vec::new()
    });
    fs::write(out.join("kakekomi.cwasm"), code)
}

fn machine_code(wasm: &[u8], target: &str) -> wasmtime::Result<Vec<u8>> {
    let mut config = Config::new();
    kakekomi_sandbox_codegen::configure_codegen(&mut config);
    config.target(target)?;
    Engine::new(&config)?.precompile_module(wasm)
}
