//! The state of all handlers of the desk.
//!
//! `DeskState::new(parts)` → the state for [`router`](crate::router); it also holds the words and the files of the pages.

use std::sync::Arc;

use kakekomi_accounts::Accounts;
use kakekomi_casework::Casework;
use kakekomi_core::Locale;
use kakekomi_http::client_ip::Trusted;
use kakekomi_service::desk::Desk;
use kakekomi_service::submit::Intake;
use tokio::sync::watch;

use crate::frame::files::Files;
use crate::frame::words::{Words, WordsError};
use crate::queue::live::Live;

/// The time: milliseconds since the epoch, UTC.
pub type Clock = fn() -> i64;

/// The parts that the desk's pages are put together from.
pub struct DeskParts {
    /// Accounts and their sessions.
    pub accounts: Arc<Accounts>,
    /// The work on cases.
    pub casework: Arc<Casework>,
    /// Judging and storing, with names, hours and documents of the desk.
    pub intake: Intake,
    /// The time.
    pub now: Clock,
    /// True if browsers reach the listener by HTTPS; false for plain HTTP on loopback.
    pub is_https: bool,
    /// Proxies that are trusted to name their clients.
    pub trusted: Trusted,
    /// Turns true when the shutdown begins; it ends the live queues.
    pub stop: watch::Receiver<bool>,
}

/// The state that the handlers share.
pub struct DeskState {
    pub(crate) parts: DeskParts,
    pub(crate) files: Files,
    pub(crate) live: Arc<Live>,
    ja: Words,
    en: Words,
}

impl DeskState {
    /// Reads the words of the pages.
    ///
    /// # Errors
    /// [`WordsError`]: the words in the program are incomplete, which a test finds.
    pub fn new(parts: DeskParts) -> Result<DeskState, WordsError> {
        Ok(DeskState {
            parts,
            files: Files::new(),
            live: Arc::default(),
            ja: Words::load(Locale::Ja)?,
            en: Words::load(Locale::En)?,
        })
    }

    /// Returns names, hours and documents of the desk.
    pub(crate) fn desk(&self) -> &Desk {
        &self.parts.intake.desk
    }

    pub(crate) fn words(&self, locale: Locale) -> &Words {
        match locale {
            Locale::Ja => &self.ja,
            Locale::En => &self.en,
        }
    }
}
