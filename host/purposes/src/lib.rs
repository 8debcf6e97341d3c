//! Purposes of answers (clauses 1④⑤⑦⑧): a projection of a case's answers for a purpose, the refusal of any other use, and
//! statistics.
//!
//! ```text
//! project({"contact":{"company":"株式会社れい",…},"incident":{…}}, Purpose::Sales, [])  →  {"contact":{"company":"株式会社れい"}}
//! ExportRequest::read("training", None)                                            →  Refusal::Purpose
//! publish(counts of a month)                                                        →  {"ransomware":"<10","malware":15,…}
//! ```
//!
//! Everything is decided by the rows of the field table (`core/src/form`). The crate knows neither HTTP nor SQL, and no clock.

#![forbid(unsafe_code)]

mod figures;
mod month;
mod permission;
mod projection;
mod record;
mod rows;
mod tables;

pub use figures::{Figure, MonthStatistics, PublishedCell, PublishedTable, Suppressed, publish};
pub use month::Month;
pub use permission::{Approval, CaseFacts, ExportRequest, Grant, LeftOut, Refusal};
pub use projection::{exported_fields, project};
pub use record::{ExportRecord, rounded_cases};
pub use rows::{Row, rows, unknown_field};
pub use tables::{Counts, Table, tables};
