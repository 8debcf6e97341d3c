//! The body of `export.made`: an entry of the register of exports.
//!
//! `{"purpose":"sales","cases":12,"fields":["/contact/company",…],"sha256":"…"}`

use kakekomi_core::form::Purpose;
use serde::{Deserialize, Serialize};

use crate::figures::MonthStatistics;

/// An entry of the register of exports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportRecord {
    /// The purpose, `sales` or `approved:2609-4873-1059.1`.
    pub purpose: String,
    /// The recipient; absent where nothing leaves the desk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipient: Option<String>,
    /// The number of cases in it; of statistics the rounded figure of [`rounded_cases`], which is published.
    pub cases: u64,
    /// The path patterns of the exported fields.
    pub fields: Vec<String>,
    /// SHA-256 of the output, 64 hexadecimal digits.
    pub sha256: String,
    /// The published statistics of months that were counted in this run. They are published unchanged ever after: a second
    /// count, after an erasure, would tell by the difference what was erased.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub statistics: Vec<MonthStatistics>,
}

impl ExportRecord {
    /// Returns the number of cases to show. The record of an earlier version may have the exact number beside the statistics.
    pub fn shown_cases(&self) -> u64 {
        if self.purpose == Purpose::Statistics.as_str() { rounded_cases(&self.statistics) } else { self.cases }
    }
}

/// Adds the published, rounded numbers of cases of months; a month that is withheld has none.
pub fn rounded_cases(months: &[MonthStatistics]) -> u64 {
    months.iter().filter_map(|month| month.cases).fold(0, u64::saturating_add)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statistics_show_the_published_figure_alone() {
        let month = |cases| MonthStatistics { month: "2026-10".to_owned(), cases, tables: Vec::new() };
        let record = |purpose: &str| ExportRecord {
            purpose: purpose.to_owned(),
            recipient: None,
            cases: 33,
            fields: Vec::new(),
            sha256: String::new(),
            statistics: vec![month(Some(35)), month(None)],
        };
        assert_eq!((record("statistics").shown_cases(), record("sales").shown_cases()), (35, 33));
    }
}
