//! Form definition and validation rules of the intake form.
//!
//! ```text
//! draft text (bytes) → json → parse (typed, normalised where it is read) → rules → advice → report
//! {"contact":{"phone":"０３-３２１１-９９９９", …}, …}  →  {"ruleset":"…", …, "accepted":true, …}
//! ```
//!
//! **The report is a function of the module, the text and the context alone**: no clock, no
//! environment, no randomness, no file. Compiled to WebAssembly it runs in the browser and in the host's
//! sandbox. Reading order: [`json`], [`path`], [`object`],
//! [`form`], [`rules`], [`advice`], [`report`].

#![forbid(unsafe_code)]

extern crate alloc;
// Shadows the standard library: no path of the rules leads to a clock, a file, the network or the environment. `no_std` would
// be the same guarantee with an import of `Vec` and `String` in 41 files.
extern crate core as std;

pub mod advice;
pub mod calendar;
pub mod check_error;
mod civil;
pub mod code;
pub mod context;
pub mod diagnostics;
pub mod form;
pub mod issue;
pub mod json;
pub mod locale;
mod members;
mod merge_sort;
pub mod message;
pub mod object;
mod order;
pub mod path;
pub mod questions;
pub mod report;
pub mod rules;
mod swar;
pub mod text;
mod text_limit;
pub mod urgency;

pub use check_error::CheckError;
pub use code::Code;
pub use context::Context;
pub use locale::{Locale, PageLanguage};
pub use report::Report;
pub use text_limit::{TEXT_MAX, TEXT_READ_MAX};

use advice::Findings;
use diagnostics::Diagnostics;
use issue::{Issue, Params};
use json::SyntaxError;
use path::PathCursor;
use report::Values;

/// The version of the rules, which every report has: year and month of the last change of a verdict, and a count within the
/// month.
pub const RULESET: &str = "2026.11.5";

/// A draft's text and a context's text → the report's canonical bytes.
///
/// Both faces of the module call this function.
///
/// # Errors
/// [`CheckError::Context`] if the context cannot be used. The draft's text causes no error: the report describes any text.
pub fn answer(text: &[u8], context: &[u8]) -> Result<Vec<u8>, CheckError> {
    Ok(check(text, &Context::read(context)?).to_bytes())
}

/// Computes the desk's opening status at a time, as JSON: `{"open":…,"closes_at":…,"next_opens_at":…,"dated":…}`.
///
/// Only the calendar of the context counts. `now` is in milliseconds since the epoch, UTC, within ±(2^53 − 1).
///
/// # Errors
/// [`CheckError::Context`] where the context cannot be used or `now` is out of its range.
pub fn opening(context: &[u8], now: i64) -> Result<Vec<u8>, CheckError> {
    if now.unsigned_abs() > json::SAFE_INTEGER_MAX.unsigned_abs() {
        return Err(CheckError::Context("now"));
    }
    Ok(Context::read(context)?.calendar.opening(now).to_bytes())
}

/// Checks a draft's text in a context.
pub fn check<'c>(text: &[u8], context: &'c Context) -> Report<'c> {
    match json::read(text, TEXT_READ_MAX) {
        Ok(node) => {
            let too_long = (text.len() > TEXT_MAX).then(|| text_limit::issue(&node, context.locale));
            judge(node, too_long, context)
        }
        Err(error) => {
            let values = Values::new(context);
            let hidden = Findings::of(values.root()).hidden;
            report(values, vec![unreadable(error)], hidden, context)
        }
    }
}

/// The issue of a text that cannot be read.
fn unreadable(error: SyntaxError) -> Issue {
    let (code, params) = match error {
        SyntaxError::TooLong => (Code::TextTooLong, Params::most(TEXT_MAX)),
        SyntaxError::ByteOrderMark => (Code::TextBom, Params::none()),
        SyntaxError::NotUtf8 => (Code::TextNotUtf8, Params::none()),
        SyntaxError::TooDeep => (Code::TextTooDeep, Params::most(json::DEPTH_MAX)),
        SyntaxError::NotJson { line, column } => {
            (Code::TextNotJson, Params::line_and_column(issue::whole(line), issue::whole(column)))
        }
    };
    Issue::new(&PathCursor::ROOT, code, params)
}

fn judge<'c>(node: json::Node<'_>, too_long: Option<Issue>, context: &'c Context) -> Report<'c> {
    let mut values = Values::new(context);
    let mut diagnostics = Diagnostics { ignores_unknown_keys: too_long.is_some(), ..Diagnostics::default() };
    form::section::read(values.root_mut(), node, &PathCursor::ROOT, &mut diagnostics);
    form::section::check(values.root(), &PathCursor::ROOT, context, &mut diagnostics);
    if values.answers.is_none() {
        rules::cross::check(&values.draft, context, &mut diagnostics);
    }
    let Diagnostics { mut issues, skipped_sections, .. } = diagnostics;
    let is_skipped = |issue: &Issue| skipped_sections.iter().any(|section| section.contains(issue.sort_key));
    // A section that is not an object has its issue; nothing below it is missing.
    issues.retain(|issue| !matches!(issue.code, Code::Required | Code::RequiredOneOf) || !is_skipped(issue));
    let issues = order::sort(too_long.into_iter().chain(issues).collect());
    let findings = Findings::of(values.root());
    let advisories = advice::advisories(&values.draft, &findings, context);
    let guidance = advice::guidance(&values.draft, context);
    Report { advisories, guidance, ..report(values, issues, findings.hidden, context) }
}

fn report<'c>(values: Values<'c>, issues: Vec<Issue>, hidden: Vec<String>, context: &'c Context) -> Report<'c> {
    Report {
        ruleset: RULESET,
        context,
        accepted: issues.is_empty(),
        advisories: Vec::new(),
        guidance: Vec::new(),
        progress: report::progress(values.root(), &issues),
        issues,
        hidden,
        values,
    }
}
