//! The evidence files of a case with their custody, and their downloads.
//!
//! `GET /cases/2609-4873-1059/files/0f1e…` → the file as an attachment, after the event `file.downloaded` · `…/sealed` → a tar of
//! its sealed parts
//!
//! Nothing of a file is executed, previewed or converted here, and "not scanned" is always said.

use axum::extract::Path;
use axum::response::Response;
use kakekomi_casework::{CaseView, Contents, Download, DownloadForm, FileId, FileView, Right, ShownEvent, WorkError};
use kakekomi_core::message::substitute;
use maud::{Markup, html};
use serde_json::Value;

use super::number::read_number;
use super::timeline::actor;
use crate::frame::{Problem, Visit, download, inert, moment};

/// Digits of a file's number that are shown; the number of a case's files is small.
const SHORT_ID: usize = 8;
/// Units of 1000 bytes and more.
const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];

/// Writes the section of the files.
pub fn files(visit: &Visit, view: &CaseView) -> Markup {
    let words = &visit.words().file;
    html! {
        section.sheet {
            h2 #files { (words.title) }
            @if view.files.is_empty() { p { (words.none) } } @else {
                p.notice.notice--warning { (words.not_scanned_lead) }
                @for file in &view.files { (entry(visit, view, file)) }
            }
        }
    }
}

/// Writes one file.
fn entry(visit: &Visit, view: &CaseView, file: &FileView) -> Markup {
    let (words, coded) = (&visit.words().file, &visit.words().coded);
    let (id, state) = (file.line.id.to_string(), file.state());
    html! {
        article.file id={ "file-" (short(&id)) } {
            h3 { (file.name.as_deref().map_or_else(|| html! { (substitute(&words.sealed_name, "id", short(&id))) }, inert::text)) }
            p.file__marks {
                span.tag { (coded.file_what.get(&file.line.what)) }
                span.tag.file__wrong[state == "mismatch"] { (coded.file_state.get(state)) }
                @if file.line.state.is_complete() { span.tag.file__unscanned { (words.not_scanned) } }
            }
            @if state == "mismatch" { p.file__wrong { (words.mismatch_lead) } }
            (facts(visit, file, &id))
            (links(visit, view, file, &id))
            (custody(visit, &file.custody))
        }
    }
}

/// Writes the clear columns, and the declared media type where it is opened.
fn facts(visit: &Visit, file: &FileView, id: &str) -> Markup {
    let (words, line) = (&visit.words().file, &file.line);
    let is_under_way = !line.state.is_complete() && line.offset > 0 && line.offset < line.length;
    let code = |text: String| html! { span.file__code { (text) } };
    let rows = [
        (&words.size, Some(html! { (size(visit, line.length)) })),
        (&words.received, is_under_way.then(|| html! { (size(visit, line.offset)) })),
        (&words.log, line.log.map(|log| html! { (log.saturating_add(1)) })),
        (&words.media_type, file.media_type.as_deref().filter(|kind| !kind.is_empty()).map(inert::text)),
        (&words.declared_sha256, line.declared_sha256.as_deref().map(hex).map(code)),
        (&words.sha256, line.sha256.as_deref().map(hex).map(code)),
        (&words.expires, (line.state.as_str() == "receiving").then(|| moment::full(visit, line.expires_at))),
        (&words.id, Some(code(id.to_owned()))),
    ];
    html! {
        dl.rows {
            @for (title, value) in rows {
                @if let Some(value) = value { div { dt { (title) } dd { (value) } } }
            }
        }
    }
}

/// Offers the downloads to those who may read contents.
fn links(visit: &Visit, view: &CaseView, file: &FileView, id: &str) -> Markup {
    let words = &visit.words().file;
    let path = format!("/cases/{}/files/{id}", view.case.line.number);
    html! {
        @if visit.may(Right::ReadContent) && file.line.state.is_complete() {
            p.file__links.no-print {
                @if matches!(view.contents, Contents::Opened(_)) { a download href=(path) { (words.open) } }
                a download href={ (path) "/sealed" } { (words.seal) }
            }
        }
    }
}

