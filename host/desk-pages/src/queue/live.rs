//! The head of the chain for all open queues together.
//!
//! `live.listen(&operator, &casework)` → a [`Listener`] whose `head` changes with each event of the store
//!
//! One task reads the head, at most once in [`INTERVAL`], and only while somebody listens. The streams send it at different moments of
//! the next [`SPREAD`]: five hundred that write at once would delay every other request for as long.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use kakekomi_casework::{Casework, Operator};
use tokio::sync::watch;
use tokio::time::sleep;

/// The pause between two readings of the head.
const INTERVAL: Duration = Duration::from_millis(750);
/// The time in which the streams send a new head, one after the other. With the interval it stays below the two seconds in which a
/// case must appear.
const SPREAD: Duration = Duration::from_millis(600);
/// The moments of that time.
const MOMENTS: u32 = 100;
/// Streams of one account at a time.
pub const STREAMS_AN_ACCOUNT: usize = 12;
/// Streams at a time.
pub const STREAMS: usize = 2_000;

/// The head of the chain for all open queues.
pub struct Live {
    head: watch::Sender<i64>,
    streams: Mutex<Streams>,
}

#[derive(Default)]
struct Streams {
    by_account: HashMap<String, usize>,
    total: usize,
    /// Streams since the start, which take the moments in turn.
    begun: u32,
    is_read: bool,
}

impl Default for Live {
    fn default() -> Live {
        Live { head: watch::Sender::new(0), streams: Mutex::default() }
    }
}

impl Live {
    fn streams(&self) -> MutexGuard<'_, Streams> {
        self.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a stream of an account; `None` above the limits.
    pub fn listen(self: &Arc<Self>, operator: &Operator, casework: &Arc<Casework>) -> Option<Listener> {
        let account = operator.name();
        let mut streams = self.streams();
        let of_account = streams.by_account.get(account).copied().unwrap_or(0);
        if streams.total >= STREAMS || of_account >= STREAMS_AN_ACCOUNT {
            return None;
        }
        streams.total += 1;
        streams.begun = streams.begun.wrapping_add(1);
        let delay = SPREAD * (streams.begun % MOMENTS) / MOMENTS;
        streams.by_account.insert(account.to_owned(), of_account + 1);
        if !streams.is_read {
            streams.is_read = true;
            tokio::spawn(Arc::clone(self).read_head(Arc::clone(casework), operator.clone()));
        }
        Some(Listener { live: Arc::clone(self), account: account.to_owned(), head: self.head.subscribe(), delay })
    }

    /// Reads the head until nobody listens any more.
    async fn read_head(self: Arc<Self>, casework: Arc<Casework>, operator: Operator) {
        loop {
            match casework.head(&operator).await {
                Ok(seq) => _ = self.head.send_if_modified(|head| std::mem::replace(head, seq) != seq),
                Err(error) => tracing::warn!(%error, "the head of the chain cannot be read for the live queue"),
            }
            sleep(INTERVAL).await;
            let mut streams = self.streams();
            if streams.total == 0 {
                streams.is_read = false;
                return;
            }
        }
    }
}

/// One stream; dropping it gives its place back.
pub struct Listener {
    live: Arc<Live>,
    account: String,
    /// The last event of the store.
    pub head: watch::Receiver<i64>,
    /// The pause before a new head is sent.
    pub delay: Duration,
}

impl Drop for Listener {
    fn drop(&mut self) {
        let mut streams = self.live.streams();
        streams.total = streams.total.saturating_sub(1);
        let left = streams.by_account.get(&self.account).map_or(0, |count| count.saturating_sub(1));
        if left == 0 {
            streams.by_account.remove(&self.account);
        } else {
            streams.by_account.insert(self.account.clone(), left);
        }
    }
}
