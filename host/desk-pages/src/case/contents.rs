//! The contents of a case on its pages: the report of the opened ones, and a notice where they stay sealed.
//!
//! a host without an identity → 「…内容を開けません。」 with the link to the sealed file

use kakekomi_casework::{CaseView, Contents, Right};
use maud::{Markup, html};
use serde_json::Value;

use crate::frame::Visit;

/// Reads the report of the opened contents; null without it.
pub fn report_of(view: &CaseView) -> Value {
    match &view.contents {
        Contents::Opened(contents) => serde_json::from_slice(&contents.opened.report).unwrap_or_default(),
        _ => Value::Null,
    }
}

/// Says that the contents stay sealed, and offers them to those who may open them elsewhere.
pub fn sealed(visit: &Visit, view: &CaseView) -> Markup {
    let words = &visit.words().case;
    html! {
        p.notice {
            (words.sealed)
            @if visit.may(Right::ReadContent) { " " a href={ "/cases/" (view.case.line.number) "/sealed" } { (words.download) } }
        }
    }
}
