//! The deadline of a check, in processor time of its thread.
//!
//! `is_over()` at every tick → `false`, `false`, … → `true` after [`TIME_MAX`] of processor time
//!
//! On a busy machine an honest check takes longer by the clock, but no more processor time. The time is read from the kernel
//! (Linux). Without such a time the clock ends a check.

use std::fs;
use std::time::{Duration, Instant};

/// The most processor time of one check. With one tick before and one after it, a check ends within 100 ms. The worst known
/// draft uses 35 ms (docs/performance.md): fuel ends a check first, unless the machine is more than twice as slow or the
/// module only waits for memory.
pub const TIME_MAX: Duration = Duration::from_millis(90);

/// The most time by the clock: many times the need of an honest check on an overloaded machine.
pub const CLOCK_MAX: Duration = Duration::from_secs(5);

/// Clock and processor time at the first query.
#[derive(Debug, Default)]
pub(super) struct CpuDeadline(Option<(Instant, Option<Duration>)>);

impl CpuDeadline {
    /// Reports whether the time is used up; it counts from the first call.
    pub(super) fn is_over(&mut self) -> bool {
        let (began, before) = *self.0.get_or_insert_with(|| (Instant::now(), thread_time()));
        let used = before.zip(thread_time()).map(|(before, now)| now.saturating_sub(before));
        used.is_some_and(|used| used >= TIME_MAX) || began.elapsed() >= CLOCK_MAX
    }
}

/// Reads the processor time of this thread: the first number of its `schedstat`, in nanoseconds.
fn thread_time() -> Option<Duration> {
    let account = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    account.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sleeping_uses_no_processor_time() {
        let mut deadline = CpuDeadline::default();
        assert!(!deadline.is_over());
        std::thread::sleep(TIME_MAX + Duration::from_millis(20));
        assert!(!deadline.is_over());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_working_thread_reaches_its_deadline() {
        let (mut deadline, start) = (CpuDeadline::default(), thread_time().expect("Linux has a time per thread"));
        while !deadline.is_over() {}
        let used = thread_time().expect("as before").saturating_sub(start);
        assert!(used >= TIME_MAX && used < 2 * TIME_MAX, "{used:?}");
    }
}
