//! `kakekomi evidence verify NUMBER…`: the stored bytes against their digests.
//!
//! `2609-4873-1059  0f1e2d3c…  sound` · exit 5 where a part is missing or another one, or the database differs from the sealed
//! events, 1 where a file is not the declared one
//!
//! Without an identity the sealed parts alone are compared. It shows no contents and writes no event.

use clap::Args;
use kakekomi_evidence::Verification;
use kakekomi_store::{FileLine, FileState};
use serde::Serialize;

use super::chosen::{Access, ChosenArgs};
use crate::cli::args::FormatArgs;
use crate::cli::cases::work_error;
use crate::cli::inert::inert;
use crate::cli::print::{self, Style};
use crate::config::Settings;
use crate::error::{CliError, Exit};

/// Flags of `evidence verify`.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    #[command(flatten)]
    chosen: ChosenArgs,
    #[command(flatten)]
    format: FormatArgs,
}

/// The verdict on a file.
#[derive(Debug, Serialize)]
struct Record {
    number: String,
    id: String,
    state: &'static str,
    sound: bool,
    /// Whether the file's own bytes were compared, too.
    opened: bool,
    missing: Vec<u64>,
    damaged: Vec<u64>,
    gaps: Vec<u64>,
    wrong_sha256: bool,
    /// The columns that differ from the sealed events; empty without an identity.
    altered: Vec<&'static str>,
}

pub async fn run(args: VerifyArgs, file: Settings) -> Result<Exit, CliError> {
    let chosen = args.chosen.open(file, Access::Verify).await?;
    if !chosen.casework.can_open() {
        print::words(
            "kakekomi: the sealed parts alone are compared: name the identity that opens them with --identity",
        );
    }
    let (mut exit, mut records) = (Exit::Accepted, Vec::new());
    for number in &chosen.numbers {
        for line in chosen.lines(number).await? {
            // A file that was given up or destroyed has no bytes.
            if !line.state.is_complete() && line.state != FileState::Receiving {
                continue;
            }
            let found = chosen.casework.verify_file(number, line.clone()).await;
            let (found, altered) = found.map_err(|error| work_error(number, error))?;
            let record = Record::new(&line, found, altered);
            exit = exit.max(record.exit());
            if args.format.json {
                records.push(record);
            } else if args.format.ndjson {
                print::record(&record)?;
            } else {
                print::line(record.readable())?;
            }
        }
    }
    if args.format.json {
        print::record(&records)?;
    }
    Ok(exit)
}

impl Record {
    fn new(line: &FileLine, found: Verification, altered: Vec<&'static str>) -> Record {
        let sound = found.is_sound() && altered.is_empty();
        let Verification { missing, damaged, gaps, wrong_sha256 } = found;
        Record {
            number: line.number.clone(),
            id: line.id.to_string(),
            state: line.state.as_str(),
            sound,
            opened: wrong_sha256.is_some(),
            missing,
            damaged,
            gaps,
            wrong_sha256: wrong_sha256 == Some(true),
            altered,
        }
    }

    fn exit(&self) -> Exit {
        match (self.sound, self.state) {
            (false, _) => Exit::Io,
            (true, "mismatch") => Exit::Issues,
            (true, _) => Exit::Accepted,
        }
    }

    fn readable(&self) -> String {
        let style = Style::of_stdout();
        let places = |name: &str, places: &[u64]| {
            let places: Vec<_> = places.iter().map(u64::to_string).collect();
            (!places.is_empty()).then(|| format!("{name} at {}", places.join(", ")))
        };
        let faults = [
            places("parts missing", &self.missing),
            places("parts with another digest", &self.damaged),
            places("gaps", &self.gaps),
            self.wrong_sha256.then(|| "the file has another SHA-256".to_owned()),
            (!self.altered.is_empty())
                .then(|| format!("the database differs from the sealed events in {}", self.altered.join(", "))),
        ];
        let faults: Vec<_> = faults.into_iter().flatten().collect();
        let verdict = match (self.exit(), self.opened) {
            (Exit::Accepted, true) => style.right("sound"),
            (Exit::Accepted, false) => style.right("sealed parts sound"),
            (Exit::Issues, _) => style.wrong("sound, and not the file that was declared"),
            _ => style.wrong(&faults.join("; ")),
        };
        format!("{}  {}  {verdict}", inert(&self.number), self.id)
    }
}
