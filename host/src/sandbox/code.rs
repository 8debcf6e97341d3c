//! What the machine code of a module depends on: the build script that compiles ours ahead
//! (`host/build/code.rs`) and the engine that runs it must agree on all of it, so it stands here once.

use wasmtime::Config;

use super::cost::cost;

/// Fuel, the epoch, and what a module may be made of.
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
