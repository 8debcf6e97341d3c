//! The module that this program was built with, and its machine code, made when the program was built (`host/service/build/code.rs`).
//!
//! [`sandbox_config`] → a `SandboxConfig` whose current module loads without compiling
//!
//! **Machine code is run only if this program's own build made it.** No file's contents are ever run as machine code.

use kakekomi_sandbox::{Precompiled, SandboxConfig};

/// Empty where the build could not make it.
const CODE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/kakekomi.cwasm"));

/// The machine code of the module that this program was built with.
#[allow(unsafe_code, reason = "the sandbox cannot know where machine code comes from")]
// SAFETY: `CODE` is what `Engine::precompile_module` made of the module, in the build of this very program, with the same
// release of wasmtime and the settings of `kakekomi-sandbox-codegen`: who can change it can change the program.
static PRECOMPILED: Precompiled = unsafe { Precompiled::new(kakekomi_artifact::WASM, CODE) };

/// The configuration of a sandbox whose current module is the one that this program was built with.
pub fn sandbox_config() -> SandboxConfig {
    sandbox_config_of(kakekomi_artifact::WASM)
}

/// The configuration of a sandbox with another current module; if it is this program's own, its machine code is used.
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
