//! `kakekomi cases list`: a line a case; with `--json` one list of all, with `--ndjson` an object a line.
//!
//! A damaged case is named on stderr, the others are listed, and the exit is 5.

use std::fmt::Write as _;

use clap::Args;
use kakekomi_service::desk::Desk;
use kakekomi_store::{CaseLine, LINES_A_PAGE, seq_of};

use super::args::FilterArgs;
use super::damages::Damages;
use crate::cli::args::FormatArgs;
use crate::cli::inert::inert;
use crate::cli::print::{self, Style};
use crate::config::Settings;
use crate::error::{CliError, Exit};

/// Flags of `cases list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    #[command(flatten)]
    filter: FilterArgs,
    #[command(flatten)]
    format: FormatArgs,
    /// Number of cases to print at most
    #[arg(long, value_name = "NUMBER")]
    limit: Option<u32>,
}

pub async fn run(args: ListArgs, file: Settings) -> Result<Exit, CliError> {
    let (mut after, mut left) = (args.filter.after.unwrap_or(0), args.limit.unwrap_or(u32::MAX));
    let (source, filter) = args.filter.load(file)?;
    let store = source.open().await?;
    let mut damages = Damages::default();
    let mut printer = Printer::new(args.format, &source.desk);
    let read = loop {
        let page = match store.lines(after, LINES_A_PAGE.min(left), &filter).await {
            Ok(page) => page,
            Err(error) => break Err(error),
        };
        let Some(last) = page.last() else { break Ok(()) };
        after = seq_of(last);
        left = left.saturating_sub(u32::try_from(page.len()).unwrap_or(u32::MAX));
        printer.print(page.into_iter().filter_map(|line| damages.line(line)))?;
        if left == 0 {
            break Ok(());
        }
    };
    printer.end()?;
    read?;
    Ok(damages.exit())
}

/// The output of a list.
pub(super) struct Printer<'a> {
    format: FormatArgs,
    desk: &'a Desk,
    printed: bool,
}

impl Printer<'_> {
    pub fn new(format: FormatArgs, desk: &Desk) -> Printer<'_> {
        Printer { format, desk, printed: false }
    }

    pub fn print(&mut self, lines: impl Iterator<Item = CaseLine>) -> Result<(), CliError> {
        let mut text = Vec::new();
        for line in lines {
            if self.format.json {
                text.push(if self.printed { b',' } else { b'[' });
                text.extend(serde_json::to_vec(&line)?);
            } else if self.format.ndjson {
                text.extend(serde_json::to_vec(&line)?);
                text.push(b'\n');
            } else {
                text.extend(row(&line, self.desk).into_bytes());
            }
            self.printed = true;
        }
        if self.format.is_json() { print::json(&text) } else { print::data(&text) }
    }

    /// Ends the list, so that one that was broken off is JSON, too.
    pub fn end(&self) -> Result<(), CliError> {
        match (self.format.json, self.printed) {
            (true, true) => print::line("]"),
            (true, false) => print::line("[]"),
            (false, _) => Ok(()),
        }
    }
}

/// Formats a case as a line for people: number, time, status, verdict, language, module, partner, test.
pub(super) fn row(case: &CaseLine, desk: &Desk) -> String {
    let style = Style::of_stdout();
    let accepted = if case.accepted { "accepted" } else { "not accepted" };
    let module = case.module.get(..19).unwrap_or(&case.module);
    let mut text = format!(
        "{}  {}  {}  {accepted}  {}  {}",
        style.strong(&case.number),
        desk.show(case.received_at),
        inert(&case.status),
        inert(&case.locale),
        style.faint(module)
    );
    if let Some(partner) = &case.partner {
        let _ = write!(text, "  {}", inert(partner));
    }
    if case.test {
        text.push_str("  test");
    }
    text.push('\n');
    text
}
