//! Compiler settings that a module's machine code depends on.
//!
//! `wasmtime::Config::new()` → [`settle`] → a configuration with fuel, operator costs and the epoch
//!
//! A build script that compiles a module ahead and the engine that runs the code must agree on all of them, so both
//! call [`settle`]. The crate is separate from the sandbox because a build script needs the compiler without the runtime.
//! It must not know any module.

#![forbid(unsafe_code)]

mod cost;

use cost::cost;
use wasmtime::Config;

/// Sets fuel, the epoch, and what a module may be made of.
pub fn settle(config: &mut Config) {
    config
        .consume_fuel(true)
        .operator_cost(cost())
        .epoch_interruption(true)
        .wasm_memory64(false)
        .wasm_multi_memory(false)
        // Its results may differ from machine to machine, and a report may not.
        .wasm_relaxed_simd(false);
}
