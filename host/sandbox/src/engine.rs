//! The engine: compiler settings, and a pool of instances.
//!
//! `engine(4)` → an engine that runs four checks at once; a fresh instance from its pool costs microseconds.

use wasmtime::{Config, Enabled, Engine, InstanceAllocationStrategy, PoolingAllocationConfig};

use super::error::SandboxError;
use super::limits::{MEMORY_MAX, STACK_MAX, TABLE_MAX};

/// Bytes of memory that a pooled slot keeps and clears instead of returning them page by page: the need of an honest check.
const KEEP_RESIDENT: usize = 4 << 20;

/// Bytes of table that a pooled slot keeps.
const KEEP_TABLE: usize = 64 << 10;

/// Creates an engine for this number of concurrent checks.
pub(super) fn engine(at_once: u32) -> Result<Engine, SandboxError> {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_core_instances(at_once)
        .total_memories(at_once)
        .total_tables(at_once)
        .max_memories_per_module(1)
        .max_tables_per_module(1)
        .max_memory_size(MEMORY_MAX)
        .table_elements(TABLE_MAX)
        .max_unused_warm_slots(at_once)
        .linear_memory_keep_resident(KEEP_RESIDENT)
        .table_keep_resident(KEEP_TABLE)
        .pagemap_scan(Enabled::Auto);
    let mut config = Config::new();
    kakekomi_sandbox_codegen::configure_codegen(&mut config);
    config
        .allocation_strategy(InstanceAllocationStrategy::Pooling(pool))
        .max_wasm_stack(STACK_MAX)
        // An error must not describe the frames of a check.
        .wasm_backtrace_max_frames(None);
    Engine::new(&config).map_err(|error| SandboxError::loading(&error))
}
