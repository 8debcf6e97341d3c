//! `kakekomi stats --month 2026-10`: one-way tables over the coded answers of closed months (clause 1④).
//!
//! ```text
//! 2026-10: 125 cases, rounded to 5
//! /incident/kind     malware 45 · ransomware 25 · account_takeover <10 · …
//! ```
//!
//! Test cases and erased cases are not counted. Figures are rounded to 5, and cells under 10 are `<10`. Several months are as
//! many independent sets of tables: a total over months would be a further equation over the same cells. A month is counted
//! once; its figures are kept in the register of exports and printed unchanged afterwards, since a second count after an
//! erasure would tell by the difference what was erased. For the same reason nothing is counted while an entry of the register cannot
//! be opened, and of two runs at once both print the figures of the first entry.

use std::fmt::Write as _;

use clap::Args;
use kakekomi_purposes::{Counts, ExportRecord, Month, MonthStatistics, publish, rounded_cases, tables};
use kakekomi_sealing::Recipients;
use kakekomi_service::sealed_case::CaseReader;
use kakekomi_store::digest::sha256;
use kakekomi_store::{Appended, CASES_A_PAGE, Case, Filter, Store, clock, seq_of};
use serde_json::Value;

use super::args::FormatArgs;
use super::block_on::block_on;
use super::cases::{Damages, Source, SourceArgs, open_and_compare};
use super::export_record::{self, Register};
use super::print;
use crate::config::Settings;
use crate::error::{CliError, Exit};

/// Flags of `stats`.
#[derive(Debug, Args)]
pub struct StatsArgs {
    /// A closed calendar month of the desk's clock; several months are independent of each other
    #[arg(long = "month", value_name = "YYYY-MM", required = true, value_delimiter = ',')]
    months: Vec<String>,
    /// Print comma-separated values, a line for each cell
    #[arg(long, conflicts_with_all = ["json", "ndjson"])]
    csv: bool,
    #[command(flatten)]
    format: FormatArgs,
    #[command(flatten)]
    source: SourceArgs,
}

/// The months of a run.
#[derive(Debug, Default)]
struct Run {
    months: Vec<MonthStatistics>,
    /// Those that were counted in this run.
    counted: Vec<MonthStatistics>,
    damages: Damages,
}

/// Prints the statistics of months.
pub fn run(args: StatsArgs, file: Settings) -> Result<Exit, CliError> {
    block_on(statistics(args, file))?
}

async fn statistics(args: StatsArgs, file: Settings) -> Result<Exit, CliError> {
    let source = args.source.load(file)?;
    let months = args.months.iter().map(|month| closed_month(month, &source)).collect::<Result<Vec<_>, _>>()?;
    let reader = source.reader()?.ok_or(CliError::NoIdentity)?;
    let recipients = source.recipients()?;
    let store = source.open_to_write().await?;
    let published = Published::read(&*store, &reader).await?;
    let mut run = Run::default();
    for (month, since, until) in months {
        if let Some(known) = published.first(&month.to_string()) {
            run.months.push(known.clone());
        } else {
            published.require_whole()?;
            run.count(&*store, &reader, month, (since, until)).await?;
        }
    }
    let write = |months: &[MonthStatistics]| if args.csv { csv(months) } else { text(months, &args.format) };
    let output = write(&run.months)?;
    record(&*store, &recipients, &output, &run.counted).await?;
    // Another run may have published a month in between: the first entry in the chain counts for both.
    let mut months = run.months.clone();
    if !run.counted.is_empty() {
        let published = Published::read(&*store, &reader).await?;
        published.require_whole()?;
        for month in &mut months {
            if let Some(first) = published.first(&month.month) {
                *month = first.clone();
            }
        }
    }
    if months == run.months {
        print::data(&output)?;
    } else {
        let output = write(&months)?;
        record(&*store, &recipients, &output, &[]).await?;
        print::data(&output)?;
    }
    Ok(run.damages.exit())
}

/// Writes the entry of an output in the register of exports, with the months that were counted for it.
async fn record(
    store: &dyn Store,
    recipients: &Recipients,
    output: &[u8],
    counted: &[MonthStatistics],
) -> Result<(), CliError> {
    let record = ExportRecord {
        purpose: "statistics".to_owned(),
        recipient: None,
        cases: rounded_cases(counted),
        fields: tables().into_iter().map(|table| table.path).collect(),
        sha256: sha256(output),
        statistics: counted.to_vec(),
    };
    let event = export_record::event(recipients, &record)?;
    let outcome = store.append(vec![event]).await.map_err(CliError::NotRecorded)?;
    if !matches!(outcome.first(), Some(Appended::Stored { .. })) {
        return Err(CliError::Usage("the export cannot be recorded".to_owned()));
    }
    Ok(())
}

/// The register of exports, as far as it decides which months were published.
struct Published(Register);

