//! `kakekomi evidence`: the evidence files of cases, listed, saved sealed or opened, and verified.
//!
//! ```text
//! kakekomi evidence list 2609-4873-1059    → 0f1e2d3c  arrived  log  20971520 bytes  sha256:…  fw.log
//! kakekomi evidence open 2609-4873-1059    → ./fw.log, after the event file.downloaded
//! ```
//!
//! Without an identity the names stay sealed, and `get` saves the sealed parts, which are opened elsewhere.

mod list;
mod output;
mod save;
mod verify;

use std::sync::Arc;

use clap::{Args, Subcommand};
use kakekomi_casework::{Casework, Operator, Parts};
use kakekomi_service::desk::Desk;
use kakekomi_store::receipt_number::Number;
use kakekomi_store::{self as store, FileLine, Store, clock};

use super::actor::actor;
use super::args::{DeskArgs, StorageArgs};
use super::block_on::block_on;
use super::cases::parse_number;
use crate::config::Settings;
use crate::error::{CliError, Exit};

/// The commands of `evidence`.
#[derive(Debug, Subcommand)]
pub enum EvidenceCommand {
    /// List the files of cases with their custody
    List(list::ListArgs),
    /// Save files sealed, as a tar of age files each
    Get(save::SaveArgs),
    /// Save files opened
    Open(save::SaveArgs),
    /// Compare the stored bytes with their digests: the sealed parts, and with an identity the files
    Verify(verify::VerifyArgs),
}

/// Runs a command of `evidence`.
pub fn run(command: EvidenceCommand, file: Settings) -> Result<Exit, CliError> {
    block_on(async {
        match command {
            EvidenceCommand::List(args) => list::run(args, file).await,
            EvidenceCommand::Get(args) => save::get(args, file).await,
            EvidenceCommand::Open(args) => save::open(args, file).await,
            EvidenceCommand::Verify(args) => verify::run(args, file).await,
        }
    })?
}

/// Flags that choose files and name the store.
#[derive(Debug, Args)]
struct ChosenArgs {
    /// The reception numbers
    #[arg(required = true, value_name = "NUMBER")]
    numbers: Vec<String>,
    /// Only the file with this number, or with one that begins so
    #[arg(long = "file", value_name = "ID")]
    files: Vec<String>,
    /// The folder of evidence files [default: evidence in the data folder]
    #[arg(long, value_name = "PATH", env = "KAKEKOMI_EVIDENCE_URL", hide_env_values = true)]
    evidence_url: Option<String>,
    #[command(flatten)]
    storage: StorageArgs,
    #[command(flatten)]
    desk: DeskArgs,
}

/// The access of a command to the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Access {
    /// It writes an event for each file.
    Download,
    /// It writes an event where it opens names.
    List,
    /// It shows no contents.
    Verify,
}

/// The files that a command works on.
struct Chosen {
    store: Arc<dyn Store>,
    casework: Casework,
    operator: Operator,
    desk: Desk,
    numbers: Vec<Number>,
    files: Vec<String>,
}

impl ChosenArgs {
    /// Opens store and storage.
    async fn open(self, file: Settings, access: Access) -> Result<Chosen, CliError> {
        let numbers = self.numbers.iter().map(|text| parse_number(text)).collect::<Result<Vec<_>, _>>()?;
        let desk = self.desk.load(&file)?;
        let of_flag = Settings { evidence_url: self.evidence_url, ..Settings::default() };
        let settings = of_flag.or(self.storage.settings(file));
        let url = settings.database_url();
        let reader = settings.reader()?.map(Arc::new);
        let is_recorded = access == Access::Download || access == Access::List && reader.is_some();
        let store = if is_recorded {
            store::open_to_write(&url).await.map_err(CliError::NotRecorded)?
        } else {
            store::open_existing(&url).await?
        };
        let folder = settings.evidence_folder()?;
        // A missing folder is not made here, perhaps by another user than the desk's.
        let storage = if folder.is_dir() { Some(settings.evidence_storage()?) } else { None };
        let parts =
            Parts { store: Arc::clone(&store), reader, hash_key: None, service: None, storage, now: clock::now };
        let operator = Operator::command_line(&actor());
        Ok(Chosen { store, casework: Casework::new(parts), operator, desk, numbers, files: self.files })
    }
}

impl Chosen {
    /// Reads the chosen files of a case.
    async fn lines(&self, number: &Number) -> Result<Vec<FileLine>, CliError> {
        if self.store.show(number).await?.is_none() {
            return Err(CliError::NoCase(number.to_string()));
        }
        let lines = self.store.files_of(number).await?;
        Ok(lines.into_iter().filter(|line| self.is_chosen(line)).collect())
    }

    fn is_chosen(&self, line: &FileLine) -> bool {
        let id = line.id.to_string();
        self.files.is_empty() || self.files.iter().any(|begin| !begin.is_empty() && id.starts_with(begin.as_str()))
    }
}
