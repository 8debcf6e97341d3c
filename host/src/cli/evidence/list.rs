//! `kakekomi evidence list NUMBER…`: the files of cases with their custody.
//!
//! With an identity the names are shown, after the event `case.viewed` is durable. Without one, clear columns alone.

use std::fmt::Write as _;

use clap::Args;
use kakekomi_casework::{FileView, ScanMark, ShownEvent, mark};
use kakekomi_store::digest::hex;
use serde::Serialize;

use super::chosen::{Access, Chosen, ChosenArgs};
use crate::cli::args::FormatArgs;
use crate::cli::cases::work_error;
use crate::cli::inert::inert;
use crate::cli::print::{self, Style};
use crate::config::Settings;
use crate::error::{CliError, Exit};

/// Flags of `evidence list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    #[command(flatten)]
    chosen: ChosenArgs,
    #[command(flatten)]
    format: FormatArgs,
}

/// A file as a record.
#[derive(Debug, Serialize)]
struct Record<'a> {
    number: &'a str,
    id: String,
    what: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    log: Option<i64>,
    state: &'a str,
    length: u64,
    offset: u64,
    declared_sha256: Option<String>,
    sha256: Option<String>,
    created_at: i64,
    changed_at: i64,
    expires_at: i64,
    /// `None` where it stays sealed.
    name: Option<&'a str>,
    media_type: Option<&'a str>,
    custody: &'a [ShownEvent],
}

pub async fn run(args: ListArgs, file: Settings) -> Result<Exit, CliError> {
    let chosen = args.chosen.open(file, Access::List).await?;
    if !chosen.casework.can_open() {
        print::words("kakekomi: names are sealed and not shown: name the identity that opens them with --identity");
    }
    let mut files = Vec::new();
    for number in &chosen.numbers {
        let view = chosen.casework.view(&chosen.operator, number).await.map_err(|error| work_error(number, error))?;
        files.extend(view.files.into_iter().filter(|file| chosen.is_chosen(&file.line)));
    }
    let records = files.iter().map(Record::from);
    if args.format.json {
        print::record(&records.collect::<Vec<_>>())?;
    } else if args.format.ndjson {
        records.into_iter().try_for_each(|record| print::record(&record))?;
    } else {
        print::data(readable(&chosen, &files).as_bytes())?;
    }
    Ok(Exit::Accepted)
}

impl<'a> From<&'a FileView> for Record<'a> {
    fn from(file: &'a FileView) -> Record<'a> {
        let line = &file.line;
        Record {
            number: &line.number,
            id: line.id.to_string(),
            what: &line.what,
            log: line.log,
            state: file.state(),
            length: line.length,
            offset: line.offset,
            declared_sha256: line.declared_sha256.as_deref().map(hex),
            sha256: line.sha256.as_deref().map(hex),
            created_at: line.created_at,
            changed_at: line.changed_at,
            expires_at: line.expires_at,
            name: file.name.as_deref(),
            media_type: file.media_type.as_deref(),
            custody: &file.custody,
        }
    }
}

fn readable(chosen: &Chosen, files: &[FileView]) -> String {
    let style = Style::of_stdout();
    let mut text = String::new();
    for file in files {
        let line = &file.line;
        let state = if file.state() == "mismatch" { style.wrong("mismatch") } else { file.state().to_owned() };
        let sha256 = line.sha256.as_deref().map_or_else(String::new, |digest| format!("  sha256:{}", hex(digest)));
        let name = file.name.as_deref().map_or_else(|| "(sealed)".into(), inert);
        let (number, id) = (inert(&line.number), line.id.to_string());
        let _ = writeln!(text, "{number}  {id}  {state}  {}  {} bytes{sha256}  {name}", inert(&line.what), line.length);
        for event in &file.custody {
            let _ = writeln!(
                text,
                "    {}  {}  {}{}",
                chosen.desk.show(event.at),
                inert(&event.actor),
                inert(&event.kind),
                scan_mark(event)
            );
        }
    }
    text
}

/// Writes the result of a scan, which says nothing about other patterns; empty for another event.
fn scan_mark(event: &ShownEvent) -> String {
    match mark(event) {
        None => String::new(),
        Some(ScanMark::NoPattern) => "  no known pattern found".to_owned(),
        Some(ScanMark::Pattern(name)) => Style::of_stdout().wrong(&format!("  known pattern found: {}", inert(name))),
        Some(ScanMark::TooLarge) => "  not scanned: too large".to_owned(),
    }
}
