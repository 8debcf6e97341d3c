//! Notifications of events: delivered at least once or reported as failed, in order per case and target.
//!
//! `case.received` of `2609-4873-1059` → a [`Notice`] for each target that subscribes to the kind → [`Channel::deliver`] → an [`Outcome`]
//!
//! A notice has the number and the kind of an event, and never an answer.

#![forbid(unsafe_code)]

mod channel;

pub use channel::{Channel, Delivery, Notice, Outcome};
