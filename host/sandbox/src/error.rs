//! Errors of the sandbox.
//!
//! An endless loop → [`SandboxError::Deadline`], code `sandbox.deadline`
//!
//! Each has a stable code for the log and the metrics. None holds a byte of a draft or of a report: their texts come from
//! the module's file and from wasmtime.

use wasmtime::{PoolConcurrencyLimitError, Trap};

use super::digest::Digest;
use super::limits::MEMORY_MAX;

/// The reason why there is no report.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SandboxError {
    /// All check threads are busy and the queue is full; a later attempt may succeed.
    #[error("too many checks at once")]
    Busy,
    /// No module with this digest is loaded.
    #[error("there is no module {0}")]
    UnknownModule(Digest),
    /// The bytes are no module, or exceed the limits; the compiler's message.
    #[error("the module cannot be loaded: {0}")]
    BadModule(String),
    /// An export for a host is missing or has other types; its name.
    #[error("the module does not speak ABI 1: look at its export {0}")]
    WrongAbi(&'static str),
    /// The module has another ABI; its versions.
    #[error("the module speaks ABI {0}, this program ABI 1: it needs {newer}", newer = newer(.0))]
    OtherAbi(String),
    /// The module allocated no memory, or an invalid range, for the text or the context.
    #[error("the module has no room for the text or the context")]
    NoRoom,
    /// The module used all processor time that [`super::cpu_time_limit`] gives for the length of the text.
    #[error("the module did not end before the deadline")]
    Deadline,
    /// The module requested more memory than [`MEMORY_MAX`], or too large a table.
    #[error("the module wanted more than {MEMORY_MAX} bytes of memory, or too large a table")]
    Memory,
    /// The module exceeded its stack, by deep or endless recursion.
    #[error("the module exceeded its stack")]
    Stack,
    /// The module trapped; wasmtime's message.
    #[error("the module trapped: {0}")]
    Trap(String),
    /// The report's range is outside of the module's memory, or too long.
    #[error("the module's report does not lie in its memory, or is too long")]
    BadPointer,
    /// The report is not UTF-8, or does not begin as a report.
    #[error("the module's answer is not a report")]
    BadReport,
    /// The module returned an error; its number (−1: the context is invalid, −2: the report cannot be written, −3: a pointer
    /// or length is out of range).
    #[error("the module refused with {0} ({name})", name = failure(*.0))]
    Failure(i64),
    /// The check thread has ended.
    #[error("the check threads have stopped")]
    Stopped,
}

impl SandboxError {
    /// Returns the stable code for the log and the metrics.
    pub fn code(&self) -> &'static str {
        match self {
            SandboxError::Busy => "sandbox.busy",
            SandboxError::UnknownModule(_) => "sandbox.unknown_module",
            SandboxError::BadModule(_) => "sandbox.bad_module",
            SandboxError::WrongAbi(_) => "sandbox.wrong_abi",
            SandboxError::OtherAbi(_) => "sandbox.other_abi",
            SandboxError::NoRoom => "sandbox.no_room",
            SandboxError::Deadline => "sandbox.deadline",
            SandboxError::Memory => "sandbox.memory",
            SandboxError::Stack => "sandbox.stack",
            SandboxError::Trap(_) => "sandbox.trap",
            SandboxError::BadPointer => "sandbox.bad_pointer",
            SandboxError::BadReport => "sandbox.bad_report",
            SandboxError::Failure(number) => failure(*number),
            SandboxError::Stopped => "sandbox.stopped",
        }
    }

    /// Converts the compiler's error, in one line. Its message describes the file, before any draft is read.
    pub(super) fn loading(error: &wasmtime::Error) -> SandboxError {
        let words = format!("{error:#}");
        SandboxError::BadModule(words.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    /// Converts an error of a running module.
    pub(super) fn running(error: &wasmtime::Error) -> SandboxError {
        if error.is::<Refused>() {
            return SandboxError::Memory;
        }
        if error.is::<PoolConcurrencyLimitError>() {
            return SandboxError::Busy;
        }
        match error.downcast_ref::<Trap>() {
            Some(Trap::Interrupt) => SandboxError::Deadline,
            Some(Trap::StackOverflow) => SandboxError::Stack,
            Some(trap) => SandboxError::Trap(trap.to_string()),
            None => SandboxError::Trap("it called an import, or could not be started".to_owned()),
        }
    }
}

/// Names the part that is too old for a module of another ABI.
fn newer(found: &str) -> &'static str {
    if found.parse::<u32>().is_ok_and(|version| version == 0) { "a newer module" } else { "a newer program" }
}

/// Finds the code of a module's error number (`kakekomi_core::CheckError`).
fn failure(number: i64) -> &'static str {
    match number {
        -1 => "context.invalid",
        -2 => "report.unwritable",
        -3 => "memory.range",
        _ => "sandbox.failure",
    }
}

/// Marks growth over the limits; wasmtime carries it as the cause of the trap.
#[derive(Debug, thiserror::Error)]
#[error("over the limit")]
pub(super) struct Refused;
