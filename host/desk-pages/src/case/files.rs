//! The evidence files of a case with their custody, and their downloads.
//!
//! `GET /cases/2609-4873-1059/files/0f1e…` → the file as an attachment, after the event `file.downloaded` · `…/sealed` → a tar of
//! its sealed parts
//!
//! Nothing of a file is executed, previewed or converted here. A scan leaves a mark, and "not scanned" is one too.

use axum::extract::Path;
use axum::response::Response;
use kakekomi_casework::{
    CaseView, Contents, Download, DownloadForm, FileId, FileView, Right, ScanMark, ShownEvent, WorkError,
};
use kakekomi_core::message::substitute;
use kakekomi_store::digest::hex;
use maud::{Markup, html};

use super::file_event::{scan_mark, short, size};
use super::number::read_number;
use super::timeline::actor;
use crate::frame::{Problem, Visit, download, inert, moment};

/// Writes the section of the files.
pub fn files(visit: &Visit, view: &CaseView) -> Markup {
    let words = &visit.words().file;
    html! {
        section.sheet {
            h2 #files { (words.title) }
            @if view.files.is_empty() { p { (words.none) } } @else {
                @let is_marked = view.files.iter().any(|file| file.scan().is_some());
                p.notice.notice--warning { (if is_marked { &words.scanned_lead } else { &words.not_scanned_lead }) }
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
                @if file.line.state.is_complete() { (scanned(visit, file)) }
            }
            @if state == "mismatch" { p.file__wrong { (words.mismatch_lead) } }
            (facts(visit, file, &id))
            (links(visit, view, file, &id))
            (custody(visit, &file.custody))
        }
    }
}

/// Writes the mark of a file's scan.
fn scanned(visit: &Visit, file: &FileView) -> Markup {
    let class =
        if matches!(file.scan(), Some(ScanMark::Pattern(_))) { "tag file__wrong" } else { "tag file__unscanned" };
    html! {
        span class=(class) {
            @match file.scan() {
                None => (visit.words().file.not_scanned),
                Some(mark) => (scan_mark(visit, mark)),
            }
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
                        @if let Some(mark) = kakekomi_casework::mark(event) { " (" (scan_mark(visit, mark)) ")" }
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
