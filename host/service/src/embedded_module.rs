//! The module that this program was built with, and its machine code, which `build.rs` made.
//!
//! [`sandbox_config`] → a `SandboxConfig` whose current module loads without compiling
//!
//! **Only machine code from this program's own build is run**, never the contents of a file.

use kakekomi_sandbox::{Precompiled, SandboxConfig};

/// Empty where the build could not make it.
const CODE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/kakekomi.cwasm"));

/// The machine code of the module that this program was built with.
#[allow(unsafe_code, reason = "the sandbox cannot know where machine code comes from")]
// SAFETY: `CODE` is the output of `Engine::precompile_module` for the module, in the build of this program, with the same
// release of wasmtime and the settings of `kakekomi-sandbox-codegen`.
static PRECOMPILED: Precompiled = unsafe { Precompiled::new(kakekomi_artifact::WASM, CODE) };

/// Configures a sandbox with the module that this program was built with.
pub fn sandbox_config() -> SandboxConfig {
    sandbox_config_of(kakekomi_artifact::WASM)
}

/// Configures a sandbox with another current module; if it is this program's own, its machine code is used.
pub fn sandbox_config_of(wasm: &[u8]) -> SandboxConfig {
    SandboxConfig { precompiled: Some(PRECOMPILED), ..SandboxConfig::of(wasm) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_that_was_made_ahead_is_the_code_that_runs() {
        assert!(PRECOMPILED.loads(), "the build script and the engine disagree");
    }
}
