//! `kakekomi cases show NUMBER`: one case with all its parts; with `--copy` a readable copy for the applicant.
//!
//! Contents are shown with an identity, after the event `case.viewed` (`case.exported` for a copy) is durable. Without an
//! identity the clear columns are printed, and a sentence on stderr.

use std::fmt::Write as _;
use std::sync::Arc;

use clap::Args;
use kakekomi_service::desk::Desk;
use kakekomi_store::{EventKind, Store};

use super::args::{Source, SourceArgs, parse_number};
use super::copy::copy;
use super::damages::Damages;
use super::reading::{Reading, ShownCase};
use super::record::Record;
use crate::cli::args::FormatArgs;
use crate::cli::inert::{inert, inert_bytes};
use crate::cli::print::{self, Style};
use crate::config::Settings;
use crate::error::{CliError, Exit};

/// Flags of `cases show`.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// The reception number, as on the receipt; spaces, hyphens, full-width digits and small letters do not matter
    #[arg(required = true, value_name = "NUMBER")]
    number: Vec<String>,
    /// Print a readable copy for the applicant: the form's titles with the answers, in the language of the case
    #[arg(long, conflicts_with_all = ["json", "ndjson"])]
    copy: bool,
    #[command(flatten)]
    source: SourceArgs,
    #[command(flatten)]
    format: FormatArgs,
}

pub async fn run(args: ShowArgs, file: Settings) -> Result<Exit, CliError> {
    let number = parse_number(&args.number.join(" "))?;
    let source = args.source.load(file)?;
    let (kind, command) =
        if args.copy { (EventKind::CaseExported, "cases show --copy") } else { (EventKind::CaseViewed, "cases show") };
    let reading = Reading::new(source.reader()?, kind, command);
    if args.copy && !reading.can_open() {
        return Err(CliError::NoIdentity);
    }
    let store = open_for(&source, &reading).await?;
    let mut damages = Damages::default();
    let case = store.show(&number).await?.ok_or_else(|| CliError::NoCase(number.to_string()))?;
    let Some(case) = damages.readable(case) else { return Ok(damages.exit()) };
    for shown in reading.open(&*store, vec![case]).await? {
        damages.name_faults(&shown.case.line, &shown.faults);
        if args.copy {
            let opened = shown.opened.as_ref().ok_or_else(|| CliError::NoContents(number.to_string()))?;
            print::data(inert_bytes(copy(&shown.case, opened, &source.desk).as_bytes()).as_bytes())?;
        } else if args.format.is_json() {
            print::record(&Record::from(&shown))?;
        } else {
            print::data(readable(&shown, &source.desk).as_bytes())?;
        }
    }
    Ok(damages.exit())
}

/// Opens the store for a reading: for writing events with an identity, else read-only with a sentence on stderr.
pub(super) async fn open_for(source: &Source, reading: &Reading) -> Result<Arc<dyn Store>, CliError> {
    if reading.can_open() {
        return source.open_to_write().await.map_err(|error| match error {
            CliError::Store(error) => CliError::NotRecorded(error),
            other => other,
        });
    }
    let store = source.open().await?;
    print::words("kakekomi: contents are sealed and not shown: name the identity that opens them with --identity");
    Ok(store)
}

fn readable(shown: &ShownCase, desk: &Desk) -> String {
    let style = Style::of_stdout();
    let line = &shown.case.line;
    let text = match &shown.opened {
        Some(opened) => format!("sha256:{}, {} bytes", opened.record.text_sha256, opened.text.len()),
        None if line.is_erased() => "erased".to_owned(),
        None => "sealed".to_owned(),
    };
    let status =
        line.outcome.as_ref().map_or_else(|| line.status.clone(), |outcome| format!("{} ({outcome})", line.status));
    let optional = |value: &Option<String>| value.clone().unwrap_or_else(|| "–".to_owned());
    let rows = [
        ("number", line.number.clone()),
        ("received", desk.show(line.received_at)),
        ("status", status),
        ("assignee", optional(&line.assignee)),
        ("urgency", optional(&line.urgency)),
        ("follow-up", shown.case.follow_up.map_or_else(|| "–".to_owned(), |at| desk.show(at))),
        ("on hold", if line.held { "yes" } else { "no" }.to_owned()),
        ("kind", optional(&line.coded.kind)),
        ("ongoing", optional(&line.coded.ongoing)),
        ("services", optional(&line.coded.services)),
        ("last event", shown.case.last_n.to_string()),
        ("module", line.module.clone()),
        ("page's module", shown.case.page_module.clone().unwrap_or_else(|| "not reported".to_owned())),
        ("ruleset", line.ruleset.clone()),
        ("text", text),
    ];
    let mut text = String::new();
    for (name, value) in rows {
        let _ = writeln!(text, "{} {}", style.faint(&format!("{name:<13}")), inert(&value));
    }
    for fault in &shown.faults {
        let _ = writeln!(text, "{} {}", style.faint("damaged      "), style.wrong(fault));
    }
    if let Some(opened) = &shown.opened {
        let _ = write!(text, "\n{}\n", inert_bytes(&opened.text));
    }
    text
}
