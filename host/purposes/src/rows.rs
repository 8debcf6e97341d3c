//! The rows of the field table with their path patterns.
//!
//! `/contact/company`, `/devices`, `/devices/*`, `/devices/*/os`: a section, record or list comes before its fields

use kakekomi_core::form::{Draft, Field, FieldKind};

/// A row with its path pattern; `*` is an entry of a list.
#[derive(Debug, Clone)]
pub struct Row {
    /// The pattern, such as `/devices/*/os`.
    pub path: String,
    /// The row.
    pub field: &'static Field,
}

impl Row {
    /// Reports whether the row has a value of its own: it is no section, record or list.
    pub fn is_value(&self) -> bool {
        !matches!(self.field.kind, FieldKind::Section(_) | FieldKind::Record(_) | FieldKind::List(..))
    }
}

/// Lists all rows in the form's order.
pub fn rows() -> Vec<Row> {
    let mut found = Vec::new();
    collect(Draft::FIELDS, "", &mut found);
    found
}

fn collect(fields: &'static [Field], parent: &str, found: &mut Vec<Row>) {
    for field in fields {
        let path = format!("{parent}/{}", field.name);
        found.push(Row { path: path.clone(), field });
        match field.kind {
            FieldKind::List(_, below) => collect(below, &format!("{path}/*"), found),
            kind => collect(kind.fields(), &path, found),
        }
    }
}

/// Finds the first path that names no row.
pub fn unknown_field(paths: &[String]) -> Option<&String> {
    let rows = rows();
    paths.iter().find(|path| rows.iter().all(|row| row.path != **path))
}
