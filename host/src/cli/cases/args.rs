//! Flags that the commands of `kakekomi cases` share, and what they open.
//!
//! `--since 2026-11-20 --partner example` → [`WhichArgs`] → a [`Filter`] of the store.

use std::sync::Arc;

use clap::Args;
use kakekomi_service::desk::Desk;
use kakekomi_store::clock;
use kakekomi_store::receipt_number::Number;
use kakekomi_store::{self as store, CaseLine, Filter, Read, Store};

use crate::cli::args::{DeskArgs, StorageArgs};
use crate::config::Settings;
use crate::error::CliError;

/// Where the cases are, and whose.
#[derive(Debug, Args)]
pub struct FromArgs {
    #[command(flatten)]
    pub place: StorageArgs,
    #[command(flatten)]
    pub desk: DeskArgs,
}

/// How records are printed.
#[derive(Debug, Args)]
pub struct HowArgs {
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Print one JSON object a line
    #[arg(long, conflicts_with = "json")]
    pub ndjson: bool,
}

/// Which cases.
#[derive(Debug, Args)]
pub struct WhichArgs {
    /// Received at this time or later (2026-11-20, 2026-11-20T09:30:00+09:00, or milliseconds)
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// Received before this time
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
    /// With this status
    #[arg(long)]
    pub status: Option<String>,
    /// Through this partner's page
    #[arg(long, value_name = "NAME")]
    pub partner: Option<String>,
    /// With a number of which a group begins so
    #[arg(long, value_name = "TEXT")]
    pub number: Option<String>,
    /// The cases of partners' test keys instead of the real ones
    #[arg(long)]
    pub test: bool,
    /// Only cases behind this place in the sequence (a record's `seq`)
    #[arg(long, value_name = "SEQ", value_parser = clap::value_parser!(i64).range(0..))]
    pub after: Option<i64>,
}

/// What the commands work with.
pub struct Desked {
    pub url: String,
    pub desk: Desk,
}

impl FromArgs {
    pub fn load(self, file: Settings) -> Result<Desked, CliError> {
        let settings = self.place.settings().or(file);
        Ok(Desked { url: settings.database_url(), desk: Desk::load(self.desk.desk.or(settings.desk).as_deref())? })
    }
}

impl Desked {
    pub async fn open(&self) -> Result<Arc<dyn Store>, CliError> {
        Ok(store::open_existing(&self.url).await?)
    }
}

impl WhichArgs {
    pub fn filter(&self, desk: &Desk) -> Result<Filter, CliError> {
        let moment = |text: &Option<String>| text.as_deref().map(|text| moment(text, desk)).transpose();
        let number = self
            .number
            .as_deref()
            .map(|text| Number::begin(text).map_err(|error| CliError::Usage(format!("--number {text}: {error}"))));
        Ok(Filter {
            since: moment(&self.since)?,
            until: moment(&self.until)?,
            status: self.status.clone(),
            test: Some(self.test),
            partner: self.partner.clone(),
            number: number.transpose()?,
            ..Filter::default()
        })
    }
}

/// A moment as people write it.
fn moment(text: &str, desk: &Desk) -> Result<i64, CliError> {
    clock::parse_local(text, &desk.profile().calendar.offset).ok_or_else(|| {
        CliError::Usage(format!("{text} is no time: write 2026-11-20, 2026-11-20T09:30:00+09:00, or milliseconds"))
    })
}

/// The place of a line in the store's sequence, readable or not.
pub fn seq_of(line: &Read<CaseLine>) -> i64 {
    line.as_ref().map_or_else(|damaged| damaged.seq, |line| line.seq)
}
