//! Rules between fields, and between the draft and the context.
//!
//! `{"contact": {"responsible": {"unknown": true}}, "service": {"remote": {…}}}` →
//! `responsible.needed` at `/contact/responsible`.

use crate::code::Code;
use crate::context::{Context, Document};
use crate::diagnostics::Diagnostics;
use crate::form::{
    AgreedDocument, Answer, Consent, Contact, Draft, Field, Incident, Language, Log, MomentField, member,
};
use crate::issue::Params;
use crate::path::PathCursor;

/// The most that the agreement's clock may be ahead of `now`: the same five minutes as for moments.
const AHEAD_MAX_MS: i64 = crate::form::AHEAD_MAX_MS;

/// Adds an issue for every rule between fields that fails.
pub fn check(draft: &Draft, context: &Context, diagnostics: &mut Diagnostics) {
    contact(draft, diagnostics);
    occurrence(draft, diagnostics);
    if let Answer::Given(logs) = &draft.logs {
        for (index, _) in logs.0.iter().enumerate().filter(|(_, log)| wholly_after(&log.from, &log.to)) {
            let logs = member(&PathCursor::ROOT, Draft::FIELDS, "logs");
            diagnostics.add(&member(&logs.item(index), Log::FIELDS, "to"), Code::MomentOrder, Params::none());
        }
    }
    consent(draft, context, diagnostics);
}

/// Adds an issue to a field of a section.
fn add(section: (&str, &[Field]), field: &str, code: Code, diagnostics: &mut Diagnostics) {
    let (name, fields) = section;
    let section = member(&PathCursor::ROOT, Draft::FIELDS, name);
    diagnostics.add(&member(&section, fields, field), code, Params::none());
}

/// Checks that one of department and person is given, and a person who can authorise remote support.
fn contact(draft: &Draft, diagnostics: &mut Diagnostics) {
    let contact = &draft.contact;
    if contact.department.is_absent() && contact.person.is_absent() {
        add(("contact", Contact::FIELDS), "person", Code::RequiredOneOf, diagnostics);
    }
    if contact.responsible.is_unknown() && draft.service.remote.given().is_some() {
        add(("contact", Contact::FIELDS), "responsible", Code::ResponsibleNeeded, diagnostics);
    }
}

/// Checks that an incident does not lie wholly after its discovery.
fn occurrence(draft: &Draft, diagnostics: &mut Diagnostics) {
    if wholly_after(&draft.incident.occurred_at, &draft.incident.discovered_at) {
        add(("incident", Incident::FIELDS), "occurred_at", Code::MomentAfterDiscovery, diagnostics);
    }
}

fn wholly_after(later: &Answer<MomentField>, earlier: &Answer<MomentField>) -> bool {
    let moment = |answer: &Answer<MomentField>| answer.given().and_then(MomentField::moment).copied();
    match (moment(later), moment(earlier)) {
        (Some(later), Some(earlier)) => later.wholly_after_moment(&earlier),
        _ => false,
    }
}

/// Checks that the agreement is to the documents now in force, in the language that was shown, not from before they came
/// into force and not from the future (clause 1③; requirements: the server refuses a missing or stale agreement).
fn consent(draft: &Draft, context: &Context, diagnostics: &mut Diagnostics) {
    let consent = &draft.consent;
    let language = consent.language.given().copied();
    if stale(&consent.document, &context.consent, language) {
        add(("consent", Consent::FIELDS), "document", Code::ConsentStale, diagnostics);
    }
    if stale(&consent.policy, &context.policy, language) {
        add(("consent", Consent::FIELDS), "policy", Code::ConsentStale, diagnostics);
    }
    if let Some(agreed_at) = consent.agreed_at.given() {
        let is_older = |document: &Document| document.is_later_than(agreed_at.0, context.now);
        if agreed_at.0 > context.now.saturating_add(AHEAD_MAX_MS) {
            add(("consent", Consent::FIELDS), "agreed_at", Code::ConsentFuture, diagnostics);
        } else if is_older(&context.consent) || is_older(&context.policy) {
            add(("consent", Consent::FIELDS), "agreed_at", Code::ConsentStale, diagnostics);
        }
    }
}

/// Checks if an agreed document is not in force. A missing version or digest has its own issue; an invalid digest names no
/// document in force, so it is stale as well.
fn stale(agreed: &Answer<AgreedDocument>, current: &Document, language: Option<Language>) -> bool {
    let Some((version, sha256)) =
        agreed.given().and_then(|agreed| Some((agreed.version.given()?, agreed.sha256.given()?)))
    else {
        return false;
    };
    let known = match language {
        Some(language) => current.sha256(language.locale()) == sha256.text(),
        None => current.any_language(sha256.text()),
    };
    version.0 != current.version || !known
}
