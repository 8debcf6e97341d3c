//! Compiler settings that a module's machine code depends on.
//!
//! `wasmtime::Config::new()` → [`configure_codegen`] → a configuration with epoch interruption
//!
//! A build script that compiles a module ahead and the engine that runs the code must agree on all of them, so both
//! call [`configure_codegen`]. The crate is separate from the sandbox because a build script needs the compiler without the
//! runtime. It must not know any module.

#![forbid(unsafe_code)]

use wasmtime::Config;

/// Enables epoch interruption and sets the WebAssembly features.
pub fn configure_codegen(config: &mut Config) {
    config
        .epoch_interruption(true)
        .wasm_memory64(false)
        .wasm_multi_memory(false)
        // Its results differ between processors, reports must not.
        .wasm_relaxed_simd(false);
}
