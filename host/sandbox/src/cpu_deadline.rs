//! The deadline of a check, in processor time of its thread.
//!
//! `CpuDeadline::after(50 ms)`, asked at every tick → `false`, `false`, … → `true` after 50 ms of processor time
//!
//! A busy machine does not shorten it: while other programs run, a check uses the clock's time but no processor time.

use std::time::Duration;

use nix::time::{ClockId, clock_gettime};

/// A moment of the processor time of the thread that created it.
#[derive(Debug)]
pub(super) struct CpuDeadline(Duration);

impl CpuDeadline {
    /// Sets the deadline after this much processor time of the current thread.
    pub(super) fn after(limit: Duration) -> CpuDeadline {
        CpuDeadline(thread_time().saturating_add(limit))
    }

    /// Reports whether the time is used up.
    pub(super) fn is_over(&self) -> bool {
        thread_time() >= self.0
    }
}

/// Reads the processor time of the current thread.
fn thread_time() -> Duration {
    // POSIX allows no error for this clock; without one, a zero would end no check.
    clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).map_or(Duration::MAX, Duration::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Duration = Duration::from_millis(50);

    #[test]
    fn sleeping_uses_no_processor_time() {
        let deadline = CpuDeadline::after(LIMIT);
        std::thread::sleep(2 * LIMIT);
        assert!(!deadline.is_over());
    }

    #[test]
    fn a_working_thread_reaches_its_deadline() {
        let (start, deadline) = (thread_time(), CpuDeadline::after(LIMIT));
        while !deadline.is_over() {}
        let used = thread_time().saturating_sub(start);
        assert!(used >= LIMIT && used < 2 * LIMIT, "{used:?}");
    }
}
