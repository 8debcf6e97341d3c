//! Limits of a check: fuel, memory, table, stack, and the sizes of its input and output.
//!
//! `fuel(3181, 900)` → 91,620,000 units, of which the example draft uses a tenth.

use std::time::Duration;

/// Fuel of a check of an empty text, in the units of `codegen/src/fuel_costs.rs`.
pub const FUEL_BASE: u64 = 10_000_000;

/// Fuel for each byte of the text and of the context: twice the need of the worst draft that is known (256 KiB of unknown
/// keys, each an issue; `tests/worst.rs`).
pub const FUEL_PER_BYTE: u64 = 20_000;

/// Bytes beyond this length add no fuel. Of a longer text only the fields are reported, which needs no more
/// (`tests/worst.rs`); a text over 512 KiB is rejected by its length alone (contract).
pub const FUEL_BYTES_MAX: usize = 256 << 10;

/// The most fuel of any check.
pub const FUEL: u64 = fuel(FUEL_BYTES_MAX, FUEL_BYTES_MAX);

/// Computes the fuel of a check from the lengths of its text and its context in bytes. An endless loop ends after 2 ms over
/// an ordinary draft, and after some 50 ms over the longest.
#[allow(clippy::cast_possible_truncation, reason = "at most 2 × FUEL_BYTES_MAX")]
pub const fn fuel(text: usize, context: usize) -> u64 {
    let text = if text < FUEL_BYTES_MAX { text } else { FUEL_BYTES_MAX };
    let context = if context < FUEL_BYTES_MAX { context } else { FUEL_BYTES_MAX };
    FUEL_BASE + FUEL_PER_BYTE * (text + context) as u64
}

/// The most linear memory of one check, in bytes: 64 MiB.
pub const MEMORY_MAX: usize = 64 << 20;

/// The most entries of a module's function table.
pub const TABLE_MAX: usize = 10_000;

/// The engine's stack for one check, in bytes; a check thread's stack is much larger.
pub const STACK_MAX: usize = 512 << 10;

/// Interval of the epoch's ticks, at which the processor time of a check is read.
pub const TICK: Duration = Duration::from_millis(5);

/// The longest text or context that is passed to a module, in bytes: 1 MiB. A module rejects a text over its own, smaller
/// limit with a report that does not depend on the rest, so a longer text is cut off here.
pub const INPUT_MAX: usize = 1 << 20;

/// The longest report, in bytes: 16 MiB. A report repeats its draft, escaped at worst sixfold, and adds its issues.
pub const ANSWER_MAX: usize = 16 << 20;

/// The longest text of the ordinary lane, in bytes: ten times the example's.
pub const LONG_DRAFT_BYTES: usize = 32 << 10;
