//! The form of an approval in writing (clause 1⑧).
//!
//! purpose, recipient, a box for each field of the form under its section, the document with its file or digest, and who signed it

use kakekomi_casework::{APPROVAL_FIELD_PREFIX, CaseView, FileView, ShownEvent};
use kakekomi_core::message;
use kakekomi_purposes::{Row, rows};
use kakekomi_store::EventKind;
use maud::{Markup, html};

use crate::frame::field::{FieldSet, Need};
use crate::frame::inert;

/// Writes the fields.
pub fn fields(set: &FieldSet<'_>, view: &CaseView) -> Markup {
    let words = &set.visit.words().clause;
    let files = view.files.iter().filter(|file| file.line.state.is_complete());
    let files: Vec<_> = files.map(|file| (file.line.id.to_string(), name_of(file))).collect();
    let files: Vec<_> = files.iter().map(|(id, name)| (id.as_str(), name.as_str())).collect();
    html! {
        (set.line("purpose", "text", &words.approved_purpose, Need::Required))
        (set.line("recipient", "text", &words.approved_recipient, Need::Required))
        (set.group("fields", &words.approved_fields, &boxes(set)))
        (set.area("document", &words.approved_document, Need::Required))
        (set.line("sha256", "text", &words.approved_sha256, Need::Depends))
        @if !files.is_empty() { (set.select_or("file", &words.approved_file, &words.approved_no_file, &files)) }
        (set.line("signed_by", "text", &words.signed_by, Need::Required))
    }
}

/// Writes the choice of an approval that has not ended, and the reason.
pub fn end_fields(set: &FieldSet<'_>, view: &CaseView) -> Markup {
    let words = &set.visit.words();
    let open = open_approvals(view);
    let names: Vec<_> =
        open.iter().map(|(id, recipient)| (*id, inert::visible(&format!("{id} {recipient}")))).collect();
    let options: Vec<_> = names.iter().map(|(id, name)| (*id, name.as_str())).collect();
    html! {
        (set.select("approval", words.coded.member.get("approval"), Need::Required, &options))
        (set.area("reason", &words.action.withdrawn_by, Need::Required))
    }
}

/// Lists the ids of the approvals that have not ended, with their recipients.
pub fn open_approvals(view: &CaseView) -> Vec<(&str, &str)> {
    let of = |kind: EventKind| view.timeline.iter().filter(move |event| event.kind == kind.as_str());
    let ended: Vec<_> = of(EventKind::ApprovalEnded).filter_map(|event| text(event, "approval")).collect();
    let attached = of(EventKind::ApprovalAttached)
        .filter_map(|event| Some((text(event, "approval")?, text(event, "recipient").unwrap_or_default())));
    attached.filter(|(id, _)| !ended.contains(id)).collect()
}

fn text<'a>(event: &'a ShownEvent, name: &str) -> Option<&'a str> {
    event.body.as_ref()?.get(name)?.as_str()
}

/// Returns the name of an evidence file. An option has no markup, so that the name is made visible text.
fn name_of(file: &FileView) -> String {
    inert::visible(file.name.as_deref().unwrap_or(&file.line.what))
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
