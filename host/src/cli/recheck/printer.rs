//! Output of `recheck`: the differences as they are found, the counts at the end, a bar on a terminal.
//!
//! `KD4-J43-MGD  verdict   accepted → not accepted: phone.invalid  (seq 12)`

use std::collections::BTreeMap;
use std::fmt::Write as _;

use indicatif::ProgressBar;
use kakekomi_sandbox::Digest;
use serde::Serialize;

use super::judge::{Comparison, Difference, Kind, Outcome, ShortVerdict};
use crate::cli::inert::inert;
use crate::cli::print;
use crate::error::{CliError, Exit};

/// The head of the CSV.
const CSV_HEAD: [&str; 9] =
    ["seq", "number", "kind", "module", "accepted_before", "codes_before", "accepted_after", "codes_after", "failure"];

/// The output format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Text,
    /// One object.
    Json,
    /// An object a line.
    Lines,
    /// Comma-separated values.
    Csv,
}

/// The counts.
#[derive(Debug, Default, Serialize)]
struct Summary {
    module: String,
    cases: u64,
    same: u64,
    verdict: u64,
    words: u64,
    mismatch: u64,
    failed: u64,
    /// Cases that were not judged, since they are not as they were stored.
    damaged: u64,
    /// Cases that were erased.
    erased: u64,
    /// The number of cases that got a code which they did not have before, by code.
    codes: BTreeMap<String, u64>,
    /// The last case that was judged; `--after` goes on there.
    last: i64,
    /// `true` if nothing was left to judge.
    complete: bool,
}

/// An output under way.
#[derive(Debug)]
pub struct Printer {
    format: Format,
    summary: Summary,
    total: u64,
    bar: ProgressBar,
}

impl Printer {
    /// Prints the beginning.
    pub fn begin(format: Format, module: &Digest, after: i64, total: u64) -> Result<Printer, CliError> {
        let module = format!("sha256:{module}");
        match format {
            Format::Json => print::data(format!("{{\"module\":\"{module}\",\"differences\":[").as_bytes())?,
            Format::Csv => print::csv(&CSV_HEAD, &[(); 0])?,
            Format::Text | Format::Lines => {}
        }
        let bar = print::progress(total, "{bar:24} {pos} of {len}, {msg} differ").with_message("0");
        Ok(Printer { format, summary: Summary { module, last: after, ..Summary::default() }, total, bar })
    }

    /// Counts the next case in the store's order, and prints its difference.
    pub fn take(&mut self, comparison: Comparison) -> Result<(), CliError> {
        let summary = &mut self.summary;
        summary.cases += 1;
        summary.last = comparison.seq;
        match comparison.outcome {
            Ok(Outcome::Same) => summary.same += 1,
            Ok(Outcome::Erased) => summary.erased += 1,
            Ok(Outcome::Differs(difference)) => {
                summary.count(&difference);
                self.bar.suspend(|| self.print(&difference))?;
            }
            Err(damaged) => {
                summary.damaged += 1;
                self.bar.suspend(|| print::words(&format!("kakekomi: {damaged}")));
            }
        }
        self.bar.set_message((self.summary.cases - self.summary.same - self.summary.erased).to_string());
        self.bar.inc(1);
        Ok(())
    }

    fn print(&self, difference: &Difference) -> Result<(), CliError> {
        let Difference { seq, number, kind, before, after, failure, .. } = difference;
        match self.format {
            Format::Json => {
                let separator = if self.summary.differences() == 1 { "\n" } else { ",\n" };
                print::json(&[separator.as_bytes(), &serde_json::to_vec(difference)?].concat())
            }
            Format::Lines => print::record(difference),
            Format::Csv => print::csv(&[], &[difference.row()]),
            Format::Text => {
                let after = after.as_ref().map_or_else(|| failure.unwrap_or_default().to_owned(), words);
                print::line(format!("{}  {:<8}  {} → {after}  (seq {seq})", inert(number), kind, words(before)))
            }
        }
    }

    /// Prints the end; returns the exit code of the command.
    pub fn end(self, stopped: bool) -> Result<Exit, CliError> {
        self.bar.finish_and_clear();
        let mut summary = self.summary;
        summary.complete = !stopped && summary.cases >= self.total;
        match self.format {
            Format::Json => {
                print::line([&b"\n],\"summary\":"[..], &serde_json::to_vec(&summary)?, b"}"].concat())?;
            }
            Format::Text => print::line(summary.words())?,
            // The counts would be no row of the data.
            Format::Lines | Format::Csv => print::words(&summary.words()),
        }
        if stopped {
            print::words(&format!("kakekomi: stopped; --after {} goes on", summary.last));
        }
        Ok(match (summary.damaged, summary.failed + summary.mismatch, summary.verdict) {
            (1.., ..) => Exit::Io,
            (_, 1.., _) => Exit::Engine,
            (.., 1..) => Exit::Issues,
            (0, 0, 0) => Exit::Accepted,
        })
    }
}

impl Summary {
    fn count(&mut self, difference: &Difference) {
        *match difference.kind {
            Kind::Verdict => &mut self.verdict,
            Kind::Words => &mut self.words,
            Kind::Mismatch => &mut self.mismatch,
            Kind::Failed => &mut self.failed,
        } += 1;
        let after = difference.after.iter().flat_map(|after| &after.codes);
        for code in after.filter(|code| !difference.before.codes.contains(*code)) {
            *self.codes.entry(code.clone()).or_default() += 1;
        }
    }

    fn differences(&self) -> u64 {
        self.verdict + self.words + self.mismatch + self.failed
    }

    fn words(&self) -> String {
        let Summary { module, cases, same, verdict, words, mismatch, failed, damaged, erased, codes, last, .. } = self;
        let mut text = format!(
            "{cases} cases against {module}: {same} the same, {verdict} with another verdict, {words} with other words"
        );
        if *erased > 0 {
            _ = write!(text, "\n{erased} erased, with nothing to judge");
        }
        if *mismatch > 0 {
            _ = write!(text, "\n{mismatch} MISMATCHED: the module that judged them says something else now");
        }
        if *failed > 0 {
            _ = write!(text, "\n{failed} FAILED: the module gave no report");
        }
        if *damaged > 0 {
            _ = write!(text, "\n{damaged} DAMAGED: they are not as they were stored, and were not judged");
        }
        for (code, count) in codes {
            _ = write!(text, "\n  {} in {count}", inert(code));
        }
        _ = write!(text, "\nlast: seq {last}");
        text
    }
}

fn words(verdict: &ShortVerdict) -> String {
    if verdict.accepted { "accepted".to_owned() } else { format!("not accepted: {}", inert(&verdict.joined_codes())) }
}
