//! Flags that several commands share.
//!
//! `--data cases` → [`StorageArgs`] → [`Settings`] with this folder, the rest from the file of `--config`.

use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use kakekomi_core::Locale;
use kakekomi_service::desk::Desk;

use crate::config::Settings;
use crate::error::CliError;

/// Flags that name the store.
#[derive(Debug, Args)]
pub struct StorageArgs {
    /// The data folder [default: ./data]
    #[arg(long, value_name = "DIR", env = "KAKEKOMI_DATA")]
    data: Option<PathBuf>,
    /// The database, `sqlite:PATH` or `postgres://USER@HOST/NAME` [default: a file in the data folder]
    #[arg(long, value_name = "URL", env = "KAKEKOMI_DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,
    /// The key folder [default: the data folder's name with .keys appended]
    #[arg(long, value_name = "DIR", env = "KAKEKOMI_KEYS")]
    keys: Option<PathBuf>,
    /// The age identity that opens cases [default: the file desk.identity in the key folder]
    #[arg(long, value_name = "FILE", env = "KAKEKOMI_IDENTITY")]
    identity: Option<PathBuf>,
}

impl StorageArgs {
    /// Returns the settings of the flags, and those of the file where the flags are missing.
    pub fn settings(self, file: Settings) -> Settings {
        let StorageArgs { data, database_url, keys, identity } = self;
        Settings { data, database_url, keys, identity, ..Settings::default() }.or(file)
    }
}

/// Flags that name the storage of evidence files.
#[derive(Debug, Args)]
pub struct EvidenceArgs {
    /// Where evidence files are stored: a folder, or `s3://BUCKET/PREFIX?…` [default: evidence in the data folder]
    #[arg(long, value_name = "URL", env = "KAKEKOMI_EVIDENCE_URL", hide_env_values = true)]
    evidence_url: Option<String>,
    /// A file with the key of that bucket [default: `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`]
    #[arg(long, value_name = "FILE", env = "KAKEKOMI_EVIDENCE_CREDENTIALS")]
    evidence_credentials: Option<PathBuf>,
}

impl EvidenceArgs {
    /// Returns the settings of the flags, and the others where the flags are missing.
    pub fn settings(self, others: Settings) -> Settings {
        let EvidenceArgs { evidence_url, evidence_credentials } = self;
        Settings { evidence_url, evidence_credentials, ..Settings::default() }.or(others)
    }
}

/// The flag that names the desk.
#[derive(Debug, Args)]
pub struct DeskArgs {
    /// The desk profile's folder [default: the one in the program]
    #[arg(long, value_name = "DIR", env = "KAKEKOMI_DESK")]
    desk: Option<PathBuf>,
}

impl DeskArgs {
    /// Loads the desk of the flag, or that of the file's settings.
    pub fn load(&self, file: &Settings) -> Result<Desk, CliError> {
        Ok(Desk::load(self.desk.as_deref().or(file.desk.as_deref()))?)
    }
}

/// Flags of the output format of records.
#[derive(Debug, Args)]
pub struct FormatArgs {
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Print one JSON object a line
    #[arg(long, conflicts_with = "json")]
    pub ndjson: bool,
}

impl FormatArgs {
    /// Reports whether a single record is printed as JSON: it is one line in both formats.
    pub fn is_json(&self) -> bool {
        self.json || self.ndjson
    }
}

/// Parses a locale of the sentences.
pub fn locale_parser() -> impl TypedValueParser<Value = Locale> {
    let values = [PossibleValue::new("ja").help("日本語"), PossibleValue::new("en").help("English")];
    PossibleValuesParser::new(values).map(|word| Locale::read(&word).unwrap_or(Locale::Ja))
}
