//! Notifications of events: delivered at least once or reported as failed, in order per case and target.
//!
//! `case.received` of `2609-4873-1059` → a [`Notice`] for each target that subscribes to the kind → [`Channel::deliver`] → an [`Outcome`]
//!
//! A notice has the number and the kind of an event, and never an answer. The outbox of the store keeps the notices; a [`Dispatcher`]
//! for each target leases those that are due, has the target's channel deliver them, and writes what became of them.
//!
//! - [`Channel`]: the way to a target; [`Webhook`] is one
//! - [`Dispatcher`]: leases, attempts and outcomes; `schedule`: the moments of the attempts
//! - `webhook_body`, `webhook_secret`: body and signature of a webhook after Standard Webhooks

#![forbid(unsafe_code)]

mod channel;
mod dispatcher;
mod schedule;
#[cfg(test)]
mod tests;
mod webhook;
mod webhook_body;
mod webhook_secret;

pub use channel::{Channel, Delivery, Notice, Outcome};
pub use dispatcher::Dispatcher;
pub use webhook::{Webhook, WebhookError, WebhookOptions};
pub use webhook_body::{case_kinds, schema};
pub use webhook_secret::{SecretError, WebhookSecret};
