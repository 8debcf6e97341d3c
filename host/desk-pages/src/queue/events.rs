//! The live queue: a stream that carries a sequence number only.
//!
//! ```text
//! GET /queue/events → text/event-stream    id: 1042    data: 1042    (the last event of the store)
//! ```
//!
//! A stream ends on shutdown, and when its session ends or its role may not see the queue any more. A browser opens at most six
//! streams to a host over HTTP/1.1, so that the page closes its stream while it is hidden.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderName, HeaderValue};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use kakekomi_casework::{Right, may};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use super::live::Listener;
use crate::frame::{Problem, Visit};
use crate::state::DeskState;

/// The time between two checks that a stream is still allowed.
const SESSION_INTERVAL: Duration = Duration::from_secs(10);

/// A stream with what ends it.
struct Stream {
    listener: Listener,
    visit: Visit,
    stop: watch::Receiver<bool>,
    sent: i64,
    check_at: Instant,
    /// The moment before which no further number is sent.
    send_at: Instant,
}

impl Stream {
    /// Waits for the next number; `None` at the end of the stream.
    async fn next(mut self) -> Option<(Result<Event, Infallible>, Stream)> {
        loop {
            let head = *self.listener.head.borrow_and_update();
            if head > self.sent && self.send_at <= Instant::now() {
                self.sent = head;
                let number = head.to_string();
                return Some((Ok(Event::default().id(&number).data(number)), self));
            }
            let is_due = tokio::select! {
                changed = self.listener.head.changed(), if head <= self.sent => {
                    self.send_at = Instant::now() + self.listener.delay;
                    changed.map(|()| false).ok()?
                }
                () = sleep_until(self.send_at), if head > self.sent => false,
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
    let (stop, send_at) = (desk.parts.stop.clone(), Instant::now());
    let check_at = send_at + SESSION_INTERVAL;
    let stream = stream::unfold(Stream { listener, visit, stop, sent: 0, check_at, send_at }, Stream::next);
    let mut response = Sse::new(stream).keep_alive(KeepAlive::default()).into_response();
    // A proxy must not collect the numbers before it passes them on.
    response.headers_mut().insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    Ok(response)
}
