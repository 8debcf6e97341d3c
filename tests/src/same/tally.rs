//! Counts of a run: drafts that were JSON, drafts that were accepted, and occurrences of each code.

use std::fmt::{self, Write as _};

use kakekomi_core::Code;

use super::Answer;

/// Counts of a run.
#[derive(Debug, Clone)]
pub struct Tally {
    /// Drafts.
    pub drafts: u64,
    /// Those whose text was JSON and whose context could be used.
    pub parsed: u64,
    /// Those that were accepted.
    pub accepted: u64,
    /// Those whose context could not be used.
    pub failures: u64,
    codes: Vec<u64>,
}

impl Default for Tally {
    fn default() -> Tally {
        Tally { drafts: 0, parsed: 0, accepted: 0, failures: 0, codes: vec![0; Code::ALL.len()] }
    }
}

impl Tally {
    /// Counts an answer of the native core.
    pub fn count(&mut self, answer: &Answer) {
        self.drafts += 1;
        let Ok(report) = answer else {
            self.failures += 1;
            return;
        };
        let report = std::str::from_utf8(report).expect("reports are UTF-8");
        self.accepted += u64::from(report.contains(r#","accepted":true,"#));
        let mut is_text = true;
        // Within a JSON string the quotes would be escaped, so this finds members alone.
        for (at, mark) in report.match_indices(r#""code":""#) {
            let word = report[at + mark.len()..].split('"').next().unwrap_or_default();
            is_text &= !word.starts_with("text.");
            let code = Code::read(word).expect("every code is in the list");
            self.codes[code as usize] += 1;
        }
        self.parsed += u64::from(is_text);
    }

    /// Adds another thread's counts.
    pub fn add(&mut self, other: &Tally) {
        self.drafts += other.drafts;
        self.parsed += other.parsed;
        self.accepted += other.accepted;
        self.failures += other.failures;
        for (mine, others) in self.codes.iter_mut().zip(&other.codes) {
            *mine += others;
        }
    }

    /// Lists the codes that no report had.
    pub fn silent(&self) -> Vec<&'static str> {
        let codes = Code::ALL.iter().zip(&self.codes);
        codes.filter(|(_, count)| **count == 0).map(|(code, _)| code.as_str()).collect()
    }
}

impl fmt::Display for Tally {
    /// A line of shares, then each code with its count, three in a row.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let share = |part: u64| part * 1000 / self.drafts.max(1);
        let percent = |part: u64| format!("{}.{} %", share(part) / 10, share(part) % 10);
        writeln!(
            out,
            "{} drafts: {} past parsing, {} accepted, {} with a context of no use",
            self.drafts,
            percent(self.parsed),
            percent(self.accepted),
            percent(self.failures)
        )?;
        let mut rows = String::new();
        for (index, (code, count)) in Code::ALL.iter().zip(&self.codes).enumerate() {
            let end = if index % 3 == 2 { '\n' } else { ' ' };
            let _ = write!(rows, "  {:<28}{count:>10}{end}", code.as_str());
        }
        writeln!(out, "{}", rows.trim_end())?;
        let silent = self.silent();
        if silent.is_empty() {
            writeln!(out, "all {} codes were reached", Code::ALL.len())
        } else {
            writeln!(out, "never reached: {}", silent.join(", "))
        }
    }
}
