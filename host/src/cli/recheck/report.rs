//! What `recheck` prints: the cases that differ as they come, the counts in the end, a bar on a terminal.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, IsTerminal, Write as _};
use std::time::{Duration, Instant};

use kakekomi_sandbox::Digest;
use serde::Serialize;

use super::super::inert::inert;
use super::super::print;
use super::judge::{Difference, Finding, Kind, Said};
use crate::error::{CliError, Exit};

/// How often the bar moves.
const BAR: Duration = Duration::from_millis(200);
/// The head of the CSV.
const HEAD: [&str; 9] =
    ["seq", "number", "kind", "module", "accepted_before", "codes_before", "accepted_after", "codes_after", "failure"];
/// The bar's length in characters.
const BAR_WIDTH: u64 = 24;

/// How it is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// For people.
    Words,
    /// One object.
    Json,
    /// An object a line.
    Lines,
    /// Comma-separated values.
    Csv,
}

/// The counts.
#[derive(Debug, Serialize)]
struct Summary {
    module: String,
    cases: u64,
    same: u64,
    verdict: u64,
    words: u64,
    mismatch: u64,
    failed: u64,
    /// How many cases could not be judged since they are not as they were stored.
    damaged: u64,
    /// How many cases got each code that they did not have before.
    codes: BTreeMap<String, u64>,
    /// The last case that was judged: where `--after` goes on.
    last: i64,
    /// Whether nothing was left to judge.
    complete: bool,
}

/// A report under way.
#[derive(Debug)]
pub struct Report {
    shape: Shape,
    summary: Summary,
    of: u64,
    shown: Option<Instant>,
    printed: bool,
}

impl Report {
    /// Begins to print.
    pub fn begin(shape: Shape, module: &Digest, after: i64, of: u64) -> Result<Report, CliError> {
        let module = format!("sha256:{module}");
        match shape {
            Shape::Json => print::data(format!("{{\"module\":\"{module}\",\"differences\":[").as_bytes())?,
            Shape::Csv => print::data(&record(&HEAD)?)?,
            Shape::Words | Shape::Lines => {}
        }
        let summary = Summary {
            module,
            cases: 0,
            same: 0,
            verdict: 0,
            words: 0,
            mismatch: 0,
            failed: 0,
            damaged: 0,
            codes: BTreeMap::new(),
            last: after,
            complete: false,
        };
        Ok(Report { shape, summary, of, shown: None, printed: false })
    }

    /// Takes the next case in the store's order.
    pub fn take(&mut self, finding: &Finding) -> Result<(), CliError> {
        let summary = &mut self.summary;
        summary.cases += 1;
        summary.last = finding.seq;
        match (&finding.damaged, &finding.difference) {
            (Some(damaged), _) => {
                summary.damaged += 1;
                self.clear();
                print::words(&format!("kakekomi: {damaged}"));
            }
            (None, None) => summary.same += 1,
            (None, Some(difference)) => {
                *match difference.kind {
                    Kind::Verdict => &mut summary.verdict,
                    Kind::Words => &mut summary.words,
                    Kind::Mismatch => &mut summary.mismatch,
                    Kind::Failed => &mut summary.failed,
                } += 1;
                let after = difference.after.iter().flat_map(|said| &said.codes);
                for code in after.filter(|code| !difference.before.codes.contains(*code)) {
                    *summary.codes.entry(code.clone()).or_default() += 1;
                }
                self.print(difference)?;
            }
        }
        self.bar();
        Ok(())
    }

    fn print(&mut self, difference: &Difference) -> Result<(), CliError> {
        let first = !std::mem::replace(&mut self.printed, true);
        let Difference { seq, number, kind, before, after, failure, .. } = difference;
        match self.shape {
            Shape::Json => {
                let json = serde_json::to_vec(difference)?;
                print::data(&[if first { &b"\n"[..] } else { b",\n" }, &json].concat())
            }
            Shape::Lines => print::json_line(&serde_json::to_vec(difference)?),
            Shape::Csv => print::data(&csv(difference)?),
            Shape::Words => {
                let now = after.as_ref().map_or_else(|| failure.unwrap_or_default().to_owned(), said);
                let number = inert(number);
                let words = format!("{number}  {:<8}  {} → {now}  (seq {seq})", word(*kind), said(before));
                self.clear();
                print::line(words.as_bytes())
            }
        }
    }

