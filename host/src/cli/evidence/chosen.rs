//! The files that a command of `evidence` works on, and its access to store and storage.
//!
//! `2609-4873-1059 --file 0f1e` → [`Chosen`], whose `lines` are the files of the case that begin so

use std::sync::Arc;

use clap::Args;
use kakekomi_casework::{Casework, Operator, Parts};
use kakekomi_service::desk::Desk;
use kakekomi_store::receipt_number::Number;
use kakekomi_store::{self as store, FileLine, Store, clock};

use crate::cli::actor::actor;
use crate::cli::args::{DeskArgs, EvidenceArgs, StorageArgs};
use crate::cli::cases::parse_number;
use crate::config::Settings;
use crate::error::CliError;
use crate::evidence_place::EvidencePlace;

/// Flags that choose files and name the store.
#[derive(Debug, Args)]
pub struct ChosenArgs {
    /// The reception numbers
    #[arg(required = true, value_name = "NUMBER")]
    numbers: Vec<String>,
    /// Only the file with this number, or with one that begins so
    #[arg(long = "file", value_name = "ID")]
    files: Vec<String>,
    #[command(flatten)]
    evidence: EvidenceArgs,
    #[command(flatten)]
    storage: StorageArgs,
    #[command(flatten)]
    desk: DeskArgs,
}

/// The access of a command to the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// It writes an event for each file.
    Download,
    /// It writes an event where it opens names.
    List,
    /// It shows no contents.
    Verify,
}

/// The files that a command works on.
pub struct Chosen {
    pub store: Arc<dyn Store>,
    pub casework: Casework,
    pub operator: Operator,
    pub desk: Desk,
    pub numbers: Vec<Number>,
    files: Vec<String>,
}

impl ChosenArgs {
    /// Opens store and storage.
    pub async fn open(self, file: Settings, access: Access) -> Result<Chosen, CliError> {
        let numbers = self.numbers.iter().map(|text| parse_number(text)).collect::<Result<Vec<_>, _>>()?;
        let desk = self.desk.load(&file)?;
        let settings = self.evidence.settings(self.storage.settings(file));
        let url = settings.database_url();
        let reader = settings.reader()?.map(Arc::new);
        let is_recorded = access == Access::Download || access == Access::List && reader.is_some();
        let store = if is_recorded {
            store::open_to_write(&url).await.map_err(CliError::NotRecorded)?
        } else {
            store::open_existing(&url).await?
        };
        let storage = EvidencePlace::of(&settings)?.open_existing()?;
        let parts =
            Parts { store: Arc::clone(&store), reader, hash_key: None, service: None, storage, now: clock::now };
        let operator = Operator::command_line(&actor());
        Ok(Chosen { store, casework: Casework::new(parts), operator, desk, numbers, files: self.files })
    }
}

impl Chosen {
    /// Reads the chosen files of a case.
    pub async fn lines(&self, number: &Number) -> Result<Vec<FileLine>, CliError> {
        if self.store.show(number).await?.is_none() {
            return Err(CliError::NoCase(number.to_string()));
        }
        let lines = self.store.files_of(number).await?;
        Ok(lines.into_iter().filter(|line| self.is_chosen(line)).collect())
    }

    /// Reports whether a file is one of the chosen ones.
    pub fn is_chosen(&self, line: &FileLine) -> bool {
        let id = line.id.to_string();
        self.files.is_empty() || self.files.iter().any(|begin| !begin.is_empty() && id.starts_with(begin.as_str()))
    }
}
