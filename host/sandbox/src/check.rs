//! One check: a fresh instance, the bytes in, the report's bytes out.
//!
//! allocate → write the text → allocate → write the context → check → copy the report
//!
//! The instance is dropped afterwards, so nothing is freed. The module's answer is validated: every range must lie in its
//! memory, and the bytes must look like a report.

use wasmtime::{Instance, Memory, Store, TypedFunc, WasmParams, WasmResults};

use super::error::SandboxError;
use super::limits::{ANSWER_MAX, INPUT_MAX};
use super::module::{Limits, Module, export};

/// The beginning of every report (contract: canonical UTF-8, `ruleset` first).
const BEGINNING: &str = r#"{"ruleset":"#;

/// A report and its fuel.
pub(super) struct Answer {
    /// The report's canonical UTF-8.
    pub report: Vec<u8>,
    /// The fuel that was used.
    pub fuel: u64,
}

/// Checks a text in a context with this amount of fuel.
pub(super) fn check(module: &Module, text: &[u8], context: &[u8], fuel: u64) -> Result<Answer, SandboxError> {
    let (store, instance) = module.fresh(fuel)?;
    let mut call = Call::new(store, &instance)?;
    let (text, text_len) = call.put(text.get(..INPUT_MAX).unwrap_or(text))?;
    let (context, context_len) = call.put(context)?;
    let check: TypedFunc<(u32, u32, u32, u32), i64> = function(&mut call.store, &instance, export::CHECK)?;
    let answer = check.call(&mut call.store, (text, text_len, context, context_len));
    let answer = answer.map_err(|error| SandboxError::running(&error))?;
    let report = call.report(answer)?;
    let left = call.store.get_fuel().map_err(|error| SandboxError::running(&error))?;
    Ok(Answer { report, fuel: fuel.saturating_sub(left) })
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
