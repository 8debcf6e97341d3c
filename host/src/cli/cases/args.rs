//! Flags that the commands of `kakekomi cases` share.
//!
//! `--since 2026-11-20 --partner example` → [`FilterArgs`] → a [`Filter`] of the store.

use std::sync::Arc;

use clap::Args;
use kakekomi_sealing::{HashKey, Identities, Recipients};
use kakekomi_service::desk::Desk;
use kakekomi_service::desk::partners::all_keys;
use kakekomi_service::sealed_case::{CaseReader, is_written_with};
use kakekomi_store::receipt_number::Number;
use kakekomi_store::{self as store, Filter, Store, clock};

use crate::cli::args::{DeskArgs, StorageArgs};
use crate::config::Settings;
use crate::error::CliError;

/// Flags that name the store and the desk.
#[derive(Debug, Args)]
pub struct SourceArgs {
    #[command(flatten)]
    storage: StorageArgs,
    #[command(flatten)]
    desk: DeskArgs,
}

/// The settings that name the store and its keys, and the desk.
pub struct Source {
    pub(super) settings: Settings,
    pub desk: Desk,
}

impl SourceArgs {
    pub fn load(self, file: Settings) -> Result<Source, CliError> {
        let desk = self.desk.load(&file)?;
        Ok(Source { settings: self.storage.settings(file), desk })
    }
}

impl Source {
    /// Opens the store for reading.
    pub async fn open(&self) -> Result<Arc<dyn Store>, CliError> {
        Ok(store::open_existing(&self.settings.database_url()).await?)
    }

    /// Opens the store for writing events.
    pub async fn open_to_write(&self) -> Result<Arc<dyn Store>, CliError> {
        Ok(store::open_to_write(&self.settings.database_url()).await?)
    }

    /// Reads the identity that opens cases; `None` on a host without one.
    pub fn reader(&self) -> Result<Option<CaseReader>, CliError> {
        self.settings.reader()
    }

    /// Reads the desk's recipients, to which events of the store are sealed.
    pub fn recipients(&self) -> Result<Recipients, CliError> {
        Ok(self.settings.key_folder()?.recipients_or(self.settings.recipients.as_deref())?)
    }

    /// Reads the service's own identity, to which questions are sealed; `None` on a host without it.
    pub fn service(&self) -> Option<Identities> {
        self.settings.key_folder().ok()?.service().ok()
    }

    /// Reads the key of the search hashes, which must be the one that the store was written with.
    pub async fn hash_key(&self, store: &dyn Store) -> Result<HashKey, CliError> {
        let folder = self.settings.key_folder()?;
        let key = folder.hash_key()?;
        if is_written_with(store, &key).await? == Some(false) {
            return Err(CliError::OtherHashKey(folder.hash_key_file().display().to_string()));
        }
        Ok(key)
    }
}

/// Reads a reception number of the command line.
pub fn parse_number(text: &str) -> Result<Number, CliError> {
    Number::read(text).map_err(|error| CliError::Usage(format!("{text}: {error}")))
}

/// Flags that choose cases.
#[derive(Debug, Args)]
pub struct FilterArgs {
    #[command(flatten)]
    source: SourceArgs,
    /// Received at this time or later (2026-11-20, 2026-11-20T09:30:00+09:00, or milliseconds)
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Received before this time
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// With this status
    #[arg(long)]
    status: Option<String>,
    /// Through the pages of the partner with this key, or with one that it replaced or was replaced by
    #[arg(long, value_name = "KEY")]
    partner: Option<String>,
    /// With a number of which a group begins so
    #[arg(long, value_name = "TEXT")]
    number: Option<String>,
    /// The cases of partners' test keys instead of the real ones
    #[arg(long)]
    test: bool,
    /// Only cases after this position in the sequence (a record's `seq`)
    #[arg(long, value_name = "SEQ", value_parser = clap::value_parser!(i64).range(0..))]
    pub after: Option<i64>,
}

impl FilterArgs {
    pub fn load(self, file: Settings) -> Result<(Source, Filter), CliError> {
        let source = self.source.load(file)?;
        let offset = &source.desk.profile().calendar.offset;
        let number = self
            .number
            .map(|text| Number::begin(&text).map_err(|error| CliError::Usage(format!("--number {text}: {error}"))));
        let filter = Filter {
            since: self.since.map(|text| parse_moment(&text, offset)).transpose()?,
            until: self.until.map(|text| parse_moment(&text, offset)).transpose()?,
            status: self.status,
            test: Some(self.test),
            partner_keys: self.partner.map(|key| all_keys(&source.desk.profile().partners, &key)).unwrap_or_default(),
            number: number.transpose()?,
            ..Filter::default()
        };
        Ok((source, filter))
    }
}

/// Parses a moment; one without an offset is in the desk's.
pub fn parse_moment(text: &str, desk_offset: &str) -> Result<i64, CliError> {
    clock::parse_local(text, desk_offset).ok_or_else(|| {
        CliError::Usage(format!("{text} is no time: write 2026-11-20, 2026-11-20T09:30:00+09:00, or milliseconds"))
    })
}
