//! The sandbox: loaded modules and the threads that run them.
//!
//! `sandbox.check(client, digest, text, context)` → the report's bytes.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use bytes::Bytes;

use super::check::check;
use super::digest::Digest;
use super::engine::engine;
use super::error::SandboxError;
use super::module::Module;
use super::precompiled::Precompiled;
use super::worker_pool::WorkerPools;

/// Checks that may wait, for each check thread.
const QUEUE_PER_THREAD: usize = 32;

/// Instances for [`Sandbox::check_now`], beside those of the check threads.
const ROOM_FOR_NOW: usize = 8;

/// Configuration of a sandbox.
#[derive(Debug, Clone)]
pub struct SandboxConfig {
    /// Bytes of the modules; the first is the current one, open pages may still run the others.
    pub modules: Vec<Vec<u8>>,
    /// Optional modules, which are left out where they cannot be loaded.
    pub kept: Vec<Vec<u8>>,
    /// Check threads for ordinary drafts; 0: as many as there are cores.
    pub threads: usize,
    /// Checks that may wait in each queue before it is [`SandboxError::Busy`]; 0: 32 for each check thread.
    pub queue: usize,
    /// Machine code of one of the modules.
    pub precompiled: Option<Precompiled>,
}

impl SandboxConfig {
    /// Configures one module.
    pub fn of(wasm: &[u8]) -> SandboxConfig {
        SandboxConfig { modules: vec![wasm.to_vec()], kept: Vec::new(), threads: 0, queue: 0, precompiled: None }
    }

    /// Adds a module that open pages may still run.
    #[must_use]
    pub fn and(mut self, wasm: &[u8]) -> SandboxConfig {
        self.modules.push(wasm.to_vec());
        self
    }

    /// Adds a module that is left out where it cannot be loaded ([`Sandbox::left_out`]).
    #[must_use]
    pub fn and_if_it_loads(mut self, wasm: &[u8]) -> SandboxConfig {
        self.kept.push(wasm.to_vec());
        self
    }
}

/// Loaded modules and the threads that run them. A clone shares both.
#[derive(Clone)]
pub struct Sandbox(Arc<Inner>);

struct Inner {
    current: Digest,
    modules: BTreeMap<Digest, Module>,
    left_out: Vec<(Digest, SandboxError)>,
    pools: WorkerPools,
}

impl Sandbox {
    /// Compiles the modules and starts the threads.
    ///
    /// # Errors
    /// [`SandboxError::BadModule`], [`SandboxError::WrongAbi`] or [`SandboxError::OtherAbi`]: a module cannot be loaded, or
    /// the list is empty; [`SandboxError::Stopped`]: a thread cannot be started.
    pub fn new(config: SandboxConfig) -> Result<Sandbox, SandboxError> {
        let cores = || std::thread::available_parallelism().map_or(1, usize::from);
        let threads = if config.threads == 0 { cores() } else { config.threads };
        let queue = if config.queue == 0 { threads.saturating_mul(QUEUE_PER_THREAD) } else { config.queue };
        let at_once = WorkerPools::threads_of_all(threads).saturating_add(ROOM_FOR_NOW);
        let engine = engine(u32::try_from(at_once).unwrap_or(u32::MAX))?;
        let current = config.modules.first().map(|wasm| Digest::of(wasm));
        let current = current.ok_or_else(|| SandboxError::BadModule("the list of modules is empty".to_owned()))?;
        let (mut modules, mut left_out) = (BTreeMap::new(), Vec::new());
        let needed = config.modules.into_iter().map(|wasm| (wasm, true));
        for (wasm, is_needed) in needed.chain(config.kept.into_iter().map(|wasm| (wasm, false))) {
            let Entry::Vacant(entry) = modules.entry(Digest::of(&wasm)) else { continue };
            match Module::load(&engine, &wasm, config.precompiled.as_ref()) {
                Ok(module) => _ = entry.insert(module),
                Err(error) if is_needed => return Err(error),
                Err(error) => left_out.push((entry.into_key(), error)),
            }
        }
        let pools = WorkerPools::start(&engine, threads, queue)?;
        Ok(Sandbox(Arc::new(Inner { current, modules, left_out, pools })))
    }

    /// Checks a text in a context (JSON, as `kakekomi_core::Context` writes it) on a check thread and returns the report.
    /// Clients take turns; `None` counts as one client.
    ///
    /// # Errors
    /// [`SandboxError::Busy`]: the queue is full; [`SandboxError::UnknownModule`]; otherwise the fault of the module.
    pub async fn check(
        &self,
        client: Option<IpAddr>,
        module: &Digest,
        text: Bytes,
        context: Arc<[u8]>,
    ) -> Result<Vec<u8>, SandboxError> {
        let module = self.module(module)?.clone();
        self.0.pools.submit(client, module, text, context).await
    }

    /// Checks on the caller's thread, for command lines.
    ///
    /// # Errors
    /// As [`Sandbox::check`].
    #[expect(clippy::needless_pass_by_value, reason = "the same arguments as `check`")]
    pub fn check_now(&self, module: &Digest, text: Bytes, context: Arc<[u8]>) -> Result<Vec<u8>, SandboxError> {
        check(self.module(module)?, &text, &context)
    }

    /// Lists the modules with the number of checks that their deadline ended, for metrics.
    pub fn deadlines(&self) -> impl Iterator<Item = (&Digest, u64)> {
        self.0.modules.iter().map(|(digest, module)| (digest, module.deadlines.load(Ordering::Relaxed)))
    }

    /// Counts the checks that wait for a thread, for metrics.
    pub fn queued(&self) -> usize {
        self.0.pools.queued()
    }

    /// Returns the digest of the current module.
    pub fn current(&self) -> &Digest {
        &self.0.current
    }

    /// Lists the optional modules that cannot be loaded, with the reasons.
    pub fn left_out(&self) -> &[(Digest, SandboxError)] {
        &self.0.left_out
    }

    /// Reports whether this module is loaded.
    pub fn has(&self, module: &Digest) -> bool {
        self.0.modules.contains_key(module)
    }

    pub(super) fn module(&self, digest: &Digest) -> Result<&Module, SandboxError> {
        self.0.modules.get(digest).ok_or_else(|| SandboxError::UnknownModule(digest.clone()))
    }
}

impl std::fmt::Debug for Sandbox {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Sandbox").field("current", &self.0.current).finish_non_exhaustive()
    }
}
