//! The bodies of the events that the clauses govern, as rows with a title for each member.
//!
//! `remote.action {"device":"PC-12","account":"tanaka","by":"applicant","text":"…"}` → 操作した人, 機器, 使ったID, 内容

use kakekomi_store::EventKind;
use maud::{Markup, html};
use serde_json::Value;

use super::file_event::size;
use crate::frame::{Visit, inert, moment};

/// The known members in the order in which they are shown; the others follow.
const ORDER: [&str; 30] = [
    "by",
    "name",
    "role",
    "organization",
    "title",
    "n",
    "mode",
    "version",
    "how",
    "price",
    "approved_by",
    "device",
    "account",
    "purpose",
    "recipient",
    "fields",
    "files",
    "file",
    "document",
    "sha256",
    "signed_by",
    "approval",
    "grant",
    "package",
    "manifest_sha256",
    "length",
    "expires_at",
    "reason",
    "text",
    "id",
];

/// Lists the rows of a body. A member that this version does not know is shown with its name.
pub fn rows<'a>(visit: &'a Visit, kind: EventKind, body: &Value) -> Vec<(&'a str, Markup)> {
    let Some(members) = body.as_object() else { return Vec::new() };
    let known = ORDER.iter().filter_map(|name| Some((*name, members.get(*name)?)));
    let known = known.map(|(name, value)| (title(visit, kind, name), shown(visit, kind, name, value)));
    let others = members.iter().filter(|(name, _)| !ORDER.contains(&name.as_str()));
    let others = others.map(|(name, value)| ("", html! { (inert::text(name)) " " (plain(value)) }));
    known.chain(others).collect()
}

/// Returns the title of a member.
fn title<'a>(visit: &'a Visit, kind: EventKind, name: &'static str) -> &'a str {
    let coded = &visit.words().coded;
    match (kind, name) {
        (EventKind::RemoteAcknowledged, "by") => coded.member_by.get("acknowledged"),
        (EventKind::RemoteAction, "by") => coded.member_by.get("action"),
        _ => coded.member.get(name),
    }
}

/// Writes the value of a member: codes in words, digests and numbers as they are, everything else as inert text.
fn shown(visit: &Visit, kind: EventKind, name: &str, value: &Value) -> Markup {
    let coded = &visit.words().coded;
    let word = value.as_str().unwrap_or_default();
    let list = match (kind, name) {
        (EventKind::RemoteAction, "by") => &coded.worked_by,
        (EventKind::IntentGiven | EventKind::IntentWithdrawn, "by") | (EventKind::RemoteAcknowledged, "how") => {
            &coded.acknowledged
        }
        (EventKind::RemoteNotice, "mode") => &coded.work_mode,
        (EventKind::ForensicsReportUsed, "purpose") => &coded.report_purpose,
        (EventKind::HandoverDestroyed | EventKind::HandoverCopyDestroyed | EventKind::GrantEnded, "reason") => {
            &coded.ended_reason
        }
        (_, "document") if value.is_object() => return document(visit, value),
        (_, "length") => return value.as_u64().map_or_else(|| plain(value), |bytes| html! { (size(visit, bytes)) }),
        (_, "expires_at") => return value.as_i64().map_or_else(|| plain(value), |at| moment::full(visit, at)),
        _ => return plain(value),
    };
    list.find(word).map_or_else(|| plain(value), |word| html! { (word) })
}

/// Writes the version of a document with its digest.
fn document(visit: &Visit, value: &Value) -> Markup {
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    let version = &visit.words().case.version;
    // The version is a text that an operator sent: it is filled in as inert text.
    let (before, after) = version.split_once("{version}").unwrap_or((version, ""));
    html! {
        (before) (inert::text(text("version").unwrap_or("–"))) (after)
        @if let Some(sha256) = text("sha256") { " " span.file__code { (inert::text(sha256)) } }
    }
}

fn plain(value: &Value) -> Markup {
    match value {
        Value::String(text) => inert::text(text),
        Value::Array(entries) => html! { ul { @for entry in entries { li { (plain(entry)) } } } },
        other => inert::text(&other.to_string()),
    }
}
