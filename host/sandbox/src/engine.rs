//! The engine and what a module may use: fuel, time, memory, table, stack.
//!
//! bytes → compiled and linked once → a fresh instance for every check
//!
//! Fuel decides, because it is the same on every machine (`codegen/src/cost.rs`: what takes longer costs more); behind it stands the
//! processor's time, which the epoch's ticks look at (`work.rs`). Instances come out of a pool,
//! so a fresh one costs microseconds: it is always fresh, and nothing of one applicant's data can
//! reach another's check.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use wasmtime::{
    Config, Enabled, Engine, ExternType, FuncType, InstanceAllocationStrategy, InstancePre, Linker,
    PoolingAllocationConfig, ResourceLimiter, Store, UpdateDeadline, ValType,
};

use super::error::{Refused, SandboxError};
use super::precompiled::Precompiled;
use super::work::Work;

/// Fuel of a check of nothing at all, in the units of `codegen/src/cost.rs`. The example draft uses a tenth of what it gets.
pub const FUEL_BASE: u64 = 10_000_000;

/// Fuel for each byte of the text and of the context: twice what the worst draft uses that was found (256 KiB
/// of unknown keys, each of them an issue; `tests/worst.rs`).
pub const FUEL_PER_BYTE: u64 = 20_000;

/// Bytes beyond these bring no more fuel. Of a longer text only the fields are reported, which needs no more
/// (`tests/worst.rs`); beyond 512 KiB it is refused by its length alone (contract).
pub const FUEL_BYTES_MAX: usize = 256 << 10;

/// The most fuel of any check.
pub const FUEL: u64 = fuel(FUEL_BYTES_MAX, FUEL_BYTES_MAX);

/// The fuel of one check, for the lengths of its text and its context in bytes. A module that loops is cut off the
/// sooner, the less it was given to do: after 2 ms with an ordinary draft, and some 50 ms with the longest.
#[allow(clippy::cast_possible_truncation, reason = "at most 2 × FUEL_BYTES_MAX")]
pub const fn fuel(text: usize, context: usize) -> u64 {
    let text = if text < FUEL_BYTES_MAX { text } else { FUEL_BYTES_MAX };
    let context = if context < FUEL_BYTES_MAX { context } else { FUEL_BYTES_MAX };
    FUEL_BASE + FUEL_PER_BYTE * (text + context) as u64
}

/// The most linear memory of one check, in bytes: 64 MiB.
pub const MEMORY_MAX: usize = 64 << 20;

/// Entries of a module's function table.
pub const TABLE_MAX: usize = 10_000;

/// The engine's own stack for one check, in bytes; a check thread's stack is much larger.
pub const STACK_MAX: usize = 512 << 10;

/// How often the epoch moves on, and the time that a check has used is looked at.
pub const TICK: Duration = Duration::from_millis(5);

/// Memory that a pooled slot keeps and clears, instead of giving it back page by page: an honest check's, in bytes.
const KEEP_RESIDENT: usize = 4 << 20;

/// Table bytes that a pooled slot keeps.
const KEEP_TABLE: usize = 64 << 10;

/// The exports of ABI 1.
pub(super) mod export {
    /// How every version's marker begins.
    pub const ABI: &str = "kakekomi_abi_";
    pub const MARKER: &str = "kakekomi_abi_1";
    pub const ALLOCATE: &str = "kakekomi_allocate";
    pub const CHECK: &str = "kakekomi_check";
    pub const FREE: &str = "kakekomi_free";
    pub const MEMORY: &str = "memory";
}

/// An engine with room for so many checks at once.
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
    kakekomi_sandbox_codegen::settle(&mut config);
    config
        .allocation_strategy(InstanceAllocationStrategy::Pooling(pool))
        .max_wasm_stack(STACK_MAX)
        // Nothing of a check's frames belongs into an error.
        .wasm_backtrace_max_frames(None);
    Engine::new(&config).map_err(|error| bad_module(&error))
}

/// A module, compiled and linked, of which instances are made.
#[derive(Clone)]
pub(super) struct Module {
    linked: InstancePre<Limits>,
    /// Whether it is the module that the program was built with, and whose machine code it carries.
    own: bool,
    suspect: Arc<AtomicBool>,
}

