//! The clock of the handlers, which tests replace by one that jumps.
//!
//! `State(Clock(now)): State<Clock>` in a handler, `now()` → `1_795_134_600_000`

/// The time: milliseconds since the epoch, UTC.
#[derive(Debug, Clone, Copy)]
pub struct Clock(pub fn() -> i64);