impl Published {
    async fn read(store: &dyn Store, reader: &CaseReader) -> Result<Published, CliError> {
        export_record::read(store, reader).await.map(Published)
    }

    /// Finds the statistics of a month that were published first.
    fn first(&self, month: &str) -> Option<&MonthStatistics> {
        // The register begins with the last entry.
        self.0.records.iter().rev().flat_map(|record| &record.statistics).find(|known| known.month == month)
    }

    /// Refuses a register that may have published a month unseen: a second count would tell what was erased in between.
    fn require_whole(&self) -> Result<(), CliError> {
        match self.0.unopened {
            0 => Ok(()),
            unopened => Err(CliError::Usage(format!(
                "{unopened} entries of the register of exports cannot be opened, so a month could be counted twice: name a file \
                 with --identity that has the identity of that time beside the present one"
            ))),
        }
    }
}

/// Reads a month, with its beginning and its end by the desk's clock.
fn closed_month(text: &str, source: &Source) -> Result<(Month, i64, i64), CliError> {
    let month = Month::read(text).ok_or_else(|| CliError::Usage(format!("{text} is no month: write 2026-10")))?;
    let offset = &source.desk.profile().calendar.offset;
    let start = |month: Month| clock::parse_local(&month.first_day(), offset);
    match (start(month), start(month.next())) {
        (Some(since), Some(until)) if until <= clock::now() => Ok((month, since, until)),
        _ => Err(CliError::Usage(format!("{month} has not ended: statistics are of closed months"))),
    }
}

impl Run {
    /// Counts the cases of a month.
    async fn count(
        &mut self,
        store: &dyn Store,
        reader: &CaseReader,
        month: Month,
        (since, until): (i64, i64),
    ) -> Result<(), CliError> {
        let filter = Filter { since: Some(since), until: Some(until), test: Some(false), ..Filter::default() };
        let (mut counts, mut after) = (Counts::new(), 0);
        loop {
            let cases = store.cases(after, CASES_A_PAGE, &filter).await?;
            let Some(last) = cases.last() else { break };
            after = seq_of(last);
            for case in cases {
                if let Some(case) = self.damages.readable(case) {
                    self.add(reader, &case, &mut counts);
                }
            }
        }
        let statistics = publish(month, &counts);
        if statistics.cases.is_none() {
            print::words(&format!("kakekomi: {month} is withheld: its figures would determine a cell under 10"));
        }
        self.counted.push(statistics.clone());
        self.months.push(statistics);
        Ok(())
    }

    /// Adds a case. One that cannot be read, or has an answer that the form does not have now, is named and not counted.
    fn add(&mut self, reader: &CaseReader, case: &Case, counts: &mut Counts) {
        if case.line.is_erased() {
            return;
        }
        let mut faults = case.faults();
        let opened = open_and_compare(reader, case, &mut faults).filter(|_| faults.is_empty());
        let report = opened.and_then(|opened| serde_json::from_slice::<Value>(&opened.report).ok());
        let is_counted = report.and_then(|report| Some(counts.add(report.get("values")?))).unwrap_or(false);
        if !is_counted {
            faults.push("it is not counted".to_owned());
        }
        self.damages.name_faults(&case.line, &faults);
    }
}

fn text(months: &[MonthStatistics], format: &FormatArgs) -> Result<Vec<u8>, CliError> {
    if format.json {
        return Ok([serde_json::to_vec(months)?, b"\n".to_vec()].concat());
    }
    let mut text = String::new();
    for month in months {
        if format.ndjson {
            text.push_str(&serde_json::to_string(month)?);
        } else {
            readable(month, &mut text);
        }
        text.push('\n');
    }
    Ok(text.into_bytes())
}

fn readable(month: &MonthStatistics, text: &mut String) {
    let cases = month.cases.map_or_else(|| "withheld".to_owned(), |cases| format!("{cases} cases, rounded to 5"));
    let _ = writeln!(text, "{}: {cases}", month.month);
    for table in &month.tables {
        let _ = writeln!(text, "  {}", table.field);
        for cell in &table.cells {
            let _ = writeln!(text, "    {:<22} {:>6}", cell.answer, cell.cases.to_string());
        }
    }
}

/// Writes a line for each cell; the number of cases is in a line without a field.
fn csv(months: &[MonthStatistics]) -> Result<Vec<u8>, CliError> {
    let mut lines = Vec::new();
    for month in months {
        let cases = month.cases.map_or_else(|| "withheld".to_owned(), |cases| cases.to_string());
        lines.push((month.month.as_str(), "", "", cases));
        for table in &month.tables {
            let cells = table.cells.iter();
            lines.extend(cells.map(|cell| {
                (month.month.as_str(), table.field.as_str(), cell.answer.as_str(), cell.cases.to_string())
            }));
        }
    }
    print::csv_bytes(&["month", "field", "answer", "cases"], &lines)
}
