//! The result of an action as it is printed.
//!
//! `2609-4873-1059  event 4  closed (advised)`, or with `--json` the same as an object

use kakekomi_casework::Acted;
use serde::Serialize;

use crate::cli::args::FormatArgs;
use crate::cli::inert::inert;
use crate::cli::print;
use crate::error::CliError;

/// A case after an action.
#[derive(Debug, Serialize)]
struct ActionResult<'a> {
    number: &'a str,
    /// The number of the new event.
    n: i64,
    status: &'a str,
    outcome: Option<&'a str>,
    assignee: Option<&'a str>,
    follow_up: Option<i64>,
    held: bool,
    /// The new return code.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
}

/// Prints a case after an action.
pub(super) fn print(acted: &Acted, format: &FormatArgs) -> Result<(), CliError> {
    let result = ActionResult::of(acted);
    if format.is_json() { print::record(&result) } else { print::line(result.words()) }
}

impl ActionResult<'_> {
    fn of(acted: &Acted) -> ActionResult<'_> {
        let line = &acted.case.line;
        ActionResult {
            number: &line.number,
            n: acted.n,
            status: &line.status,
            outcome: line.outcome.as_deref(),
            assignee: line.assignee.as_deref(),
            follow_up: acted.case.follow_up,
            held: line.held,
            code: acted.code.as_ref().map(ToString::to_string),
        }
    }

    fn words(&self) -> String {
        let ActionResult { number, n, status, outcome, assignee, held, code, .. } = self;
        let outcome = outcome.map_or_else(String::new, |outcome| format!(" ({outcome})"));
        let assignee = assignee.map_or_else(String::new, |name| format!("  {name}"));
        let held = if *held { "  on hold" } else { "" };
        let code = code.as_ref().map_or_else(String::new, |code| format!("  code {code}"));
        inert(&format!("{number}  event {n}  {status}{outcome}{assignee}{held}{code}")).into_owned()
    }
}
