//! The parts that all channels of mail share.
//!
//! `post.send(mail).await` → the [`Outcome`] of the mail server

use std::sync::Arc;

use kakekomi_core::Locale;
use kakekomi_delivery::{Notice, Outcome};
use kakekomi_service::desk::Desk;
use kakekomi_store::Store;
use lettre::message::Mailbox;
use tokio::sync::watch;

use crate::message::{Mail, readable_time};
use crate::smtp::Smtp;
use crate::words::Words;

/// The sender with the desk that it writes for.
#[derive(Clone)]
pub(crate) struct Post {
    pub smtp: Smtp,
    pub from: Mailbox,
    pub store: Arc<dyn Store>,
    pub now: fn() -> i64,
    /// The desk in force: a reload replaces it.
    pub desk: watch::Receiver<Arc<Desk>>,
    /// The words in Japanese and in English.
    pub words: Arc<[Words; 2]>,
}

impl Post {
    /// Sends a mail.
    pub async fn send(&self, mail: Mail<'_>) -> Outcome {
        match mail.write(&self.from) {
            Ok(message) => self.smtp.send(&message).await,
            Err(_) => Outcome::Refused("header".to_owned()),
        }
    }

    /// Returns the desk in force.
    pub fn desk(&self) -> Arc<Desk> {
        Arc::clone(&self.desk.borrow())
    }

    /// Returns the desk's name.
    pub fn desk_name(&self, language: Locale) -> String {
        self.desk().profile().name.get(language).to_owned()
    }

    /// Formats a moment in the desk's offset.
    pub fn time(&self, at: i64) -> String {
        readable_time(&self.desk().show(at))
    }

    /// Returns the words of a language.
    pub fn words(&self, language: Locale) -> &Words {
        let [ja, en] = &*self.words;
        match language {
            Locale::Ja => ja,
            Locale::En => en,
        }
    }

    /// Makes the part of a Message-ID before @. The mails of an event to several targets are different mails.
    pub fn message_id(&self, notice: &Notice, target: &str) -> String {
        format!("{}.{}", notice.id, target.trim_start_matches("mail:"))
    }
}