    /// Ends the print; the exit of the command.
    pub fn end(mut self, stopped: bool) -> Result<Exit, CliError> {
        self.clear();
        let Report { shape, summary, of, .. } = &mut self;
        summary.complete = !stopped && summary.cases >= *of;
        match shape {
            Shape::Json => print::line(&[&b"\n],\"summary\":"[..], &serde_json::to_vec(summary)?, b"}"].concat())?,
            Shape::Words => print::line(words(summary).as_bytes())?,
            // Data stays a table: the counts are words.
            Shape::Lines | Shape::Csv => print::words(&words(summary)),
        }
        if stopped {
            print::words(&format!("kakekomi: stopped; --after {} goes on", summary.last));
        }
        if summary.damaged > 0 {
            return Ok(Exit::Io);
        }
        Ok(match (summary.failed + summary.mismatch, summary.verdict) {
            (0, 0) => Exit::Accepted,
            (0, _) => Exit::Issues,
            _ => Exit::Engine,
        })
    }

    /// Moves the bar, where somebody looks.
    fn bar(&mut self) {
        if self.shown.is_some_and(|shown| shown.elapsed() < BAR) || !io::stderr().is_terminal() {
            return;
        }
        self.shown = Some(Instant::now());
        let (cases, of) = (self.summary.cases, self.of.max(1));
        let full = cases.saturating_mul(BAR_WIDTH) / of;
        let bar: String = (0..BAR_WIDTH).map(|place| if place < full { '█' } else { '░' }).collect();
        let differ = cases - self.summary.same;
        let _ = write!(io::stderr(), "\r{bar} {cases} of {of}, {differ} differ ");
    }

    /// Takes the bar away.
    fn clear(&mut self) {
        if self.shown.take().is_some() {
            let _ = write!(io::stderr(), "\r\u{1b}[K");
        }
    }
}

fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Verdict => "verdict",
        Kind::Words => "words",
        Kind::Mismatch => "mismatch",
        Kind::Failed => "failed",
    }
}

fn said(said: &Said) -> String {
    let codes = said.codes.iter().map(String::as_str).collect::<Vec<_>>().join(" ");
    let codes = inert(&codes);
    if said.accepted { "accepted".to_owned() } else { format!("not accepted: {codes}") }
}

/// A difference as a line of CSV, with the fields of [`HEAD`].
fn csv(difference: &Difference) -> Result<Vec<u8>, CliError> {
    let Difference { seq, number, kind, module, before, after, failure } = difference;
    let codes = |said: &Said| said.codes.iter().map(String::as_str).collect::<Vec<_>>().join(" ");
    record(&[
        &seq.to_string(),
        number,
        word(*kind),
        module,
        &before.accepted.to_string(),
        &codes(before),
        &after.as_ref().map(|after| after.accepted.to_string()).unwrap_or_default(),
        &after.as_ref().map(codes).unwrap_or_default(),
        failure.unwrap_or_default(),
    ])
}

/// One line of CSV (RFC 4180).
fn record(fields: &[&str]) -> Result<Vec<u8>, CliError> {
    let failed = |error: String| CliError::Io("CSV".to_owned(), io::Error::other(error));
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(fields).map_err(|error| failed(error.to_string()))?;
    writer.into_inner().map_err(|error| failed(error.to_string()))
}

fn words(summary: &Summary) -> String {
    let Summary { module, cases, same, verdict, words, mismatch, failed, damaged, codes, last, .. } = summary;
    let mut text = format!(
        "{cases} cases against {module}: {same} the same, {verdict} with another verdict, {words} with other words"
    );
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_and_quotes_within_a_field_are_quoted() {
        let said = |code: &str| Said { accepted: false, codes: [code.to_owned()].into() };
        let difference = Difference {
            seq: 7,
            number: "1,2".to_owned(),
            kind: Kind::Verdict,
            module: "m".to_owned(),
            before: said("a\"b"),
            after: Some(said("c\nd")),
            failure: None,
        };
        let line = csv(&difference).unwrap();
        assert_eq!(String::from_utf8(line).unwrap(), "7,\"1,2\",verdict,m,false,\"a\"\"b\",false,\"c\nd\",\n");
    }
}
