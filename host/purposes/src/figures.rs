//! The published figures of a month: rounded to 5, and `<10` for a cell under 10.
//!
//! malware 13, ransomware 9, 22 cases → `{"malware": 15, "ransomware": "<10"}`, 20 cases
//!
//! A reader of all tables of a month knows an interval for each figure, and that the cells of each table have the same sum: the
//! number of cases. A figure depends on its own number alone, so the rule itself tells nothing more. [`publish`] computes what
//! follows for each suppressed cell, and withholds the month if only one number is left for one of them. This decision
//! depends on the published figures alone as well.

use serde::{Deserialize, Serialize};

use crate::month::Month;
use crate::tables::Counts;

/// Cells with fewer cases are suppressed.
const SUPPRESSED_BELOW: u64 = 10;
/// Figures are rounded to multiples of it.
const ROUNDED_TO: u64 = 5;

/// A published figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Figure {
    /// A rounded number.
    Rounded(u64),
    /// A number under 10.
    Suppressed(Suppressed),
}

/// The word of a suppressed number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Suppressed {
    /// 0 to 9.
    #[serde(rename = "<10")]
    Under10,
}

/// A published table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishedTable {
    /// The path pattern of the field.
    pub field: String,
    /// The cells in the form's order.
    pub cells: Vec<PublishedCell>,
}

/// A published cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishedCell {
    /// The word of the answer, or `several`, `unknown`, `none`.
    pub answer: String,
    /// The number of cases.
    pub cases: Figure,
}

/// The published statistics of a month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonthStatistics {
    /// The month, `2026-10`.
    pub month: String,
    /// The number of cases, rounded; `None` for a month that is withheld.
    pub cases: Option<u64>,
    /// The tables; empty for a month that is withheld.
    pub tables: Vec<PublishedTable>,
}

/// Makes the figures of a month, or withholds it where they would determine a suppressed cell.
pub fn publish(month: Month, counts: &Counts) -> MonthStatistics {
    let month = month.to_string();
    let total = round(counts.cases);
    let tables: Vec<_> =
        counts.tables.iter().map(|(table, numbers)| published(&table.path, &table.cells, numbers)).collect();
    if is_safe(total, &tables) {
        MonthStatistics { month, cases: Some(total), tables }
    } else {
        MonthStatistics { month, cases: None, tables: Vec::new() }
    }
}

fn published(path: &str, cells: &[&str], numbers: &[u64]) -> PublishedTable {
    let cell =
        |(answer, number): (&&str, &u64)| PublishedCell { answer: (*answer).to_owned(), cases: Figure::of(*number) };
    PublishedTable { field: path.to_owned(), cells: cells.iter().zip(numbers).map(cell).collect() }
}

fn round(number: u64) -> u64 {
    number.saturating_add(ROUNDED_TO / 2) / ROUNDED_TO * ROUNDED_TO
}

impl Figure {
    fn of(number: u64) -> Figure {
        if number < SUPPRESSED_BELOW { Figure::Suppressed(Suppressed::Under10) } else { Figure::Rounded(round(number)) }
    }

    /// Returns the smallest and the largest number that it may stand for.
    fn interval(self) -> (u64, u64) {
        match self {
            Figure::Suppressed(Suppressed::Under10) => (0, SUPPRESSED_BELOW - 1),
            Figure::Rounded(rounded) => {
                let (least, most) = interval(rounded);
                (least.max(SUPPRESSED_BELOW), most)
            }
        }
    }
}

impl std::fmt::Display for Figure {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Figure::Rounded(rounded) => rounded.fmt(out),
            Figure::Suppressed(Suppressed::Under10) => write!(out, "<{SUPPRESSED_BELOW}"),
        }
    }
}

fn interval(rounded: u64) -> (u64, u64) {
    (rounded.saturating_sub(ROUNDED_TO / 2), rounded.saturating_add(ROUNDED_TO / 2))
}

/// Reports whether each suppressed cell may have two numbers at least, given all figures of the month.
///
/// The number of cases lies in the interval of the total and in that of the sum of each table. Given it, the tables are
/// independent, and a cell has the numbers between what the others leave at least and at most.
fn is_safe(total: u64, tables: &[PublishedTable]) -> bool {
    let sums: Vec<_> = tables.iter().map(sum).collect();
    let (least, most) = interval(total);
    let least = sums.iter().fold(least, |least, sum| least.max(sum.0));
    let most = sums.iter().fold(most, |most, sum| most.min(sum.1));
    let is_suppressed = |cell: &PublishedCell| cell.cases == Figure::Suppressed(Suppressed::Under10);
    tables.iter().zip(sums).filter(|(table, _)| table.cells.iter().any(is_suppressed)).all(|(_, (low, high))| {
        // What the other cells have at most, and at least: this one's own interval begins at 0.
        let others_most = high.saturating_sub(SUPPRESSED_BELOW - 1);
        let (from, to) = (least.saturating_sub(others_most), most.saturating_sub(low).min(SUPPRESSED_BELOW - 1));
        from < to
    })
}

fn sum(table: &PublishedTable) -> (u64, u64) {
    table
        .cells
        .iter()
        .map(|cell| cell.cases.interval())
        .fold((0, 0), |sum, (least, most)| (sum.0 + least, sum.1 + most))
}
