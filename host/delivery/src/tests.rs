//! The dispatcher with a channel of the test, and the webhook against a server of a few lines on loopback.

mod dispatching;
mod webhooks;
