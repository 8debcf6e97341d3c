//! `kakekomi evidence get NUMBER…` and `evidence open NUMBER…`: files of cases, sealed or opened, in a folder.
//!
//! `evidence get 2609-4873-1059` → `2609-4873-1059-0f1e2d3c.tar` with `….part0001.age`, … · `evidence open …` → `fw.log`
//!
//! Each download is the event `file.downloaded`, which is durable before a byte is written. A file gets the applicant's name only
//! if that is harmless and no file of this run has it, and never replaces another one without `--force`.

use std::collections::HashSet;
use std::io::{self, Read, Write};
use std::path::PathBuf;

use clap::Args;
use kakekomi_casework::{Download, DownloadForm, FoundFile, numbered_name, safe_file_name};
use kakekomi_store::digest::hex;
use kakekomi_store::receipt_number::Number;
use kakekomi_store::{FileLine, FileState};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::chosen::{Access, Chosen, ChosenArgs};
use super::output::Output;
use crate::cli::args::FormatArgs;
use crate::cli::cases::work_error;
use crate::cli::inert::inert;
use crate::cli::print;
use crate::config::Settings;
use crate::error::{CliError, Exit};

/// Bytes that are copied at a time.
const CHUNK_BYTES: usize = 256 << 10;
/// The shape of the bar.
const BAR: &str = "{bar:40} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left";

/// Flags of `evidence get` and `evidence open`.
#[derive(Debug, Args)]
pub struct SaveArgs {
    #[command(flatten)]
    chosen: ChosenArgs,
    /// The folder to write to
    #[arg(long, value_name = "DIR", default_value = ".")]
    out: PathBuf,
    /// Replace files of the same name
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    format: FormatArgs,
}

/// A file that was written.
#[derive(Debug, Serialize)]
struct Record {
    number: String,
    id: String,
    state: &'static str,
    r#as: &'static str,
    path: PathBuf,
    bytes: u64,
    sha256: String,
}

/// Saves files sealed.
pub async fn get(args: SaveArgs, file: Settings) -> Result<Exit, CliError> {
    Box::pin(save(args, file, DownloadForm::Sealed)).await
}

/// Saves files opened.
pub async fn open(args: SaveArgs, file: Settings) -> Result<Exit, CliError> {
    Box::pin(save(args, file, DownloadForm::Opened)).await
}

async fn save(args: SaveArgs, file: Settings, form: DownloadForm) -> Result<Exit, CliError> {
    let chosen = args.chosen.open(file, Access::Download).await?;
    if form == DownloadForm::Opened && !chosen.casework.can_open() {
        return Err(CliError::NoIdentity);
    }
    let mut target = Target { folder: args.out, replace: args.force, form, written: HashSet::new() };
    let (mut exit, mut records) = (Exit::Accepted, Vec::new());
    for number in &chosen.numbers {
        for line in chosen.lines(number).await? {
            match target.save(&chosen, number, &line).await {
                Ok(record) if args.format.json => records.push(record),
                Ok(record) if args.format.ndjson => print::record(&record)?,
                Ok(record) => print::line(inert(&record.path.display().to_string()).as_bytes())?,
                Err(error) => {
                    print::words(&format!("kakekomi: case {number}, file {}: {error}", line.id));
                    exit = exit.max(error.exit());
                }
            }
        }
    }
    if args.format.json {
        print::record(&records)?;
    }
    Ok(exit)
}

/// The place and the form of saved files.
struct Target {
    folder: PathBuf,
    replace: bool,
    form: DownloadForm,
    /// The names that this run has written.
    written: HashSet<String>,
}

impl Target {
    /// Saves one file.
    async fn save(&mut self, chosen: &Chosen, number: &Number, line: &FileLine) -> Result<Record, CliError> {
        if !line.state.is_complete() {
            return Err(CliError::NoBytes(line.state.as_str()));
        }
        let Chosen { casework, operator, .. } = chosen;
        let refused = |error| work_error(number, error);
        let file = casework.find_file(operator, number, &line.id, self.form).await.map_err(refused)?;
        // A name that is taken is no download.
        let name = self.name(&file);
        let mut output = Output::create(&self.folder, &name, self.replace)?;
        let download = casework.download(operator, file).await.map_err(refused)?;
        let (bytes, sha256) = copy(download, &mut output.file).map_err(CliError::io(&output.path))?;
        let expected = line.sha256.as_deref().map(hex);
        if self.form == DownloadForm::Opened && expected.as_ref() != Some(&sha256) {
            return Err(CliError::OtherBytes);
        }
        if line.state == FileState::Mismatch {
            print::warn(&format!("file {}: its SHA-256 is not the one that the applicant declared", line.id));
        }
        let (number, id) = (number.to_string(), line.id.to_string());
        let path = output.finish()?;
        self.written.insert(name);
        Ok(Record { number, id, state: line.state.as_str(), r#as: self.form.as_str(), path, bytes, sha256 })
    }

    /// Chooses the name of a saved file: the applicant's, if nothing about it had to be changed and no other file of this run has it.
    fn name(&self, file: &FoundFile) -> String {
        match &file.name {
            Some(name) if safe_file_name(name) == *name && !self.written.contains(name) => name.clone(),
            Some(_) => numbered_name(&file.line),
            None => file.safe_name(),
        }
    }
}

/// Copies a download; returns its bytes and their SHA-256.
fn copy(download: Download, out: &mut impl Write) -> io::Result<(u64, String)> {
    let Download { mut bytes, length } = download;
    let bar = print::progress(length, BAR);
    let (mut buffer, mut hasher, mut written) = (vec![0; CHUNK_BYTES], Sha256::new(), 0);
    loop {
        let read = bytes.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        let chunk = buffer.get(..read).unwrap_or_default();
        hasher.update(chunk);
        out.write_all(chunk)?;
        written += read as u64;
        bar.set_position(written);
    }
    bar.finish_and_clear();
    if written == length { Ok((written, hex(&hasher.finalize()))) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}
