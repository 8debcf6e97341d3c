//! The time for which an applicant waits, in hours in which the desk was open.
//!
//! Friday 16:00 to Monday 10:00, open from 9:00 to 17:00 → two hours

use kakekomi_core::Context;

/// Counts the milliseconds of open hours from a moment to the context's `now`.
pub fn open_ms_since(context: &Context, since: i64) -> i64 {
    context.calendar.open_between(since, context.now)
}
