//! One-way tables over coded fields: each case is in exactly one cell of each table.
//!
//! `/incident/kind`: malware, ransomware, …, unknown, none · `/incident/priorities`: by the first one ·
//! `/logs/*/kind`: a case with logs of several kinds is in the cell `several`
//!
//! The tables of a month share its number of cases and nothing else, which `figures.rs` relies on. So a list has one table,
//! that of its first coded field: a second one would share the cases without entries. A confirmation that is always true
//! (`price_notice`) has no table: it would be the sum of the cells of its neighbour.

use std::collections::BTreeSet;

use kakekomi_core::form::{FieldKind, Purpose, Requirement};
use serde_json::Value;

use crate::projection::is_unknown;
use crate::rows::{Row, rows};

/// The cell of a list whose entries have different answers.
const SEVERAL: &str = "several";
/// The cell of the answer 分からない.
const UNKNOWN: &str = "unknown";
/// The cell of cases without an answer.
const NONE: &str = "none";
/// The words of a flag.
const FLAG: [&str; 2] = ["true", "false"];

/// A table: a coded field with its cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// The path pattern of the field.
    pub path: String,
    /// The words of the cells, in the form's order.
    pub cells: Vec<&'static str>,
}

/// Lists the tables in the form's order. A cell that no accepted case can be in is left out: it would hide nothing.
pub fn tables() -> Vec<Table> {
    let rows = rows();
    let coded = rows.iter().filter(|row| words(row).is_some() && row.field.spec.purposes.allows(Purpose::Statistics));
    let mut lists = BTreeSet::new();
    let chosen = coded.filter(|row| row.path.split_once("/*").is_none_or(|(list, _)| lists.insert(list.to_owned())));
    chosen.map(|row| table(row, &rows)).collect()
}

fn words(row: &Row) -> Option<&'static [&'static str]> {
    match row.field.kind {
        FieldKind::Choice(words) | FieldKind::Ordered(words) => Some(words),
        FieldKind::Flag => Some(&FLAG),
        _ => None,
    }
}

fn table(row: &Row, rows: &[Row]) -> Table {
    let above =
        |other: &&Row| row.path.strip_prefix(&other.path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let way: Vec<&Row> = rows.iter().filter(above).collect();
    let is_section = |row: &Row| matches!(row.field.kind, FieldKind::Section(_));
    let mut cells = words(row).unwrap_or_default().to_vec();
    if row.path.contains("/*") {
        cells.push(SEVERAL);
    }
    if way.iter().any(|row| row.field.spec.unknown) {
        cells.push(UNKNOWN);
    }
    if way.iter().any(|row| !is_section(row) && row.field.spec.requirement != Requirement::Required) {
        cells.push(NONE);
    }
    Table { path: row.path.clone(), cells }
}

impl Table {
    /// Finds the cell of a case by the `values` of its report; `None` for an answer that the form does not have now.
    fn cell(&self, values: &Value) -> Option<usize> {
        let path: Vec<_> = self.path.split('/').skip(1).collect();
        let word = word(Some(values), &path)?;
        self.cells.iter().position(|cell| *cell == word)
    }
}

/// Finds the word of the answer at a path; `None` for a value of another kind.
fn word<'v>(value: Option<&'v Value>, path: &[&str]) -> Option<&'v str> {
    match (path.split_first(), value) {
        (_, None) => Some(NONE),
        (_, Some(value)) if is_unknown(value) => Some(UNKNOWN),
        (Some((&"*", rest)), Some(Value::Array(entries))) => {
            let words: Option<BTreeSet<_>> = entries.iter().map(|entry| word(Some(entry), rest)).collect();
            let words = words?;
            Some(if words.len() > 1 { SEVERAL } else { words.first().copied().unwrap_or(NONE) })
        }
        (Some((name, rest)), Some(Value::Object(members))) => word(members.get(*name), rest),
        (None, Some(Value::String(word))) => Some(word),
        (None, Some(Value::Bool(flag))) => Some(if *flag { FLAG[0] } else { FLAG[1] }),
        // Several words in the applicant's order: the most important one counts.
        (None, Some(Value::Array(words))) => words.first().map_or(Some(NONE), Value::as_str),
        _ => None,
    }
}

/// Numbers of cases by table and cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counts {
    /// The number of cases.
    pub cases: u64,
    /// The tables, each with the number of each cell.
    pub tables: Vec<(Table, Vec<u64>)>,
}

impl Counts {
    /// Begins with no case.
    pub fn new() -> Counts {
        let empty = |table: Table| {
            let cells = vec![0; table.cells.len()];
            (table, cells)
        };
        Counts { cases: 0, tables: tables().into_iter().map(empty).collect() }
    }

    /// Adds a case. False if an answer of it is in no cell: such a case is in no table, so that all have the same cases.
    #[must_use]
    pub fn add(&mut self, values: &Value) -> bool {
        let cells: Option<Vec<_>> = self.tables.iter().map(|(table, _)| table.cell(values)).collect();
        let Some(cells) = cells else { return false };
        for ((_, counts), cell) in self.tables.iter_mut().zip(cells) {
            if let Some(count) = counts.get_mut(cell) {
                *count = count.saturating_add(1);
            }
        }
        self.cases = self.cases.saturating_add(1);
        true
    }
}

impl Default for Counts {
    fn default() -> Counts {
        Counts::new()
    }
}