impl Module {
    /// Compiles a module (0.3–1 s for a real one), unless its machine code was made ahead, and looks at its exports.
    pub(super) fn load(
        engine: &Engine,
        wasm: &[u8],
        precompiled: Option<&Precompiled>,
    ) -> Result<Module, SandboxError> {
        let own = precompiled.filter(|precompiled| precompiled.is_of(wasm));
        let module = match own.and_then(|precompiled| precompiled.deserialize(engine)) {
            Some(module) => module,
            None => wasmtime::Module::from_binary(engine, wasm).map_err(|error| bad_module(&error))?,
        };
        abi(engine, &module)?;
        // The browser's face has imports; the host's never calls one.
        let mut linker = Linker::new(engine);
        linker.define_unknown_imports_as_traps(&module).map_err(|error| bad_module(&error))?;
        let pre = linker.instantiate_pre(&module).map_err(|error| bad_module(&error))?;
        Ok(Module { linked: pre, own: own.is_some(), suspect: Arc::default() })
    }

    /// A fresh store with its limits, and a fresh instance in it.
    pub(super) fn fresh(&self, fuel: u64) -> Result<(Store<Limits>, wasmtime::Instance), SandboxError> {
        let mut store = Store::new(self.linked.module().engine(), Limits::default());
        store.limiter(|limits| limits);
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(|mut store| {
            let over = store.data_mut().work.is_over();
            Ok(if over { UpdateDeadline::Interrupt } else { UpdateDeadline::Continue(1) })
        });
        store.set_fuel(fuel).map_err(|error| SandboxError::running(&error))?;
        let instance = self.linked.instantiate(&mut store).map_err(|error| SandboxError::running(&error))?;
        Ok((store, instance))
    }

    /// Whether it ever used more than half of a check's fuel, or all of its time: no honest one does
    /// (`the_worst_drafts_use_at_most_half_of_their_fuel`).
    pub(super) fn is_suspect(&self) -> bool {
        self.suspect.load(Ordering::Relaxed)
    }

    /// Suspects it from now on; whether that is new. Never this program's own: its checks would all wait for one another
    /// after a machine had stood still for a while.
    pub(super) fn suspect(&self) -> bool {
        !self.own && !self.suspect.swap(true, Ordering::Relaxed)
    }
}

/// Every export of the host's face, with its types.
fn abi(engine: &Engine, module: &wasmtime::Module) -> Result<(), SandboxError> {
    use ValType::{I32, I64};
    let others: Vec<&str> = module.exports().filter_map(|export| export.name().strip_prefix(export::ABI)).collect();
    if module.get_export(export::MARKER).is_none() && !others.is_empty() {
        return Err(SandboxError::OtherAbi(others.join(" and ").chars().take(40).collect()));
    }
    let functions = [
        (export::MARKER, FuncType::new(engine, [], [])),
        (export::ALLOCATE, FuncType::new(engine, [I32], [I32])),
        (export::CHECK, FuncType::new(engine, [I32, I32, I32, I32], [I64])),
        (export::FREE, FuncType::new(engine, [I32, I32], [])),
    ];
    for (name, wanted) in functions {
        match module.get_export(name) {
            Some(ExternType::Func(found)) if FuncType::eq(&found, &wanted) => {}
            _ => return Err(SandboxError::WrongAbi(name)),
        }
    }
    match module.get_export(export::MEMORY) {
        Some(ExternType::Memory(_)) => Ok(()),
        _ => Err(SandboxError::WrongAbi(export::MEMORY)),
    }
}

/// The compiler's words, in one line. They come from the file, before any draft is seen.
fn bad_module(error: &wasmtime::Error) -> SandboxError {
    let words = format!("{error:#}");
    SandboxError::BadModule(words.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Refuses growth over the limits by ending the check, and knows how long it has been at work: an honest one never comes near.
#[derive(Debug, Default)]
pub(super) struct Limits {
    work: Work,
}

impl ResourceLimiter for Limits {
    fn memory_growing(&mut self, _: usize, wanted: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        if wanted > MEMORY_MAX { Err(Refused.into()) } else { Ok(true) }
    }

    fn table_growing(&mut self, _: usize, wanted: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        if wanted > TABLE_MAX { Err(Refused.into()) } else { Ok(true) }
    }
}
