//! Readiness: a probe is written as a case would be, one at a time for any number of callers.
//!
//! `ask()` → `Ok` if a probe became durable within the last [`FRESH`], or becomes durable within [`ASK_TIMEOUT`]. Later
//! questions wait for a probe that hangs (a lock, a missing standby); a second one is never started.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout};

use super::error::StoreError;
use super::writer::Rows;

/// The time for which the outcome of a probe is reused.
pub(super) const FRESH: Duration = Duration::from_secs(1);
/// The longest wait for an answer.
pub(super) const ASK_TIMEOUT: Duration = Duration::from_secs(2);
/// The number of questions that may wait for one probe.
const QUESTIONS: usize = 256;
/// The size of a probe in bytes: a case takes some 20 KB, with its indexes somewhat more.
pub(super) const PROBE_BYTES: i32 = 32 << 10;

/// The one task that probes a database.
#[derive(Debug, Clone)]
pub(super) struct Readiness {
    questions: mpsc::Sender<Question>,
}

type Outcome = Result<(), Arc<StoreError>>;
type Question = oneshot::Sender<Outcome>;

impl Readiness {
    /// Starts the task; it ends with the last handle to it.
    pub fn start(rows: impl Rows) -> Readiness {
        let (questions, waiting) = mpsc::channel(QUESTIONS);
        tokio::spawn(answer_all(rows, waiting));
        Readiness { questions }
    }

    /// Reports whether a case would be stored now.
    ///
    /// # Errors
    /// The error of the probe; [`StoreError::Late`] where it does not end in time.
    pub async fn ask(&self) -> Result<(), StoreError> {
        let (question, answer) = oneshot::channel();
        self.questions.try_send(question).map_err(|error| match error {
            TrySendError::Full(_) => StoreError::Late,
            TrySendError::Closed(_) => StoreError::Closed,
        })?;
        let outcome = timeout(ASK_TIMEOUT, answer).await.map_err(|_| StoreError::Late)?;
        Ok(outcome.map_err(|_| StoreError::Closed)??)
    }
}

async fn answer_all(rows: impl Rows, mut waiting: mpsc::Receiver<Question>) {
    let mut questions = Vec::new();
    let mut last: Option<(Instant, Outcome)> = None;
    while waiting.recv_many(&mut questions, QUESTIONS).await > 0 {
        let outcome = match last.take_if(|(at, _)| at.elapsed() < FRESH) {
            Some(fresh) => fresh,
            None => (Instant::now(), rows.probe().await.map_err(Arc::new)),
        };
        // Questions that arrived while the probe ran share its outcome.
        while let Ok(question) = waiting.try_recv() {
            questions.push(question);
        }
        for question in questions.drain(..) {
            let _ = question.send(outcome.1.clone());
        }
        last = Some(outcome);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::{Inserted, NewCase};

    /// A database that counts its probes; each takes a fixed time.
    struct Counted {
        probes: Arc<AtomicUsize>,
        takes: Duration,
    }

    impl Rows for Counted {
        async fn write(&self, _: &[Arc<NewCase>]) -> Result<Vec<Inserted>, StoreError> {
            Ok(Vec::new())
        }

        async fn probe(&self) -> Result<(), StoreError> {
            self.probes.fetch_add(1, Ordering::SeqCst);
            tokio::time::sleep(self.takes).await;
            Ok(())
        }

        fn is_row_error(_: &sqlx::Error) -> bool {
            false
        }
    }

    async fn ask_often(readiness: &Readiness) -> Vec<Result<(), StoreError>> {
        let ask = |_| {
            let readiness = readiness.clone();
            async move { readiness.ask().await }
        };
        (0..100).map(ask).collect::<tokio::task::JoinSet<_>>().join_all().await
    }

    #[tokio::test]
    async fn concurrent_questions_share_one_probe() {
        let probes = Arc::new(AtomicUsize::new(0));
        let readiness = Readiness::start(Counted { probes: Arc::clone(&probes), takes: Duration::from_millis(20) });
        assert!(ask_often(&readiness).await.iter().all(Result::is_ok));
        assert!(ask_often(&readiness).await.iter().all(Result::is_ok));
        // On a busy machine the first outcome may expire.
        assert!(probes.load(Ordering::SeqCst) <= 2);
    }

    #[tokio::test]
    async fn a_hanging_probe_times_out_for_all_and_runs_once() {
        let probes = Arc::new(AtomicUsize::new(0));
        let readiness = Readiness::start(Counted { probes: Arc::clone(&probes), takes: Duration::from_hours(1) });
        let started = Instant::now();
        let outcomes = ask_often(&readiness).await;
        assert!(outcomes.iter().all(|outcome| matches!(outcome, Err(StoreError::Late))));
        assert!(started.elapsed() < 2 * ASK_TIMEOUT);
        assert_eq!(probes.load(Ordering::SeqCst), 1);
    }
}
