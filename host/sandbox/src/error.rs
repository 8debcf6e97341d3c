//! Why the sandbox has no report to give.
//!
//! Each reason has its own variant and its own stable code, for the log and the counters. None of
//! them holds a byte of a draft or of a report: what is said comes from the module's file and from
//! wasmtime's fixed words.

use wasmtime::{PoolConcurrencyLimitError, Trap};

use super::digest::Digest;
use super::engine::MEMORY_MAX;

/// Why there is no report.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SandboxError {
    /// Every check thread is at work and the queue is full; try again soon.
    #[error("too many checks at once")]
    Busy,
    /// No module with this digest was loaded.
    #[error("there is no module {0}")]
    UnknownModule(Digest),
    /// The bytes are no module, or one that asks for more than the limits; what the compiler said of it.
    #[error("the module cannot be loaded: {0}")]
    BadModule(String),
    /// An export of the host's face is missing or has other types; its name.
    #[error("the module does not speak ABI 1: look at its export {0}")]
    WrongAbi(&'static str),
    /// The module speaks another version of the host's face; the versions that it names.
    #[error("the module speaks ABI {0}, this program ABI 1: it needs {newer}", newer = newer(.0))]
    OtherAbi(String),
    /// The module gave no room, or room outside of its memory, for the text or the context.
    #[error("the module has no room for the text or the context")]
    NoRoom,
    /// The module ran for more instructions than [`super::fuel`] gives for the lengths of the text and the context.
    #[error("the module used up the fuel that a text of this length gets")]
    OutOfFuel,
    /// The module ran for longer than the deadline, though it had fuel left.
    #[error("the module did not end before the deadline")]
    Deadline,
    /// The module wanted more memory than [`MEMORY_MAX`], or a table that is too large.
    #[error("the module wanted more than {MEMORY_MAX} bytes of memory, or too large a table")]
    Memory,
    /// The module trapped; wasmtime's words for it.
    #[error("the module trapped: {0}")]
    Trap(String),
    /// The report's pointer and length do not lie in the module's memory, or the length is too great.
    #[error("the module's report does not lie in its memory, or is too long")]
    BadPointer,
    /// The report is not UTF-8, or does not begin as a report does.
    #[error("the module's answer is not a report")]
    BadReport,
    /// The module says that it cannot judge; its number (−1: the context is invalid, −2: the report cannot be written, −3: a pointer or length is out of range).
    #[error("the module refused with {0} ({name})", name = failure(*.0))]
    Failure(i64),
    /// The thread that should have judged is gone.
    #[error("the check threads have stopped")]
    Stopped,
}

impl SandboxError {
    /// The stable code for the log and the counters.
    pub fn code(&self) -> &'static str {
        match self {
            SandboxError::Busy => "sandbox.busy",
            SandboxError::UnknownModule(_) => "sandbox.unknown_module",
            SandboxError::BadModule(_) => "sandbox.bad_module",
            SandboxError::WrongAbi(_) => "sandbox.wrong_abi",
            SandboxError::OtherAbi(_) => "sandbox.other_abi",
            SandboxError::NoRoom => "sandbox.no_room",
            SandboxError::OutOfFuel => "sandbox.out_of_fuel",
            SandboxError::Deadline => "sandbox.deadline",
            SandboxError::Memory => "sandbox.memory",
            SandboxError::Trap(_) => "sandbox.trap",
            SandboxError::BadPointer => "sandbox.bad_pointer",
            SandboxError::BadReport => "sandbox.bad_report",
            SandboxError::Failure(number) => failure(*number),
            SandboxError::Stopped => "sandbox.stopped",
        }
    }

    /// What wasmtime said while a module ran.
    pub(super) fn running(error: &wasmtime::Error) -> SandboxError {
        if error.is::<Refused>() {
            return SandboxError::Memory;
        }
        if error.is::<PoolConcurrencyLimitError>() {
            return SandboxError::Busy;
        }
        match error.downcast_ref::<Trap>() {
            Some(Trap::OutOfFuel) => SandboxError::OutOfFuel,
            Some(Trap::Interrupt) => SandboxError::Deadline,
            Some(trap) => SandboxError::Trap(trap.to_string()),
            None => SandboxError::Trap("it called an import, or could not be started".to_owned()),
        }
    }
}

/// What would have to change for a module of another ABI.
fn newer(found: &str) -> &'static str {
    if found.parse::<u32>().is_ok_and(|version| version == 0) { "a newer module" } else { "a newer program" }
}

/// The module's failure numbers by their codes (`kakekomi_core::CheckError`).
fn failure(number: i64) -> &'static str {
    match number {
        -1 => "context.invalid",
        -2 => "report.unwritable",
        -3 => "memory.range",
        _ => "sandbox.failure",
    }
}

/// The limits refused more memory or table; it travels through wasmtime as the trap's cause.
#[derive(Debug, thiserror::Error)]
#[error("over the limit")]
pub(super) struct Refused;
