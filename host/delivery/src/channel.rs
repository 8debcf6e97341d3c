//! The way of notices to one target: a webhook, or a mailbox.
//!
//! `channel.deliver(&notice).await` → `Outcome::Delivered { answer: "204" }`

use std::pin::Pin;

/// A notice for one target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The id, the same at every attempt: a receiver recognises a repetition by it.
    pub id: String,
    /// The kind of the event (`case.received`), or `audit.head`.
    pub kind: String,
    /// The number of the case.
    pub case: Option<String>,
    /// The moment of the event, in milliseconds since the epoch.
    pub at: i64,
    /// The number of this attempt, from 1.
    pub attempt: u32,
}

/// The outcome of an attempt. An answer is a code of the target (`204`, `550 5.1.1`) or a word of ours (`timeout`), and never its
/// text, which can quote an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The target took the notice.
    Delivered(String),
    /// The notice is not for this target.
    Skipped,
    /// The notice waits until a moment, in milliseconds since the epoch. This counts as no attempt.
    Deferred(i64),
    /// A later attempt may succeed.
    Failed(String),
    /// No later attempt can succeed.
    Refused(String),
    /// The target wants no notices any more.
    Gone(String),
}

/// A delivery under way.
pub type Delivery<'a> = Pin<Box<dyn Future<Output = Outcome> + Send + 'a>>;

/// The way of notices to one target.
pub trait Channel: Send + Sync {
    /// The name of the target, unique in the configuration: `webhook:siem`, `mail:duty`.
    fn target(&self) -> &str;

    /// The kinds of events that the target gets.
    fn kinds(&self) -> Vec<String>;

    /// Names the thing that this host lacks for deliveries. Its notices are written all the same, and wait for another host.
    fn missing(&self) -> Option<&'static str> {
        None
    }

    /// Delivers a notice. The future ends within a minute.
    fn deliver<'a>(&'a self, notice: &'a Notice) -> Delivery<'a>;
}
