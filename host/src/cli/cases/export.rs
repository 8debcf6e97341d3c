//! `kakekomi cases export`: whole cases, one JSON object a line (as `cases show --json` prints one);
//! with `--csv` what a list shows, for a spreadsheet.
//!
//! The draft, the reports and the receipt are the stored bytes. A few cases are read at a time. A damaged case is named on
//! stderr and has a member `damage`, or is left out where it cannot be read; the exit is 5 then.

use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use kakekomi_store::{CASES_A_PAGE, Case, CaseLine, Filter, LINES_A_PAGE, Read, Store};

use super::args::{FromArgs, WhichArgs, seq_of};
use super::damages::Damages;
use super::show;
use crate::cli::print;
use crate::config::Settings;
use crate::error::{CliError, Exit};

/// Flags of `cases export`.
#[derive(Debug, Args)]
pub struct ExportArgs {
    #[command(flatten)]
    from: FromArgs,
    #[command(flatten)]
    which: WhichArgs,
    /// Print the lines of the list as CSV instead, with a head
    #[arg(long)]
    csv: bool,
    /// One JSON object a line, which it is anyway
    #[arg(long, conflicts_with = "csv")]
    ndjson: bool,
}

pub async fn run(args: ExportArgs, file: Settings) -> Result<Exit, CliError> {
    let desked = args.from.load(file)?;
    let filter = args.which.filter(&desked.desk)?;
    let store = desked.open().await?;
    let bar = progress(&*store, &filter).await?;
    let mut damages = Damages::default();
    let mut after = args.which.after.unwrap_or(0);
    let mut head = true;
    loop {
        let (text, read, last) = if args.csv {
            let lines = store.lines(after, LINES_A_PAGE, &filter).await?;
            let (read, last) = (lines.len(), lines.last().map(seq_of));
            let lines: Vec<_> = lines.into_iter().filter_map(|line| damages.line(line)).collect();
            let text = csv(&lines, head)?;
            head &= lines.is_empty();
            (text, read, last)
        } else {
            let cases = store.cases(after, CASES_A_PAGE, &filter).await?;
            let (read, last) = (cases.len(), cases.last().map(place_of));
            let mut text = Vec::new();
            for (case, faults) in cases.into_iter().filter_map(|case| damages.case(case)) {
                text.extend(show::record(&case, &faults)?);
                text.push(b'\n');
            }
            (text, read, last)
        };
        bar.suspend(|| if args.csv { print::csv(&text) } else { print::json(&text) })?;
        bar.inc(read as u64);
        match last {
            Some(last) => after = last,
            None => break,
        }
    }
    bar.finish_and_clear();
    Ok(damages.exit())
}

/// The place of a case in the store's sequence, readable or not.
fn place_of(case: &Read<Case>) -> i64 {
    case.as_ref().map_or_else(|damaged| damaged.seq, |case| case.line.seq)
}

/// The head of the CSV: the fields of [`CaseLine`]. An export of no case has it too.
const CSV_HEAD: [&str; 10] =
    ["seq", "number", "received_at", "status", "accepted", "module", "ruleset", "partner", "test", "locale"];

/// Lines as CSV (RFC 4180), with the head on the first page.
fn csv(lines: &[CaseLine], head: bool) -> Result<Vec<u8>, CliError> {
    let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(Vec::new());
    let failed = |error: String| CliError::Io("CSV".to_owned(), std::io::Error::other(error));
    if head {
        writer.write_record(CSV_HEAD).map_err(|error| failed(error.to_string()))?;
    }
    for line in lines {
        writer.serialize(line).map_err(|error| failed(error.to_string()))?;
    }
    writer.into_inner().map_err(|error| failed(error.to_string()))
}

/// A bar on stderr where somebody looks at it and the data goes elsewhere; the cases are counted for it alone.
async fn progress(store: &dyn Store, filter: &Filter) -> Result<ProgressBar, CliError> {
    if !print::is_watched_from_the_side() {
        return Ok(ProgressBar::hidden());
    }
    let bar = ProgressBar::with_draw_target(Some(store.count(filter).await?), ProgressDrawTarget::stderr());
    let style = ProgressStyle::with_template("{bar:40} {pos} of {len} cases, {eta} left");
    Ok(style.map_or(bar.clone(), |style| bar.with_style(style)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_names_the_fields_of_a_line_and_an_export_of_nothing_has_it() {
        let line = CaseLine {
            seq: 1,
            number: String::new(),
            received_at: 0,
            status: String::new(),
            accepted: true,
            module: String::new(),
            ruleset: String::new(),
            partner: None,
            test: false,
            locale: String::new(),
        };
        let mut named = csv::Writer::from_writer(Vec::new());
        named.serialize(&line).unwrap();
        assert_eq!(csv(std::slice::from_ref(&line), true).unwrap(), named.into_inner().unwrap());
        assert_eq!(csv(&[], true).unwrap(), (CSV_HEAD.join(",") + "\n").as_bytes());
        assert!(csv(&[], false).unwrap().is_empty());
    }
}
