//! The verdict and everything that helps, as canonical JSON.
//!
//! `{"ruleset":"2026.11","context":{…},"accepted":false,"issues":[…],"advisories":[…],"guidance":[…],
//! "progress":[…],"hidden":[…],"values":{…}}`: keys in this order, UTF-8, no white space, strings as
//! in RFC 8785, whole numbers only, so that the same text and context give the same bytes everywhere.

use serde::Serialize;

use crate::advice::{Advisory, Guidance};
use crate::context::Context;
use crate::failure::Failure;
use crate::form::{Draft, Rule, Slot, Tally};
use crate::issue::Issue;
use crate::parse::At;

/// What the rules say of a draft in a context.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The version of the rules.
    pub ruleset: &'static str,
    /// The context that was judged in, for anyone to replay the verdict.
    pub context: Context,
    /// Whether the draft can be sent: no issue.
    pub accepted: bool,
    /// What is to be mended, in the form's order, all of it.
    pub issues: Vec<Issue>,
    /// What the applicant should know; it never blocks.
    pub advisories: Vec<Advisory>,
    /// Reference information for the first hours (参考情報).
    pub guidance: Vec<Guidance>,
    /// How far each section is.
    pub progress: Vec<Progress>,
    /// Paths of fields that the answers so far do not ask for.
    pub hidden: Vec<String>,
    /// The draft, normalised: itself a draft, which gives the same values again.
    pub values: Draft,
}

/// How far a section is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// The section's key in the draft.
    pub section: &'static str,
    /// How many required fields the answers so far ask for.
    pub required: u32,
    /// How many of them are answered.
    pub answered: u32,
    /// How many of them are said to be unknown.
    pub unknown: u32,
}

impl Report {
    /// The report's canonical bytes.
    ///
    /// # Errors
    /// [`Failure::Report`] if it cannot be written, which no draft brings about.
    pub fn to_bytes(&self) -> Result<Vec<u8>, Failure> {
        serde_json::to_vec(self).map_err(|_| Failure::Report)
    }
}

/// How far each section is, in the form's order.
pub fn progress(draft: &Draft, issues: &[Issue]) -> Vec<Progress> {
    let mut rows = Vec::with_capacity(8);
    let mut row = |section, slot: &dyn Fn(&At<'_>, &mut Tally<'_>)| {
        let mut tally = Tally::new(issues);
        slot(&At::ROOT.key(section), &mut tally);
        let Tally { required, answered, unknown, .. } = tally.closed();
        rows.push(Progress { section, required, answered, unknown });
    };
    let any = const { Rule::section("") };
    row("contact", &|at, tally| draft.contact.tally(any, at, tally));
    row("incident", &|at, tally| draft.incident.tally(any, at, tally));
    row("devices", &|at, tally| draft.devices.tally(any, at, tally));
    row("network", &|at, tally| draft.network.tally(any, at, tally));
    row("logs", &|at, tally| draft.logs.tally(any, at, tally));
    row("service", &|at, tally| draft.service.tally(any, at, tally));
    row("situation", &|at, tally| draft.situation.tally(any, at, tally));
    row("consent", &|at, tally| draft.consent.tally(any, at, tally));
    rows
}

/// Paths of fields that the answers so far do not ask for: those of a service that is not wanted.
pub fn hidden(draft: &Draft) -> Vec<String> {
    let mut hidden = Vec::new();
    if draft.service.remote.is_absent() {
        hidden.push("/service/remote/price_notice".to_owned());
        hidden.push("/service/remote/approval".to_owned());
    }
    if draft.service.forensics.is_absent() {
        hidden.push("/service/forensics/transfer_consent".to_owned());
    }
    hidden
}
