//! Notices by mail: the channels of operators and of applicants.
//!
//! `case.received` of `2609-4873-1059` → a mail to the operator on duty with the number, the kind in words, the time and a link
//!
//! A mail has no answer of an applicant, no code and no link that signs anybody in, since mail is read by scanners and kept by others.
//! Begin with `settings.rs` (the section `[mail]`), then `operators.rs` and `applicant.rs` (the channels), `message.rs` (headers and
//! text), `smtp.rs` (a mail on its way), `connection.rs` (TCP, STARTTLS and TLS), `answer.rs` (answers of the mail server).

#![forbid(unsafe_code)]

mod answer;
mod applicant;
mod connection;
mod hours;
mod message;
mod operators;
mod post;
mod server;
mod settings;
mod smtp;
mod words;

use std::sync::Arc;

use kakekomi_core::Locale;
use kakekomi_delivery::Channel;
use kakekomi_service::desk::Desk;
use kakekomi_service::sealed_case::CaseReader;
use kakekomi_store::Store;
use tokio::sync::watch;

use applicant::ApplicantChannel;
pub use hours::Hours;
pub use operators::AUDIT_HEAD;
use operators::OperatorChannel;
use post::Post;
pub use settings::{ApplicantSettings, MailConfig, MailError, MailRole, MailSettings, OperatorSettings};
use words::Words;
pub use words::WordsError;

/// The parts of the host that mail needs.
pub struct MailParts {
    /// The database.
    pub store: Arc<dyn Store>,
    /// The identity that opens cases; without it the notices of applicants wait for another host.
    pub reader: Option<Arc<CaseReader>>,
    /// The desk in force.
    pub desk: watch::Receiver<Arc<Desk>>,
    /// The clock, in milliseconds since the epoch.
    pub now: fn() -> i64,
}

/// Makes the channels of the settings.
///
/// # Errors
/// [`MailError::Words`]: the words in the program are incomplete.
pub fn channels(config: MailConfig, parts: MailParts) -> Result<Vec<Arc<dyn Channel>>, MailError> {
    let MailConfig { smtp, from, operators, return_page } = config;
    let MailParts { store, reader, desk, now } = parts;
    let words = Arc::new([Words::load(Locale::Ja)?, Words::load(Locale::En)?]);
    let post = Post { smtp, from, store, now, desk, words };
    let mut channels: Vec<Arc<dyn Channel>> = Vec::new();
    for entry in operators {
        channels.push(Arc::new(OperatorChannel { entry, post: post.clone() }));
    }
    if let Some(link) = return_page {
        channels.push(Arc::new(ApplicantChannel { post, reader, link }));
    }
    Ok(channels)
}
