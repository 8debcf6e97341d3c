//! The sandbox for modules of kakekomi: a fresh wasmtime instance for every check, with limits on all that it may use.
//!
//! ```text
//! digest, text, context → queue → check thread → fresh instance → looked-at report bytes
//! ```
//!
//! `{"contact":…}` in a context → `{"ruleset":"2026.11",…}`, the same bytes that the page gets from
//! the same file of WebAssembly. **The host has no rules of its own.** The sandbox takes a module as bytes: it must not know
//! which module a program carries, nor anything of HTTP, of the store, or of the form. A module that loops, traps, eats
//! memory or answers nonsense costs its own check alone, and each of these has its own [`SandboxError`].
//!
//! - `digest`: which module
//! - `engine`, `work`, and the crate `kakekomi-sandbox-codegen`: what it may use
//! - `precompiled`: its machine code, where a program carries it
//! - `check`: the bytes in and out
//! - `threads`, `lane`, `turns`: where it runs, and who comes next

mod check;
mod digest;
mod engine;
mod error;
mod lane;
mod precompiled;
#[cfg(test)]
mod tests;
mod threads;
mod turns;
mod work;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;

pub use check::{ANSWER_MAX, INPUT_MAX};
use check::{Answer, check};
pub use digest::{Digest, NoDigest};
use engine::Module;
pub use engine::{FUEL, FUEL_BASE, FUEL_BYTES_MAX, FUEL_PER_BYTE, MEMORY_MAX, STACK_MAX, TABLE_MAX, TICK, fuel};
pub use error::SandboxError;
pub use precompiled::Precompiled;
pub use threads::LONG;
use threads::Threads;
pub use work::{CLOCK_MAX, TIME_MAX};

/// Checks that may wait, for each check thread.
const QUEUE_PER_THREAD: usize = 32;

/// Room in the pool for [`Sandbox::check_now`], beside the check threads' own.
const ROOM_FOR_NOW: usize = 8;

/// What a sandbox is made of.
#[derive(Debug, Clone)]
pub struct SandboxConfig {
    /// The modules' bytes; the first is the current one, the others are those that open pages may still run.
    pub modules: Vec<Vec<u8>>,
    /// Further modules, without which the sandbox works as well.
    pub kept: Vec<Vec<u8>>,
    /// Check threads for ordinary drafts; 0: as many as there are cores.
    pub threads: usize,
    /// Checks that may wait in each lane before it is [`SandboxError::Busy`]; 0: 32 for each check thread.
    pub queue: usize,
    /// Machine code that was made ahead, for the module among these whose bytes it was made of.
    pub precompiled: Option<Precompiled>,
}

impl SandboxConfig {
    /// With this module as the current and only one.
    pub fn of(wasm: &[u8]) -> SandboxConfig {
        SandboxConfig { modules: vec![wasm.to_vec()], kept: Vec::new(), threads: 0, queue: 0, precompiled: None }
    }

    /// With another module that open pages may still run.
    #[must_use]
    pub fn and(mut self, wasm: &[u8]) -> SandboxConfig {
        self.modules.push(wasm.to_vec());
        self
    }

    /// The same for one that is left out where it cannot be loaded ([`Sandbox::left_out`]).
    #[must_use]
    pub fn and_if_it_loads(mut self, wasm: &[u8]) -> SandboxConfig {
        self.kept.push(wasm.to_vec());
        self
    }
}

/// The modules and the threads that run them. A clone is the same sandbox.
#[derive(Clone)]
pub struct Sandbox(Arc<Inner>);

struct Inner {
    current: Digest,
    modules: BTreeMap<Digest, Module>,
    left_out: Vec<(Digest, SandboxError)>,
    threads: Threads,
}

