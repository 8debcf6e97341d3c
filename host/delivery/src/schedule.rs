//! The moments of the attempts.
//!
//! `next_attempt(1, at)` → five seconds later; after ten attempts, over three days, `None`: the notice is given up

use std::time::Duration;

/// The waits after the first, the second, … failed attempt.
const WAITS: [Duration; 9] = [
    Duration::from_secs(5),
    Duration::from_mins(5),
    Duration::from_mins(30),
    Duration::from_hours(2),
    Duration::from_hours(5),
    Duration::from_hours(10),
    Duration::from_hours(14),
    Duration::from_hours(20),
    Duration::from_hours(24),
];

/// Finds the moment of the next attempt after some that failed, the last one at a moment.
pub(crate) fn next_attempt(failed: u32, at: i64) -> Option<i64> {
    let wait = WAITS.get(usize::try_from(failed.checked_sub(1)?).ok()?)?;
    Some(at.saturating_add(i64::try_from(wait.as_millis()).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_has_ten_attempts_in_some_three_days() {
        let moments: Vec<_> = (1..).map_while(|failed| next_attempt(failed, 0)).collect();
        assert_eq!((moments.len(), moments.first(), moments.get(1)), (9, Some(&5_000), Some(&300_000)));
        assert_eq!(moments.iter().sum::<i64>() / 3_600_000, 75);
    }
}
