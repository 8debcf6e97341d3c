//! The sandbox for modules of kakekomi: a fresh wasmtime instance for every check, with limits on all resources.
//!
//! ```text
//! digest, text, context → queue → check thread → fresh instance → validated bytes of the report
//! ```
//!
//! `{"contact":…}` in a context → `{"ruleset":"2026.11",…}`, the same bytes that the page gets from the same file of
//! WebAssembly. **The host has no rules of its own.** The sandbox takes a module as bytes: it must not know which module a
//! program carries, nor anything of HTTP, of the store, or of the form. A module that loops, traps, exhausts memory or
//! returns an invalid report affects its own check only, and each case has its own [`SandboxError`].
//!
//! A server that checks drafts (`examples/axum.rs`):
//!
#![doc = concat!("```no_run\n", include_str!("../examples/axum.rs"), "```")]
//!
//! A check ends after its processor time ([`cpu_time_limit`]), which is read at each tick of the engine's epoch: wasmtime
//! looks at the epoch at function entries, loop headers and before each bulk operation. The time of a draft is ten times the
//! need of the worst honest draft, so that a slow host gives the report that a browser gives.
//!
//! - `sandbox`: the public type; `digest`, `error`: names of modules, errors
//! - `limits`, `cpu_deadline`, and the crate `kakekomi-sandbox-codegen`: limits and compiler settings
//! - `engine`, `module`, `precompiled`: compiled modules and their instances
//! - `check`: the bytes in and out
//! - `worker_pool`, `fair_queue`: check threads and the order of the checks

mod check;
mod cpu_deadline;
mod digest;
mod engine;
mod error;
mod fair_queue;
mod limits;
mod module;
mod precompiled;
mod sandbox;
#[cfg(test)]
mod tests;
mod worker_pool;

pub use digest::{Digest, NoDigest};
pub use error::SandboxError;
pub use limits::{
    ANSWER_MAX, CPU_TIME_BASE, CPU_TIME_BLOCK, CPU_TIME_PER_BLOCK, INPUT_MAX, LONG_DRAFT_BYTES, MEMORY_MAX, STACK_MAX,
    TABLE_MAX, TICK, cpu_time_limit,
};
pub use precompiled::Precompiled;
pub use sandbox::{Sandbox, SandboxConfig};