impl Sandbox {
    /// Compiles the modules and starts the threads.
    ///
    /// # Errors
    /// [`SandboxError::BadModule`] and [`SandboxError::WrongAbi`] for a module that cannot be used,
    /// also when there is none; [`SandboxError::Stopped`] when a thread cannot be started.
    #[expect(clippy::needless_pass_by_value, reason = "the modules' bytes are of no use to the caller afterwards")]
    pub fn new(config: SandboxConfig) -> Result<Sandbox, SandboxError> {
        let cores = || std::thread::available_parallelism().map_or(1, usize::from);
        let threads = if config.threads == 0 { cores() } else { config.threads };
        let queue = if config.queue == 0 { threads.saturating_mul(QUEUE_PER_THREAD) } else { config.queue };
        let at_once = Threads::of_all_lanes(threads).saturating_add(ROOM_FOR_NOW);
        let at_once = u32::try_from(at_once).unwrap_or(u32::MAX);
        let engine = engine::engine(at_once)?;
        let current = config.modules.first().map(|wasm| Digest::of(wasm));
        let current = current.ok_or_else(|| SandboxError::BadModule("there is none".to_owned()))?;
        let load = |wasm: &[u8]| Module::load(&engine, wasm, config.precompiled.as_ref());
        let mut modules = BTreeMap::new();
        for wasm in &config.modules {
            if let Entry::Vacant(place) = modules.entry(Digest::of(wasm)) {
                place.insert(load(wasm)?);
            }
        }
        let mut left_out = Vec::new();
        for wasm in &config.kept {
            if let Entry::Vacant(place) = modules.entry(Digest::of(wasm)) {
                match load(wasm) {
                    Ok(module) => _ = place.insert(module),
                    Err(error) => left_out.push((Digest::of(wasm), error)),
                }
            }
        }
        let threads = Threads::start(&engine, threads, queue)?;
        Ok(Sandbox(Arc::new(Inner { current, modules, left_out, threads })))
    }

    /// Judges a text in a context (JSON, as `kakekomi_core::Context` writes it) on a check thread; the report's bytes.
    /// Clients take turns, so that none waits for all that another one sent; `None` is one client, too.
    ///
    /// # Errors
    /// [`SandboxError::Busy`] at once when too many wait, or when a client's last check gives way to another one's first; [`SandboxError::UnknownModule`]; else what the module did wrong.
    pub async fn check(
        &self,
        client: Option<IpAddr>,
        module: &Digest,
        text: Bytes,
        context: Arc<[u8]>,
    ) -> Result<Vec<u8>, SandboxError> {
        let module = self.module(module)?.clone();
        self.0.threads.submit(client, module, text, context).await
    }

    /// The same on the caller's thread, for the command line.
    ///
    /// # Errors
    /// As [`Sandbox::check`].
    pub fn check_now(&self, module: &Digest, text: Bytes, context: Arc<[u8]>) -> Result<Vec<u8>, SandboxError> {
        self.check_now_with_fuel(module, text, context).map(|(report, _)| report)
    }

    /// The same with the fuel that was used, at most [`fuel`] of the lengths; equal bytes use equal fuel on every machine.
    ///
    /// # Errors
    /// As [`Sandbox::check`].
    // By value, as `check` takes them, so that one can stand for the other.
    #[allow(clippy::needless_pass_by_value)]
    pub fn check_now_with_fuel(
        &self,
        module: &Digest,
        text: Bytes,
        context: Arc<[u8]>,
    ) -> Result<(Vec<u8>, u64), SandboxError> {
        let Answer { report, fuel } = check(self.module(module)?, &text, &context, fuel(text.len(), context.len()))?;
        Ok((report, fuel))
    }

    /// The current module.
    pub fn current(&self) -> &Digest {
        &self.0.current
    }

    /// The kept modules that cannot be loaded, and why.
    pub fn left_out(&self) -> &[(Digest, SandboxError)] {
        &self.0.left_out
    }

    /// Whether this module is here.
    pub fn has(&self, module: &Digest) -> bool {
        self.0.modules.contains_key(module)
    }

    fn module(&self, digest: &Digest) -> Result<&Module, SandboxError> {
        self.0.modules.get(digest).ok_or_else(|| SandboxError::UnknownModule(digest.clone()))
    }
}

impl std::fmt::Debug for Sandbox {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Sandbox").field("current", &self.0.current).finish_non_exhaustive()
    }
}
