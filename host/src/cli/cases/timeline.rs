//! `kakekomi cases timeline NUMBER`: the events of one case, in their order.
//!
//! `3  2026-11-20 11:02  cli:sato  case.closed  {"outcome":"advised"}`
//!
//! With an identity the bodies are opened, after the event `case.viewed` is durable; it is the last one of the output.
//! Without an identity the events are printed without their bodies.

use std::fmt::Write as _;

use clap::Args;
use kakekomi_casework::ShownEvent;
use kakekomi_service::desk::Desk;
use kakekomi_store::EventKind;

use super::args::{SourceArgs, parse_number};
use super::damages::Damages;
use super::reading::Reading;
use super::show::open_for;
use crate::cli::args::FormatArgs;
use crate::cli::inert::inert;
use crate::cli::print::{self, Style};
use crate::cli::rebuild::all_events;
use crate::config::Settings;
use crate::error::{CliError, Exit};

/// Flags of `cases timeline`.
#[derive(Debug, Args)]
pub struct TimelineArgs {
    /// The reception number
    #[arg(value_name = "NUMBER")]
    number: String,
    #[command(flatten)]
    source: SourceArgs,
    #[command(flatten)]
    format: FormatArgs,
}

pub async fn run(args: TimelineArgs, file: Settings) -> Result<Exit, CliError> {
    let number = parse_number(&args.number)?;
    let source = args.source.load(file)?;
    let reading = Reading::new(source.reader()?, EventKind::CaseViewed, "cases timeline");
    let store = open_for(&source, &reading).await?;
    let mut damages = Damages::default();
    let case = store.show(&number).await?.ok_or_else(|| CliError::NoCase(number.to_string()))?;
    let Some(case) = damages.readable(case) else { return Ok(damages.exit()) };
    for mut shown in reading.open(&*store, vec![case]).await? {
        let events = all_events(&*store, &number).await?;
        let lines = kakekomi_casework::shown(events, shown.opened.as_ref(), &mut shown.faults);
        damages.name_faults(&shown.case.line, &shown.faults);
        print_lines(&lines, &args.format, &source.desk)?;
    }
    Ok(damages.exit())
}

fn print_lines(lines: &[ShownEvent], format: &FormatArgs, desk: &Desk) -> Result<(), CliError> {
    if format.json {
        return print::record(&lines);
    }
    if format.ndjson {
        return lines.iter().try_for_each(print::record);
    }
    let style = Style::of_stdout();
    let mut text = String::new();
    for ShownEvent { n, at, actor, kind, body, .. } in lines {
        let n = n.map_or_else(String::new, |n| n.to_string());
        let _ = write!(text, "{n:>3}  {}  {}  {}", desk.show(*at), inert(actor), style.strong(kind));
        // The record of the receipt would fill the screen; `cases show` has its contents.
        if let Some(body) = body.as_ref().filter(|_| kind != EventKind::CaseReceived.as_str()) {
            let _ = write!(text, "  {}", inert(&body.to_string()));
        }
        text.push('\n');
    }
    print::data(text.as_bytes())
}
