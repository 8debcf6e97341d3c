//! The live queue: a stream that carries a sequence number only.
//!
//! ```text
//! GET /queue/events → text/event-stream    id: 1042    data: 1042    (the last event of the store)
//! ```
//!
//! One task reads the head of the chain for all listeners together, at most once in [`INTERVAL`], and only while somebody listens.
//! A stream ends on shutdown, and when its session ends or its role may not see the queue any more. A browser opens at most six streams to a host over HTTP/1.1, so that the
//! page closes its stream while it is hidden.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderName, HeaderValue};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use kakekomi_casework::{Casework, Operator, Right, may};
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until};

use crate::frame::{Problem, Visit};
use crate::state::DeskState;

/// The pause between two readings of the head.
const INTERVAL: Duration = Duration::from_secs(1);
/// The time between two checks that a stream is still allowed.
const SESSION_INTERVAL: Duration = Duration::from_secs(10);
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
    fn listen(self: &Arc<Self>, operator: &Operator, casework: &Arc<Casework>) -> Option<Listener> {
        let account = operator.name();
        let mut streams = self.streams();
        let of_account = streams.by_account.get(account).copied().unwrap_or(0);
        if streams.total >= STREAMS || of_account >= STREAMS_AN_ACCOUNT {
            return None;
        }
        streams.total += 1;
        streams.by_account.insert(account.to_owned(), of_account + 1);
        if !streams.is_read {
            streams.is_read = true;
            tokio::spawn(Arc::clone(self).read_head(Arc::clone(casework), operator.clone()));
        }
        Some(Listener { live: Arc::clone(self), account: account.to_owned(), head: self.head.subscribe() })
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
struct Listener {
    live: Arc<Live>,
    account: String,
    head: watch::Receiver<i64>,
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

/// A stream with what ends it.
struct Stream {
    listener: Listener,
    visit: Visit,
    stop: watch::Receiver<bool>,
    sent: i64,
    check_at: Instant,
}

impl Stream {
    /// Waits for the next number; `None` at the end of the stream.
    async fn next(mut self) -> Option<(Result<Event, Infallible>, Stream)> {
        loop {
            let head = *self.listener.head.borrow_and_update();
            if head > self.sent {
                self.sent = head;
                let number = head.to_string();
                return Some((Ok(Event::default().id(&number).data(number)), self));
            }
            let is_due = tokio::select! {
                changed = self.listener.head.changed() => changed.map(|()| false).ok()?,
                // An error means that the program ends.
                _ = self.stop.wait_for(|stopped| *stopped) => return None,
                () = sleep_until(self.check_at) => true,
            };
            if is_due {
                self.check_at = Instant::now() + SESSION_INTERVAL;
                if !self.is_allowed().await {
                    return None;
                }
            }
        }
    }

    /// Reports whether the session is still valid and its role still sees the queue. A stream is no activity of a person, so the
    /// check does not prolong the session.
    async fn is_allowed(&self) -> bool {
        let Some(token) = self.visit.token() else { return false };
        let session = self.visit.desk.parts.accounts.peek(token).await;
        matches!(session, Ok(Some(session)) if may(session.role, Right::SeeQueue))
    }
}

/// Begins the stream of an open queue.
pub async fn events(State(desk): State<Arc<DeskState>>, visit: Visit) -> Result<Response, Problem> {
    let operator = visit.operator()?;
    let listener = desk.live.listen(&operator, &desk.parts.casework).ok_or(Problem::TooMany)?;
    let (stop, check_at) = (desk.parts.stop.clone(), Instant::now() + SESSION_INTERVAL);
    let stream = stream::unfold(Stream { listener, visit, stop, sent: 0, check_at }, Stream::next);
    let mut response = Sse::new(stream).keep_alive(KeepAlive::default()).into_response();
    // A proxy must not collect the numbers before it passes them on.
    response.headers_mut().insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    Ok(response)
}
