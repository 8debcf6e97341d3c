//! How long a check has been at work: the processor's time of its thread, and not the clock's.
//!
//! asked at every tick → `false`, `false`, … → `true` once [`TIME_MAX`] is used up
//!
//! On a machine that is busy with other things an honest check takes many times as long by the clock, and no
//! more of the processor. The kernel's own account is read (Linux). Where it keeps none, the clock alone ends a check.

use std::fs;
use std::time::{Duration, Instant};

/// The most processor time of one check. With a tick before it counts and one until it is looked at, a check ends within
/// 100 ms. The worst draft that was found uses 35 ms, the longest that a person could write 4 ms
/// (docs/performance.md): fuel decides, unless a machine is more than twice as slow or a module does nothing but wait for memory.
pub const TIME_MAX: Duration = Duration::from_millis(90);

/// The most time by the clock: many times what an honest check takes on a machine that hardly comes to it.
pub const CLOCK_MAX: Duration = Duration::from_secs(5);

/// A check's time since it was first asked for.
#[derive(Debug, Default)]
pub(super) struct Work(Option<(Instant, Option<Duration>)>);

impl Work {
    /// Whether the time is used up; it counts from the first time that this is asked.
    pub(super) fn is_over(&mut self) -> bool {
        let (began, before) = *self.0.get_or_insert_with(|| (Instant::now(), processor()));
        let used = before.zip(processor()).map(|(before, now)| now.saturating_sub(before));
        used.is_some_and(|used| used >= TIME_MAX) || began.elapsed() >= CLOCK_MAX
    }
}

/// What this thread has used of a processor so far: the first number of its `schedstat`, in nanoseconds.
fn processor() -> Option<Duration> {
    let account = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    account.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_that_sleeps_is_not_at_work() {
        let mut work = Work::default();
        assert!(!work.is_over());
        std::thread::sleep(TIME_MAX + Duration::from_millis(20));
        assert!(!work.is_over());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_thread_that_works_is_over_after_its_time() {
        let (mut work, start) = (Work::default(), processor().expect("Linux keeps the account"));
        while !work.is_over() {}
        let used = processor().expect("as before").saturating_sub(start);
        assert!(used >= TIME_MAX && used < 2 * TIME_MAX, "{used:?}");
    }
}