/// Writes what happened to a file, with the time and the name.
fn custody(visit: &Visit, events: &[ShownEvent]) -> Markup {
    let coded = &visit.words().coded;
    let form = |event: &ShownEvent| event.body.as_ref()?.get("as")?.as_str().map(str::to_owned);
    html! {
        @if !events.is_empty() {
            h4 { (visit.words().file.custody) }
            ol.custody {
                @for event in events {
                    li {
                        (coded.event.get(&event.kind))
                        @if let Some(form) = form(event) { " (" (coded.download.get(&form)) ")" }
                        " " span.label { (moment::full(visit, event.at)) "  " (actor(visit, &event.actor)) }
                    }
                }
            }
        }
    }
}

/// Responds with the bytes of a file.
pub async fn opened(visit: Visit, Path(path): Path<(String, String)>) -> Result<Response, Problem> {
    save(&visit, &path, DownloadForm::Opened).await
}

/// Responds with the sealed parts of a file, which this host may be unable to open.
pub async fn sealed(visit: Visit, Path(path): Path<(String, String)>) -> Result<Response, Problem> {
    save(&visit, &path, DownloadForm::Sealed).await
}

async fn save(visit: &Visit, (number, id): &(String, String), form: DownloadForm) -> Result<Response, Problem> {
    let number = read_number(number)?;
    let id: FileId = id.parse().map_err(|_| Problem::NotFound)?;
    let (casework, operator) = (&visit.desk.parts.casework, visit.operator()?);
    let refuse = |error: WorkError| Problem::work(&error);
    let file = casework.find_file(&operator, &number, &id, form).await.map_err(refuse)?;
    let name = file.safe_name();
    let Download { bytes, length } = casework.download(&operator, file).await.map_err(refuse)?;
    Ok(download::respond(&name, length, bytes))
}

/// Lists the members of an event about a file that a reader of the timeline asks for.
pub fn event_rows<'a>(visit: &'a Visit, body: &Value) -> Vec<(&'a str, Markup)> {
    let (words, coded) = (&visit.words().file, &visit.words().coded);
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    let digest = |title: &'a str, name: &str| Some((title, html! { span.file__code { (inert::text(text(name)?)) } }));
    let by = text("by").map(|by| if by == "applicant" { &words.by_applicant } else { &words.by_time });
    let rows = [
        text("file")
            .map(|id| (words.id.as_str(), html! { a href={ "#file-" (short(id)) } { (inert::text(short(id))) } })),
        text("name").map(|name| (words.name.as_str(), inert::text(name))),
        text("what").map(|what| ("", html! { (coded.file_what.get(what)) })),
        body.get("length").and_then(Value::as_u64).map(|length| (words.size.as_str(), html! { (size(visit, length)) })),
        digest(&words.declared_sha256, "declared"),
        digest(&words.sha256, "sha256"),
        text("as").map(|form| ("", html! { (coded.download.get(form)) })),
        by.map(|by| ("", html! { (by) })),
        text("reason").map(|reason| (visit.words().case.reason.as_str(), inert::text(reason))),
    ];
    rows.into_iter().flatten().collect()
}

/// Shortens the number of a file.
fn short(id: &str) -> &str {
    id.get(..SHORT_ID).unwrap_or(id)
}

/// Writes bytes as people read them, and exactly: `20.9 MB（20,971,520バイト）`.
fn size(visit: &Visit, bytes: u64) -> String {
    let exact = grouped(bytes);
    let (mut whole, mut tenth, mut unit) = (bytes, 0, None);
    for name in UNITS {
        if whole < 1000 {
            break;
        }
        (whole, tenth, unit) = (whole / 1000, whole % 1000 / 100, Some(name));
    }
    let sentence = &visit.words().file.bytes;
    let short = unit.map_or_else(|| format!("{whole} B"), |unit| format!("{whole}.{tenth} {unit}"));
    substitute(&substitute(sentence, "size", &short), "bytes", &exact)
}

/// Groups the digits of a number: 20971520 → `20,971,520`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let first = digits.len() % 3;
    let separated = digits.char_indices().flat_map(|(index, digit)| {
        let is_group = index > 0 && index % 3 == first;
        is_group.then_some(',').into_iter().chain([digit])
    });
    separated.collect()
}

/// Writes a digest in hexadecimal digits.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_grouped() {
        for (number, written) in
            [(0, "0"), (999, "999"), (1000, "1,000"), (20_971_520, "20,971,520"), (100_000, "100,000")]
        {
            assert_eq!(grouped(number), written);
        }
    }
}
