//! The events of evidence files in the timeline.
//!
//! `file.arrived {"file":"0f1e…","length":20971520,"sha256":"…"}` → ファイルの番号, サイズ, SHA-256

use kakekomi_casework::ScanMark;
use kakekomi_core::message::substitute;
use kakekomi_store::EventKind;
use maud::{Markup, html};
use serde_json::Value;

use crate::frame::{Visit, inert};

/// Digits of a file's number that are shown; the number of a case's files is small.
const SHORT_ID: usize = 8;
/// Units of 1000 bytes and more.
const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];

/// Lists the members of an event about a file that a reader of the timeline asks for.
pub fn rows<'a>(visit: &'a Visit, kind: EventKind, body: &Value) -> Vec<(&'a str, Markup)> {
    let (words, coded) = (&visit.words().file, &visit.words().coded);
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    let digest = |title: &'a str, name: &str| Some((title, html! { span.file__code { (inert::text(text(name)?)) } }));
    // The digest of a declaration is the applicant's, that of an arrival the desk's.
    let sha256 = if kind == EventKind::FileDeclared { &words.declared_sha256 } else { &words.sha256 };
    let by = text("by").map(|by| if by == "applicant" { &words.by_applicant } else { &words.by_time });
    let rows = [
        text("file")
            .map(|id| (words.id.as_str(), html! { a href={ "#file-" (short(id)) } { (inert::text(short(id))) } })),
        text("name").map(|name| (words.name.as_str(), inert::text(name))),
        text("what").map(|what| (words.kind.as_str(), html! { (coded.file_what.get(what)) })),
        body.get("length").and_then(Value::as_u64).map(|length| (words.size.as_str(), html! { (size(visit, length)) })),
        digest(&words.declared_sha256, "declared"),
        digest(sha256, "sha256"),
        text("as").map(|form| ("", html! { (coded.download.get(form)) })),
        by.map(|by| ("", html! { (by) })),
        scan(visit, body).map(|result| ("", result)),
        text("scanner").map(|scanner| (words.scanner.as_str(), inert::text(scanner))),
        text("reason").map(|reason| (visit.words().case.reason.as_str(), inert::text(reason))),
    ];
    rows.into_iter().flatten().collect()
}

/// Writes the result of a scan; `None` for another event.
fn scan(visit: &Visit, body: &Value) -> Option<Markup> {
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    Some(match text("result")? {
        "no_pattern" => scan_mark(visit, ScanMark::NoPattern),
        "pattern" => scan_mark(visit, ScanMark::Pattern(text("pattern").unwrap_or_default())),
        _ => scan_mark(visit, ScanMark::TooLarge),
    })
}

/// Writes the mark of a scan. It says which patterns were found, and never that a file is harmless.
pub fn scan_mark(visit: &Visit, mark: ScanMark<'_>) -> Markup {
    let words = &visit.words().file;
    match mark {
        ScanMark::NoPattern => html! { (words.no_pattern) },
        ScanMark::Pattern(name) => html! { (words.pattern) " " (inert::text(name)) },
        ScanMark::TooLarge => html! { (words.scan_too_large) },
    }
}

/// Shortens the number of a file.
pub fn short(id: &str) -> &str {
    id.get(..SHORT_ID).unwrap_or(id)
}

/// Writes bytes as people read them, and exactly: `20.9 MB（20,971,520バイト）`.
pub fn size(visit: &Visit, bytes: u64) -> String {
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
