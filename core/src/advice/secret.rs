//! Texts that look like they hold a secret, by their paths (clause 4⑥: the desk never collects them).
//!
//! `{"incident": {"operation": "パスワードは Abc123!"}}` → `/incident/operation`.

mod command;
mod likely;
mod number;

use crate::form::{Answer, Draft, Visit, section};
use crate::path::PathCursor;
use likely::likely;

/// The paths of the lines and texts that look like they hold a secret, in the form's order.
pub fn likely_paths(draft: &Draft) -> Vec<String> {
    let mut paths = Vec::new();
    let mut look = |_: &_, at: &PathCursor<'_>, answer: Answer<&str>| {
        if answer.given().is_some_and(|text| likely(text)) {
            paths.push(at.path());
        }
    };
    section::visit_slots(draft, &PathCursor::ROOT, &mut Visit::Inspect(&mut look));
    paths
}
