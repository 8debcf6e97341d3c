//! `kakekomi cases export`: whole cases, one JSON object a line (as `cases show --json` prints one);
//! with `--json` one list of all, with `--csv` the columns of a list, for a spreadsheet.
//!
//! The draft, the reports and the receipt are the stored bytes. A few cases are read at a time, and their events
//! `case.exported` are durable before they are printed. Without an identity the contents are null; the CSV has clear columns
//! alone. A damaged case is named on stderr and has a member `damage`; an unreadable one is left out. The exit code is 5
//! in both cases.
//!
//! Without a purpose it is the desk's own work (clause 1①), with everything that is kept of a case. `--purpose` exports the
//! answers that the purpose may use, and refuses any other use (`purpose.rs`).

use std::borrow::Cow;
use std::io::{self, IsTerminal};

use clap::Args;
use indicatif::ProgressBar;
use kakekomi_purposes::ExportRequest;
use kakekomi_store::{CASES_A_PAGE, CaseLine, EventKind, Filter, LINES_A_PAGE, Store, seq_of};
use serde::Serialize;

use super::args::FilterArgs;
use super::damages::Damages;
use super::purpose;
use super::reading::Reading;
use super::record::Record;
use super::show::open_for;
use crate::cli::args::FormatArgs;
use crate::cli::print;
use crate::config::Settings;
use crate::error::{CliError, Exit};

/// Flags of `cases export`.
#[derive(Debug, Args)]
pub struct ExportArgs {
    #[command(flatten)]
    filter: FilterArgs,
    /// Print the lines of the list as CSV instead, with a head
    #[arg(long, conflicts_with_all = ["json", "ndjson"])]
    csv: bool,
    /// Print the answers that this purpose may use: service, subcontract, sales, or approved:ID
    #[arg(long, value_name = "PURPOSE", conflicts_with = "csv")]
    purpose: Option<String>,
    /// The organization, or the recipient that an approval names
    #[arg(long, value_name = "TEXT", requires = "purpose")]
    recipient: Option<String>,
    #[command(flatten)]
    format: FormatArgs,
}

/// The head of the CSV: the fields of [`kakekomi_store::CaseLine`]. An export without cases has it too.
const CSV_HEAD: [&str; 17] = [
    "seq",
    "number",
    "received_at",
    "status",
    "accepted",
    "module",
    "ruleset",
    "partner",
    "test",
    "locale",
    "kind",
    "ongoing",
    "services",
    "outcome",
    "assignee",
    "urgency",
    "held",
];

pub async fn run(args: ExportArgs, file: Settings) -> Result<Exit, CliError> {
    let after = args.filter.after.unwrap_or(0);
    let request = args.purpose.map(|purpose| ExportRequest::read(&purpose, args.recipient.as_deref())).transpose()?;
    let (source, filter) = args.filter.load(file)?;
    if let Some(request) = request {
        return purpose::run(request, &source, filter, after, args.format.json).await;
    }
    if args.csv {
        let store = source.open().await?;
        return Export::begin(&*store, filter, after).await?.csv().await;
    }
    let reading = Reading::new(source.reader()?, EventKind::CaseExported, "cases export");
    let store = open_for(&source, &reading).await?;
    Export::begin(&*store, filter, after).await?.records(&reading, args.format.json).await
}

/// The state of an export.
struct Export<'a> {
    store: &'a dyn Store,
    filter: Filter,
    after: i64,
    bar: ProgressBar,
    damages: Damages,
}

