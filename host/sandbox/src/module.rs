//! A compiled module and its fresh instances, with limits on memory, table and time.
//!
//! bytes → compiled and linked once → a fresh instance for every check
//!
//! An instance is never reused, so that nothing of one applicant's draft can reach another's check.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use wasmtime::{Engine, ExternType, FuncType, InstancePre, Linker, ResourceLimiter, Store, UpdateDeadline, ValType};

use super::cpu_deadline::CpuDeadline;
use super::error::{Refused, SandboxError};
use super::limits::{MEMORY_MAX, TABLE_MAX};
use super::precompiled::Precompiled;

/// The exports of ABI 1.
pub(super) mod export {
    /// The beginning of the marker of every ABI version.
    pub const ABI: &str = "kakekomi_abi_";
    pub const MARKER: &str = "kakekomi_abi_1";
    pub const ALLOCATE: &str = "kakekomi_allocate";
    pub const CHECK: &str = "kakekomi_check";
    pub const FREE: &str = "kakekomi_free";
    pub const MEMORY: &str = "memory";
}

/// A compiled and linked module.
#[derive(Clone)]
pub(super) struct Module {
    linked: InstancePre<Limits>,
    /// The number of checks that were ended by their deadline.
    pub(super) deadlines: Arc<AtomicU64>,
}

impl Module {
    /// Compiles a module (0.3–1 s), unless its machine code was made ahead, and checks its exports.
    pub(super) fn load(
        engine: &Engine,
        wasm: &[u8],
        precompiled: Option<&Precompiled>,
    ) -> Result<Module, SandboxError> {
        let precompiled = precompiled.filter(|precompiled| precompiled.is_of(wasm));
        let module = match precompiled.and_then(|precompiled| precompiled.deserialize(engine)) {
            Some(module) => module,
            None => wasmtime::Module::from_binary(engine, wasm).map_err(|error| SandboxError::loading(&error))?,
        };
        abi(engine, &module)?;
        // The exports for the browser use imports; those for a host never call one.
        let mut linker = Linker::new(engine);
        linker.define_unknown_imports_as_traps(&module).map_err(|error| SandboxError::loading(&error))?;
        let pre = linker.instantiate_pre(&module).map_err(|error| SandboxError::loading(&error))?;
        Ok(Module { linked: pre, deadlines: Arc::default() })
    }

    /// Creates a store with its limits, and an instance in it.
    pub(super) fn fresh(&self, cpu_time: Duration) -> Result<(Store<Limits>, wasmtime::Instance), SandboxError> {
        let mut store = Store::new(self.linked.module().engine(), Limits(CpuDeadline::after(cpu_time)));
        store.limiter(|limits| limits);
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(|store| {
            let is_over = store.data().0.is_over();
            Ok(if is_over { UpdateDeadline::Interrupt } else { UpdateDeadline::Continue(1) })
        });
        let instance = self.linked.instantiate(&mut store).map_err(|error| SandboxError::running(&error))?;
        Ok((store, instance))
    }
}

/// Checks the exports for a host and their types.
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

/// State of a store: ends a check that exceeds its memory, its table or its time.
#[derive(Debug)]
pub(super) struct Limits(CpuDeadline);

impl ResourceLimiter for Limits {
    fn memory_growing(&mut self, _: usize, wanted: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        if wanted > MEMORY_MAX { Err(Refused.into()) } else { Ok(true) }
    }

    fn table_growing(&mut self, _: usize, wanted: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        if wanted > TABLE_MAX { Err(Refused.into()) } else { Ok(true) }
    }
}
