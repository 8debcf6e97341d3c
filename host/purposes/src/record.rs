//! The body of `export.made`: an entry of the register of exports.
//!
//! `{"purpose":"sales","cases":12,"fields":["/contact/company",…],"sha256":"…"}`

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
    /// The number of cases in it.
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
