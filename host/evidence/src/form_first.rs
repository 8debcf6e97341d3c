//! Submissions of the form, for which uploads wait.
//!
//! `let first = form_first::submitting();` → until it is dropped, `give_way()` on a thread of an upload waits, at most 25 ms
//!
//! Fifty uploads can occupy cores and disk. A case is written in a few milliseconds, for which an upload can wait.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

/// The longest time for which a step of an upload waits, so that uploads go on beside a form that is always busy.
const LONGEST_WAIT: Duration = Duration::from_millis(25);

/// The submissions under way.
static SUBMISSIONS: Mutex<usize> = Mutex::new(0);
/// Notified when none is left.
static NONE_LEFT: Condvar = Condvar::new();

/// A submission under way; it ends when this is dropped.
#[derive(Debug)]
pub struct Submitting(());

/// Begins a submission.
#[must_use = "the submission ends when this is dropped"]
pub fn submitting() -> Submitting {
    *SUBMISSIONS.lock().unwrap_or_else(PoisonError::into_inner) += 1;
    Submitting(())
}

impl Drop for Submitting {
    fn drop(&mut self) {
        let mut submissions = SUBMISSIONS.lock().unwrap_or_else(PoisonError::into_inner);
        *submissions -= 1;
        if *submissions == 0 {
            NONE_LEFT.notify_all();
        }
    }
}

/// Blocks the thread of an upload while submissions are under way.
pub(crate) fn give_way() {
    let submissions = SUBMISSIONS.lock().unwrap_or_else(PoisonError::into_inner);
    // The work goes on after the longest wait as well.
    drop(NONE_LEFT.wait_timeout_while(submissions, LONGEST_WAIT, |submissions| *submissions > 0));
}

#[cfg(test)]
mod tests {
    use std::thread;
    use std::time::Instant;

    use super::*;

    #[test]
    fn an_upload_waits_for_a_submission_and_not_for_ever() {
        let submission = submitting();
        let started = Instant::now();
        give_way();
        assert!(started.elapsed() >= LONGEST_WAIT);

        let waiting = thread::spawn(give_way);
        drop(submission);
        waiting.join().unwrap();
        assert_eq!(*SUBMISSIONS.lock().unwrap(), 0);
    }
}
