//! Limits of a check: processor time, memory, table, stack, and the sizes of its input and output.
//!
//! `cpu_time_limit(0)` → 50 ms, `cpu_time_limit(256 << 10)` → 400 ms.

use std::time::Duration;

/// Processor time of a check of an empty text.
pub const CPU_TIME_BASE: Duration = Duration::from_millis(50);

/// Further processor time for each [`CPU_TIME_BLOCK`] of the text. Together they are some ten times the need of the worst
/// honest draft, so that a slow machine still gives the report that a browser gives (`tests/worst.rs`).
pub const CPU_TIME_PER_BLOCK: Duration = Duration::from_millis(350);

/// Bytes of text for which a check gets [`CPU_TIME_PER_BLOCK`]: 256 KiB, the longest draft.
pub const CPU_TIME_BLOCK: usize = 256 << 10;

/// Computes the processor time that a check may use, from the length of its text in bytes. A text longer than [`INPUT_MAX`]
/// is cut off there, and so is its time.
pub fn cpu_time_limit(text_len: usize) -> Duration {
    // Both fit in 32 bits.
    let len = u32::try_from(text_len.min(INPUT_MAX)).unwrap_or(u32::MAX);
    let block = u32::try_from(CPU_TIME_BLOCK).unwrap_or(u32::MAX);
    CPU_TIME_BASE + CPU_TIME_PER_BLOCK * len / block
}

/// The most linear memory of one check, in bytes: 64 MiB.
pub const MEMORY_MAX: usize = 64 << 20;

/// The most entries of a module's function table.
pub const TABLE_MAX: usize = 10_000;

/// The engine's stack for one check, in bytes; a check thread's stack is much larger.
pub const STACK_MAX: usize = 512 << 10;

/// Interval of the epoch's ticks, at which the processor time of a check is read. A check that exceeds its limit ends within
/// one tick after it, or after one bulk operation: filling 64 MiB takes some 70 ms at most.
pub const TICK: Duration = Duration::from_millis(5);

/// The longest text or context that is passed to a module, in bytes: 1 MiB. A module rejects a text over its own, smaller
/// limit with a report that does not depend on the rest, so a longer text is cut off here.
pub const INPUT_MAX: usize = 1 << 20;

/// The longest report, in bytes: 16 MiB. A report repeats its draft, escaped at worst sixfold, and adds its issues.
pub const ANSWER_MAX: usize = 16 << 20;

/// The longest text that the threads for ordinary drafts check, in bytes: ten times the example's.
pub const LONG_DRAFT_BYTES: usize = 32 << 10;
