//! `kakekomi cases`: what came in, for the operator: listed, shown, exported, watched.
//!
//! Everything goes a page at a time in the store's own order, so that a million cases take no more
//! memory than a hundred, and `--after SEQ` goes on where an earlier run stopped. What is read is verified: a case that is
//! not as it was stored is named on stderr, and the command ends with exit 5 once it has gone through the others.

mod damages;
mod export;
mod list;
mod show;
mod watch;

use std::sync::Arc;

use clap::{Args, Subcommand};
use kakekomi_service::desk::Desk;
use kakekomi_store::clock;
use kakekomi_store::receipt_number::Number;
use kakekomi_store::{self as store, CaseLine, Filter, Read, Store};

use super::args::{DeskArgs, StorageArgs};
use crate::config::Settings;
use crate::error::{CliError, Exit};

/// Flags of `cases`.
#[derive(Debug, Args)]
pub struct CasesArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// List the cases, in the order in which they came
    List(list::ListArgs),
    /// Show one case with everything that is kept of it
    Show(show::ShowArgs),
    /// Print the cases with everything that is kept of them, one JSON object a line
    Export(export::ExportArgs),
    /// Print each case as it arrives, until stopped
    Watch(watch::WatchArgs),
}

/// Where the cases are, and whose.
#[derive(Debug, Args)]
struct FromArgs {
    #[command(flatten)]
    place: StorageArgs,
    #[command(flatten)]
    desk: DeskArgs,
}

/// How records are printed.
#[derive(Debug, Args)]
struct HowArgs {
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Print one JSON object a line
    #[arg(long, conflicts_with = "json")]
    ndjson: bool,
}

/// Which cases.
#[derive(Debug, Args)]
struct WhichArgs {
    /// Received at this time or later (2026-11-20, 2026-11-20T09:30:00+09:00, or milliseconds)
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Received before this time
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// With this status
    #[arg(long)]
    status: Option<String>,
    /// Through this partner's page
    #[arg(long, value_name = "NAME")]
    partner: Option<String>,
    /// With a number of which a group begins so
    #[arg(long, value_name = "TEXT")]
    number: Option<String>,
    /// The cases of partners' test keys instead of the real ones
    #[arg(long)]
    test: bool,
    /// Only cases behind this place in the sequence (a record's `seq`)
    #[arg(long, value_name = "SEQ", value_parser = clap::value_parser!(i64).range(0..))]
    after: Option<i64>,
}

/// What the commands work with.
struct Desked {
    url: String,
    desk: Desk,
}

impl FromArgs {
    fn load(self, file: Settings) -> Result<Desked, CliError> {
        let settings = self.place.settings().or(file);
        Ok(Desked { url: settings.database_url(), desk: Desk::load(self.desk.desk.or(settings.desk).as_deref())? })
    }
}

impl Desked {
    async fn open(&self) -> Result<Arc<dyn Store>, CliError> {
        Ok(store::open_existing(&self.url).await?)
    }
}

impl WhichArgs {
    fn filter(&self, desk: &Desk) -> Result<Filter, CliError> {
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
fn seq_of(line: &Read<CaseLine>) -> i64 {
    line.as_ref().map_or_else(|damaged| damaged.seq, |line| line.seq)
}

/// Lists, shows, exports or watches.
pub fn run(args: CasesArgs, file: Settings) -> Result<Exit, CliError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| CliError::Io("threads".to_owned(), error))?;
    runtime.block_on(async {
        match args.what {
            What::List(args) => list::run(args, file).await,
            What::Show(args) => show::run(args, file).await,
            What::Export(args) => export::run(args, file).await,
            What::Watch(args) => watch::run(args, file).await,
        }
    })
}
