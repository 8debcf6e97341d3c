//! The form of an approval in writing (clause 1⑧).
//!
//! purpose, recipient, a box for each field of the form under its section, the document and who signed it

use kakekomi_casework::APPROVAL_FIELD_PREFIX;
use kakekomi_core::message;
use kakekomi_purposes::{Row, rows};
use maud::{Markup, html};

use crate::frame::field::{FieldSet, Need};

/// Writes the fields.
pub fn fields(set: &FieldSet<'_>) -> Markup {
    let words = &set.visit.words().clause;
    html! {
        (set.line("purpose", "text", &words.approved_purpose, Need::Required))
        (set.line("recipient", "text", &words.approved_recipient, Need::Required))
        (set.group("fields", &words.approved_fields, &boxes(set)))
        (set.area("document", &words.approved_document, Need::Required))
        (set.line("sha256", "text", &words.approved_sha256, Need::Optional))
        (set.line("signed_by", "text", &words.signed_by, Need::Required))
    }
}

/// Writes the boxes of all fields that have a value, folded by section.
fn boxes(set: &FieldSet<'_>) -> Markup {
    let rows = rows();
    let is_section = |row: &&Row| row.path.matches('/').count() == 1;
    html! {
        @for section in rows.iter().filter(is_section) {
            @let within = format!("{}/", section.path);
            @let fields: Vec<_> = rows.iter().filter(|row| row.is_value() && (row.path == section.path || row.path.starts_with(&within))).collect();
            @let is_open = fields.iter().any(|row| set.typed.has(&name(row)));
            details open[is_open] {
                summary { (title(set, section)) }
                @for row in fields { (set.tick(&name(row), title(set, row), Need::Depends)) }
            }
        }
    }
}

fn name(row: &Row) -> String {
    format!("{APPROVAL_FIELD_PREFIX}{}", row.path)
}

fn title<'a>(set: &FieldSet<'_>, row: &'a Row) -> &'a str {
    message::title(&row.path, set.visit.locale).unwrap_or(&row.path)
}
