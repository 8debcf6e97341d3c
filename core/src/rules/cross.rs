//! Rules between fields, and between the draft and the world.
//!
//! `{"contact": {"responsible": {"unknown": true}}, "service": {"remote": {…}}}` →
//! `responsible.needed` at `/contact/responsible`.

use crate::code::Code;
use crate::context::{Context, Document};
use crate::form::{AgreedDocument, Answer, Draft, Language, Log, When};
use crate::issue::{Issue, Params};
use crate::text::joined;

/// How far the agreement's clock may be ahead of `now`: the same five minutes as for moments.
const AHEAD_MAX_MS: i64 = crate::form::AHEAD_MAX_MS;

/// Path and code of every rule between fields that fails.
pub fn check(draft: &Draft, context: &Context) -> Vec<Issue> {
    let mut found = Found::default();
    contact(draft, &mut found);
    occurrence(draft, &mut found);
    if let Answer::Given(logs) = &draft.logs {
        for (index, log) in logs.0.iter().enumerate() {
            log_order(index, log, &mut found);
        }
    }
    consent(draft, context, &mut found);
    found.0
}

#[derive(Default)]
struct Found(Vec<Issue>);

impl Found {
    fn add(&mut self, path: impl Into<String>, code: Code) {
        self.0.push(Issue::new(path.into(), code, Params::none()));
    }
}

/// One of department and person; somebody who can authorise remote support.
fn contact(draft: &Draft, found: &mut Found) {
    let contact = &draft.contact;
    if contact.department.is_absent() && contact.person.is_absent() {
        found.add("/contact/person", Code::RequiredOneOf);
    }
    if contact.responsible.is_unknown() && draft.service.remote.given().is_some() {
        found.add("/contact/responsible", Code::ResponsibleNeeded);
    }
}

/// What happened did not happen wholly after it was discovered.
fn occurrence(draft: &Draft, found: &mut Found) {
    if wholly_after(&draft.incident.occurred_at, &draft.incident.discovered_at) {
        found.add("/incident/occurred_at", Code::MomentAfterDiscovery);
    }
}

fn log_order(index: usize, log: &Log, found: &mut Found) {
    if wholly_after(&log.from, &log.to) {
        found.add(joined(&["/logs/", &index.to_string(), "/to"]), Code::MomentOrder);
    }
}

fn wholly_after(later: &Answer<When>, earlier: &Answer<When>) -> bool {
    let moment = |answer: &Answer<When>| answer.given().and_then(When::moment).copied();
    match (moment(later), moment(earlier)) {
        (Some(later), Some(earlier)) => later.wholly_after_moment(&earlier),
        _ => false,
    }
}

/// The agreement is to the documents now in force, in the language that was shown, not from before they came into
/// force and not from the future (clause 1③; requirements: the server refuses a missing or stale agreement).
fn consent(draft: &Draft, context: &Context, found: &mut Found) {
    let consent = &draft.consent;
    let language = consent.language.given().copied();
    if stale(&consent.document, &context.consent, language) {
        found.add("/consent/document", Code::ConsentStale);
    }
    if stale(&consent.policy, &context.policy, language) {
        found.add("/consent/policy", Code::ConsentStale);
    }
    if let Some(agreed_at) = consent.agreed_at.given() {
        let is_older = |document: &Document| document.is_later_than(agreed_at.0, context.now);
        if agreed_at.0 > context.now.saturating_add(AHEAD_MAX_MS) {
            found.add("/consent/agreed_at", Code::ConsentFuture);
        } else if is_older(&context.consent) || is_older(&context.policy) {
            found.add("/consent/agreed_at", Code::ConsentStale);
        }
    }
}

/// Whether a document was agreed to that is not in force. One whose version or digest is missing has
/// its own issue; a digest that is none names no document in force, so it is stale as well.
fn stale(agreed: &Answer<AgreedDocument>, current: &Document, language: Option<Language>) -> bool {
    let Some((version, sha256)) =
        agreed.given().and_then(|agreed| Some((agreed.0.version.given()?, agreed.0.sha256.given()?)))
    else {
        return false;
    };
    let known = match language {
        Some(language) => current.sha256(language.locale()) == sha256.0,
        None => current.any_language(&sha256.0),
    };
    version.0 != current.version || !known
}
