//! `kakekomi cases export`: whole cases, one JSON object a line (as `cases show --json` prints one);
//! with `--csv` the columns of a list, for a spreadsheet.
//!
//! The draft, the reports and the receipt are the stored bytes. A few cases are read at a time. A damaged case is named on
//! stderr and has a member `damage`, or is left out where it cannot be read; the exit is 5 then.

use std::io::{self, IsTerminal};

use clap::Args;
use indicatif::ProgressBar;
use kakekomi_store::{CASES_A_PAGE, LINES_A_PAGE};

use super::args::{FilterArgs, seq_of};
use super::damages::Damages;
use super::show;
use crate::cli::print;
use crate::config::Settings;
use crate::error::{CliError, Exit};

/// Flags of `cases export`.
#[derive(Debug, Args)]
pub struct ExportArgs {
    #[command(flatten)]
    filter: FilterArgs,
    /// Print the lines of the list as CSV instead, with a head
    #[arg(long)]
    csv: bool,
    /// One JSON object a line, which it is anyway
    #[arg(long, conflicts_with = "csv")]
    ndjson: bool,
}

/// The head of the CSV: the fields of [`kakekomi_store::CaseLine`]. An export without cases has it too.
const CSV_HEAD: [&str; 10] =
    ["seq", "number", "received_at", "status", "accepted", "module", "ruleset", "partner", "test", "locale"];

pub async fn run(args: ExportArgs, file: Settings) -> Result<Exit, CliError> {
    let mut after = args.filter.after.unwrap_or(0);
    let (source, filter) = args.filter.load(file)?;
    let store = source.open().await?;
    // The cases are counted for the bar alone, so only where it is seen apart from the data.
    let bar = if io::stderr().is_terminal() && !io::stdout().is_terminal() {
        print::progress(store.count(&filter).await?, "{bar:40} {pos} of {len} cases, {eta} left")
    } else {
        ProgressBar::hidden()
    };
    let mut damages = Damages::default();
    let mut head = &CSV_HEAD[..];
    loop {
        let (read, last) = if args.csv {
            let lines = store.lines(after, LINES_A_PAGE, &filter).await?;
            let (read, last) = (lines.len(), lines.last().map(seq_of));
            let lines: Vec<_> = lines.into_iter().filter_map(|line| damages.line(line)).collect();
            bar.suspend(|| print::csv(head, &lines))?;
            head = &[];
            (read, last)
        } else {
            let cases = store.cases(after, CASES_A_PAGE, &filter).await?;
            let seq = cases.last().map(|case| case.as_ref().map_or_else(|damaged| damaged.seq, |case| case.line.seq));
            let read = cases.len();
            let mut text = Vec::new();
            for (case, faults) in cases.into_iter().filter_map(|case| damages.case(case)) {
                serde_json::to_writer(&mut text, &show::record(&case, &faults))?;
                text.push(b'\n');
            }
            bar.suspend(|| print::json(&text))?;
            (read, seq)
        };
        bar.inc(read as u64);
        let Some(last) = last else { break };
        after = last;
    }
    bar.finish_and_clear();
    Ok(damages.exit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use kakekomi_store::CaseLine;

    #[test]
    fn csv_head_names_the_fields_of_a_line() {
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
        assert!(named.into_inner().unwrap().starts_with((CSV_HEAD.join(",") + "\n").as_bytes()));
    }
}