impl Export<'_> {
    async fn begin(store: &dyn Store, filter: Filter, after: i64) -> Result<Export<'_>, CliError> {
        // The cases are counted for the bar alone, so only where it is seen apart from the data.
        let bar = if io::stderr().is_terminal() && !io::stdout().is_terminal() {
            print::progress(store.count(&filter).await?, "{bar:40} {pos} of {len} cases, {eta} left")
        } else {
            ProgressBar::hidden()
        };
        Ok(Export { store, filter, after, bar, damages: Damages::default() })
    }

    /// Prints one list of all cases, or a case a line.
    async fn records(mut self, reading: &Reading, as_list: bool) -> Result<Exit, CliError> {
        let mut is_first = true;
        loop {
            let cases = self.store.cases(self.after, CASES_A_PAGE, &self.filter).await?;
            let Some(last) = cases.last() else { break };
            self.after = seq_of(last);
            let read = cases.len();
            let cases = cases.into_iter().filter_map(|case| self.damages.readable(case)).collect();
            let mut text = Vec::new();
            for shown in reading.open(self.store, cases).await? {
                self.damages.name_faults(&shown.case.line, &shown.faults);
                if as_list {
                    text.push(if is_first { b'[' } else { b',' });
                }
                is_first = false;
                serde_json::to_writer(&mut text, &Record::from(&shown))?;
                text.push(b'\n');
            }
            self.bar.suspend(|| print::json(&text))?;
            self.bar.inc(read as u64);
        }
        if as_list {
            print::line(if is_first { "[]" } else { "]" })?;
        }
        Ok(self.end())
    }

    async fn csv(mut self) -> Result<Exit, CliError> {
        let mut head = &CSV_HEAD[..];
        loop {
            let lines = self.store.lines(self.after, LINES_A_PAGE, &self.filter).await?;
            let (read, last) = (lines.len(), lines.last().map(seq_of));
            let lines: Vec<_> = lines.into_iter().filter_map(|line| self.damages.line(line)).collect();
            let lines: Vec<_> = lines.iter().map(CsvLine::from).collect();
            self.bar.suspend(|| print::csv(head, &lines))?;
            head = &[];
            let Some(last) = last else { break };
            self.after = last;
            self.bar.inc(read as u64);
        }
        Ok(self.end())
    }

    fn end(self) -> Exit {
        self.bar.finish_and_clear();
        self.damages.exit()
    }
}

/// A line of the CSV, whose library takes no flattened fields.
#[derive(Debug, Serialize)]
struct CsvLine<'a> {
    seq: i64,
    number: &'a str,
    received_at: i64,
    status: &'a str,
    accepted: bool,
    module: &'a str,
    ruleset: &'a str,
    partner: Option<Cow<'a, str>>,
    test: bool,
    locale: &'a str,
    kind: Option<&'a str>,
    ongoing: Option<&'a str>,
    services: Option<&'a str>,
    outcome: Option<&'a str>,
    assignee: Option<Cow<'a, str>>,
    urgency: Option<&'a str>,
    held: bool,
}

impl<'a> From<&'a CaseLine> for CsvLine<'a> {
    fn from(line: &'a CaseLine) -> CsvLine<'a> {
        CsvLine {
            seq: line.seq,
            number: &line.number,
            received_at: line.received_at,
            status: &line.status,
            accepted: line.accepted,
            module: &line.module,
            ruleset: &line.ruleset,
            partner: line.partner.as_deref().map(text_cell),
            test: line.test,
            locale: &line.locale,
            kind: line.coded.kind.as_deref(),
            ongoing: line.coded.ongoing.as_deref(),
            services: line.coded.services.as_deref(),
            outcome: line.outcome.as_deref(),
            assignee: line.assignee.as_deref().map(text_cell),
            urgency: line.urgency.as_deref(),
            held: line.held,
        }
    }
}

/// Makes a name that a spreadsheet takes as text: `=1+1` → `'=1+1`. It would compute what begins with one of these characters,
/// also after white space or in full width.
fn text_cell(name: &str) -> Cow<'_, str> {
    let is_formula = name.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
    if is_formula || name.starts_with(char::is_whitespace) { Cow::Owned(format!("'{name}")) } else { name.into() }
}

#[cfg(test)]
mod tests {
    use kakekomi_store::CodedAnswers;

    use super::*;

    #[test]
    fn a_name_that_a_spreadsheet_would_compute_begins_with_an_apostrophe() {
        for formula in ["=1+1", "+81", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1", "＋1", "－1", "＠A1"] {
            assert_eq!(text_cell(formula), format!("'{formula}"));
        }
        for plain in ["sato", "", "a=1", "佐藤", "'=1", "kk_live_1"] {
            assert_eq!(text_cell(plain), plain);
        }
    }

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
            coded: CodedAnswers::default(),
            outcome: None,
            assignee: None,
            urgency: None,
            held: false,
        };
        let mut named = csv::Writer::from_writer(Vec::new());
        named.serialize(CsvLine::from(&line)).unwrap();
        assert!(named.into_inner().unwrap().starts_with((CSV_HEAD.join(",") + "\n").as_bytes()));
        let serde_json::Value::Object(members) = serde_json::to_value(&line).unwrap() else { panic!("no object") };
        assert_eq!(members.len(), CSV_HEAD.len(), "a field of a line is not in the CSV");
    }
}
