//! `kakekomi upload FILE… --desk URL --number N`: sends evidence files of a case, and resumes what was interrupted.
//!
//! `kakekomi upload fw.log --desk https://desk.example --number 2609-4873-1059` → asks for the return code, then
//! `fw.log: arrived, 20971520 bytes, sha256:…`
//!
//! It keeps nothing on this machine: an unfinished upload is found at the desk by length and SHA-256, so that the same command
//! goes on where an earlier one stopped.

mod code;
mod connection;
mod failure;
mod transfer;

use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::PossibleValuesParser;
use kakekomi_evidence::What;
use serde::Serialize;

use self::connection::{Connection, Kind};
use self::failure::Failure;
use self::transfer::Transfer;
use super::args::FormatArgs;
use super::block_on::block_on;
use super::cases::parse_number;
use super::inert::inert;
use super::print;
use crate::error::{CliError, Exit};

/// Flags of `upload`.
#[derive(Debug, Args)]
pub struct UploadArgs {
    /// The files, which are sent in turn
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The address of the desk's form, https://…
    #[arg(long, value_name = "URL")]
    desk: String,
    /// The reception number; the return code is asked for, or in `KAKEKOMI_CODE`
    #[arg(long, value_name = "NUMBER")]
    number: String,
    /// The kind of the files [default: other, or log with --log]
    #[arg(long, value_name = "KIND", value_parser = PossibleValuesParser::new(What::ALL.map(What::as_str)))]
    what: Option<String>,
    /// The entry of the application's logs that they belong to, from 0
    #[arg(long, value_name = "INDEX")]
    log: Option<u32>,
    /// A file of private authorities (PEM) to trust beside those of the system
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    #[command(flatten)]
    format: FormatArgs,
}

/// A file that the desk has.
#[derive(Debug, Serialize)]
struct Record<'a> {
    file: &'a Path,
    id: String,
    state: String,
    length: u64,
    sha256: String,
}

/// Sends the files. One that cannot be sent is named, and the others go on; a desk that cannot be reached ends the command.
pub fn run(args: &UploadArgs) -> Result<Exit, CliError> {
    let kind = args.kind()?;
    let number = parse_number(&args.number)?;
    let desk = connection::desk_url(&args.desk)?;
    let code = code::read()?;
    block_on(async {
        let connection = Connection::new(desk, &number, &code, args.ca.as_deref())?;
        let (mut exit, mut records) = (Exit::Accepted, Vec::new());
        for file in &args.files {
            match Transfer::new(&connection, file, kind).run().await {
                Ok(upload) => {
                    let sha256 = upload.sha256.unwrap_or_default();
                    let record = Record { file, id: upload.id, state: upload.state, length: upload.length, sha256 };
                    exit = exit.max(if record.state == "arrived" { Exit::Accepted } else { Exit::Issues });
                    show(&record, &args.format)?;
                    records.push(record);
                }
                Err(Failure::File(error)) => {
                    print::words(&format!("kakekomi: {error}"));
                    exit = exit.max(error.exit());
                }
                Err(Failure::Desk(error) | Failure::Gone(error)) => return Err(error),
                Err(Failure::Later { why, .. }) => return Err(CliError::Remote(why)),
            }
        }
        if args.format.json {
            print::record(&records)?;
        }
        Ok(exit)
    })?
}

/// Prints a file that the desk has; a list of JSON is printed at the end.
fn show(record: &Record<'_>, format: &FormatArgs) -> Result<(), CliError> {
    let Record { file, state, length, sha256, .. } = record;
    if format.json {
        return Ok(());
    }
    if format.ndjson {
        return print::record(record);
    }
    print::line(format!("{}: {state}, {length} bytes, sha256:{sha256}", inert(&file.display().to_string())))
}

impl UploadArgs {
    fn kind(&self) -> Result<Kind, CliError> {
        let by_default = if self.log.is_some() { What::Log } else { What::Other };
        // The parser of the flag has the same words.
        let what = self.what.as_deref().map_or(Ok(by_default), str::parse).unwrap_or(by_default);
        if self.log.is_some() && what != What::Log {
            return Err(CliError::Usage("--log is for files with --what log".to_owned()));
        }
        Ok(Kind { what: what.as_str(), log: self.log })
    }
}
