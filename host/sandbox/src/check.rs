//! One check: a fresh instance, the bytes in, the report's bytes out.
//!
//! allocate → write the text → allocate → write the context → check → copy the report
//!
//! The instance is dropped afterwards, so nothing is freed. The module's answer is validated: every range must lie in its
//! memory, and the bytes must look like a report.

use std::sync::atomic::Ordering;
use std::time::Duration;

use wasmtime::{Instance, Memory, Store, TypedFunc, WasmParams, WasmResults};

use super::error::SandboxError;
use super::limits::{ANSWER_MAX, INPUT_MAX, cpu_time_limit};
use super::module::{Limits, Module, export};

/// The beginning of every report (contract: canonical UTF-8, `ruleset` first).
const BEGINNING: &str = r#"{"ruleset":"#;

/// Checks a text in a context, within the limits for a text of this length.
pub(super) fn check(module: &Module, text: &[u8], context: &[u8]) -> Result<Vec<u8>, SandboxError> {
    check_within(module, text, context, cpu_time_limit(text.len()))
}

/// Checks within another limit of processor time.
pub(super) fn check_within(
    module: &Module,
    text: &[u8],
    context: &[u8],
    cpu_time: Duration,
) -> Result<Vec<u8>, SandboxError> {
    let report = run(module, text, context, cpu_time);
    if report == Err(SandboxError::Deadline) {
        module.deadlines.fetch_add(1, Ordering::Relaxed);
    }
    report
}

fn run(module: &Module, text: &[u8], context: &[u8], cpu_time: Duration) -> Result<Vec<u8>, SandboxError> {
    let (store, instance) = module.fresh(cpu_time)?;
    let mut call = Call::new(store, &instance)?;
    let (text, text_len) = call.put(text.get(..INPUT_MAX).unwrap_or(text))?;
    let (context, context_len) = call.put(context)?;
    let check: TypedFunc<(u32, u32, u32, u32), i64> = function(&mut call.store, &instance, export::CHECK)?;
    let answer = check.call(&mut call.store, (text, text_len, context, context_len));
    call.report(answer.map_err(|error| SandboxError::running(&error))?)
}

/// The calls of one instance.
pub(super) struct Call {
    pub(super) store: Store<Limits>,
    pub(super) memory: Memory,
    allocate: TypedFunc<u32, u32>,
}

impl Call {
    pub(super) fn new(mut store: Store<Limits>, instance: &Instance) -> Result<Call, SandboxError> {
        let memory = instance.get_memory(&mut store, export::MEMORY).ok_or(SandboxError::WrongAbi(export::MEMORY))?;
        let allocate = function(&mut store, instance, export::ALLOCATE)?;
        Ok(Call { store, memory, allocate })
    }

    /// Writes bytes into the module's memory; returns pointer and length.
    pub(super) fn put(&mut self, bytes: &[u8]) -> Result<(u32, u32), SandboxError> {
        if bytes.len() > INPUT_MAX {
            return Err(SandboxError::NoRoom);
        }
        let len = u32::try_from(bytes.len()).map_err(|_| SandboxError::NoRoom)?;
        // At least one byte: a valid pointer even for an empty slice.
        let pointer = self.allocate.call(&mut self.store, len.max(1)).map_err(|error| SandboxError::running(&error))?;
        if pointer == 0 {
            return Err(SandboxError::NoRoom);
        }
        let offset = usize::try_from(pointer).map_err(|_| SandboxError::NoRoom)?;
        self.memory.write(&mut self.store, offset, bytes).map_err(|_| SandboxError::NoRoom)?;
        Ok((pointer, len))
    }

    /// Copies the report of an answer, whose upper half is the pointer and lower half the length.
    pub(super) fn report(&self, answer: i64) -> Result<Vec<u8>, SandboxError> {
        let answer = u64::try_from(answer).map_err(|_| SandboxError::Failure(answer))?;
        let pointer = usize::try_from(answer >> 32).map_err(|_| SandboxError::BadPointer)?;
        let len = usize::try_from(answer & u64::from(u32::MAX)).map_err(|_| SandboxError::BadPointer)?;
        if len > ANSWER_MAX {
            return Err(SandboxError::BadPointer);
        }
        let end = pointer.checked_add(len).ok_or(SandboxError::BadPointer)?;
        let bytes = self.memory.data(&self.store).get(pointer..end).ok_or(SandboxError::BadPointer)?;
        match std::str::from_utf8(bytes) {
            Ok(report) if report.starts_with(BEGINNING) => Ok(bytes.to_vec()),
            _ => Err(SandboxError::BadReport),
        }
    }
}

/// Finds an exported function, whose types were checked when the module was loaded.
pub(super) fn function<P: WasmParams, R: WasmResults>(
    store: &mut Store<Limits>,
    instance: &Instance,
    name: &'static str,
) -> Result<TypedFunc<P, R>, SandboxError> {
    instance.get_typed_func(store, name).map_err(|_| SandboxError::WrongAbi(name))
}
