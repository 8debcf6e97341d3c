//! Intake by telephone: a few answers, judged by the same module as the form's.
//!
//! `POST /cases/new` with `company=…&phone=…&summary=…` → 201 with the number to read out, or 422 with the issues at their fields

mod draft;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use kakekomi_casework::{ActError, PhoneAgreement, PhoneApplication, ShownHow};
use kakekomi_core::message::substitute;
use kakekomi_core::{Locale, message};
use kakekomi_service::submit::{IdempotencyKey, Issue, Outcome};
use maud::{Markup, PreEscaped, html};
use serde_json::Value;

use crate::frame::field::{FieldFault, FieldSet, Need};
use crate::frame::{FormFields, Page, Problem, Visit, page};

/// Random bytes of the key that makes one case of a form that is sent twice.
const KEY_BYTES: usize = 16;

/// Shows an empty form.
pub async fn form(visit: Visit) -> Result<Response, Problem> {
    let hidden = draft::hidden(visit.desk.desk(), visit.now()).map(|(name, value)| (name.to_owned(), value));
    let fields = FormFields(hidden.into_iter().chain([("key".to_owned(), random_key()?)]).collect());
    Ok(show(&visit, &fields, &[]))
}

/// Judges and stores a form.
pub async fn receive(visit: Visit, fields: FormFields) -> Result<Response, Problem> {
    let key = IdempotencyKey::read(fields.get("key").as_bytes()).ok_or(Problem::BadRequest)?;
    // The caller speaks Japanese, whichever language the operator's pages have.
    let locale = Locale::Ja;
    let faults = missing(&visit, &fields);
    if !faults.is_empty() {
        return Ok(rejected(&visit, &fields, &faults));
    }
    let shown = ShownHow::read(fields.get("shown")).ok_or(Problem::BadRequest)?;
    let draft = draft::of(&fields);
    let application = PhoneApplication {
        text: Bytes::from(draft.to_string()),
        locale,
        key,
        agreement: PhoneAgreement { agreed_by: fields.get("agreed_by").to_owned(), shown },
    };
    let parts = &visit.desk.parts;
    let judged = parts.casework.receive_by_phone(&visit.operator()?, &parts.intake, application).await;
    match judged {
        Ok(judged) => outcome(&visit, &fields, judged.outcome).await,
        Err(ActError::Fields(errors)) => {
            let coded = &visit.words().coded.field;
            let faults: Vec<_> =
                errors.into_iter().map(|error| (error.field, coded.get(error.code.as_str()).to_owned())).collect();
            Ok(rejected(&visit, &fields, &faults))
        }
        Err(ActError::Work(error)) => Err(Problem::work(&error)),
        Err(error) => {
            tracing::error!(%error, "an intake by telephone failed");
            Err(Problem::Failed)
        }
    }
}

async fn outcome(visit: &Visit, fields: &FormFields, outcome: Outcome) -> Result<Response, Problem> {
    match outcome {
        Outcome::Stored(receipt) | Outcome::Replayed(receipt) => stored(visit, &receipt),
        Outcome::Issues(verdict) | Outcome::NotJson(verdict) | Outcome::Superseded(verdict) => {
            Ok(rejected(visit, fields, &faults_of(visit, verdict.issues())))
        }
        Outcome::Stale(..) => Ok(stale(visit, fields)),
        Outcome::Reused | Outcome::Erased => reused(visit, fields).await,
        Outcome::EngineFailed => Err(Problem::Failed),
        _ => Err(Problem::Unavailable),
    }
}

/// Shows a changed form whose key has its case already: after a step back in the browser, or with a second tab. The form has
/// another key, so that sending it again makes a second case.
async fn reused(visit: &Visit, fields: &FormFields) -> Result<Response, Problem> {
    let words = &visit.words().intake;
    let bound = visit.desk.parts.intake.store.by_key(fields.get("key")).await.map_err(|error| {
        tracing::error!(%error, "the case of a key cannot be read");
        Problem::Unavailable
    })?;
    let notice = html! {
        div.notice.notice--warning role="alert" {
            p { (words.reused) }
            @if let Some(bound) = bound.filter(|bound| bound.receipt.is_some()) {
                p { a href={ "/cases/" (bound.number) } { (words.open_case) " " (bound.number) } }
            }
        }
    };
    let kept = fields.0.iter().filter(|(name, _)| name != "key").cloned();
    let fields = FormFields(kept.chain([("key".to_owned(), random_key()?)]).collect());
    Ok((StatusCode::CONFLICT, show_with(visit, &fields, &[], &notice)).into_response())
}

/// Shows the documents that are in force now. The agreement to the former ones does not count.
fn stale(visit: &Visit, fields: &FormFields) -> Response {
    let current = draft::hidden(visit.desk.desk(), visit.now()).map(|(name, value)| (name.to_owned(), value));
    let is_replaced = |name: &str| name == "agreed" || current.iter().any(|(other, _)| other == name);
    let kept = fields.0.iter().filter(|(name, _)| !is_replaced(name)).cloned().collect::<Vec<_>>();
    let fields = FormFields(kept.into_iter().chain(current.clone()).collect());
    rejected(visit, &fields, &[("agreed".to_owned(), visit.words().intake.stale.clone())])
}

/// Lists what the module does not judge: the operator's own record of the agreement.
fn missing(visit: &Visit, fields: &FormFields) -> Vec<FieldFault> {
    let (words, required) = (&visit.words().intake, visit.words().coded.field.get("required"));
    let own = [("agreed_by", &words.agreed_by), ("shown", &words.shown), ("agreed", &words.agreed)];
    let empty = own.into_iter().filter(|(name, _)| !fields.has(name));
    empty.map(|(name, title)| (name.to_owned(), format!("{title}{}{required}", visit.words().frame.colon))).collect()
}

/// Puts the issues of the report at their fields; one without a field here is named by its title.
fn faults_of(visit: &Visit, issues: &[Issue]) -> Vec<FieldFault> {
    let fault = |issue: &Issue| {
        let Some(name) = draft::field_of(&issue.path) else {
            let title = message::title(&message::pattern(&issue.path), visit.locale).unwrap_or(&issue.path);
            return (String::new(), format!("{title}{}{}", visit.words().frame.colon, issue.message));
        };
        (name.to_owned(), issue.message.clone())
    };
    issues.iter().map(fault).collect()
}

fn rejected(visit: &Visit, fields: &FormFields, faults: &[FieldFault]) -> Response {
    (StatusCode::UNPROCESSABLE_ENTITY, show(visit, fields, faults)).into_response()
}

/// Shows the number, large enough to be read out.
fn stored(visit: &Visit, receipt: &[u8]) -> Result<Response, Problem> {
    let receipt: Value = serde_json::from_slice(receipt).map_err(|_| Problem::Failed)?;
    let number = receipt.get("number").and_then(Value::as_str).ok_or(Problem::Failed)?;
    let words = &visit.words().intake;
    let content = html! {
        section.sheet.narrow {
            h1 { (words.done) }
            p.code-digits.number { (number) }
            p { (words.number_hint) }
            p { a.button.main href={ "/cases/" (number) } { (words.open_case) } }
            p { a href="/cases/new" { (words.again) } }
        }
    };
    let response = page(visit, &Page::in_menu(&words.done, "/cases/new"), &content);
    Ok((StatusCode::CREATED, response).into_response())
}

fn show(visit: &Visit, fields: &FormFields, faults: &[FieldFault]) -> Response {
    show_with(visit, fields, faults, &html! {})
}

/// Shows the form below a notice.
fn show_with(visit: &Visit, fields: &FormFields, faults: &[FieldFault], notice: &Markup) -> Response {
    let words = &visit.words().intake;
    let set = FieldSet::new(visit, "intake", fields, faults);
    let content = html! {
        form.sheet.intake method="post" action="/cases/new" {
            h1 { (words.title) }
            p { (words.lead) }
            (notice)
            (set.summary())
            @for name in ["key", "document", "policy", "opened_at"] { input type="hidden" name=(name) value=(fields.get(name)); }
            h2 { (words.caller) }
            (caller(&set))
            h2 { (words.incident) }
            (incident(&set))
            h2 { (words.services) }
            (services(&set))
            h2 { (words.consent) }
            (consent(&set))
            button.main type="submit" { (words.submit) }
        }
    };
    page(visit, &Page::in_menu(&words.title, "/cases/new"), &content)
}

fn title(visit: &Visit, path: &str) -> &'static str {
    message::title(path, visit.locale).unwrap_or_default()
}

fn caller(set: &FieldSet<'_>) -> Markup {
    let line = |name, kind, path, need| set.line(name, kind, title(set.visit, path), need);
    html! {
        div.intake__row {
            (line("company", "text", "/contact/company", Need::Required))
            (line("phone", "tel", "/contact/phone", Need::Required))
        }
        div.intake__row {
            (line("person", "text", "/contact/person", Need::Optional))
            (line("department", "text", "/contact/department", Need::Optional))
        }
        div.intake__row {
            (line("email", "text", "/contact/email", Need::Optional))
            (line("responsible", "text", "/contact/responsible", Need::Optional))
        }
    }
}

fn incident(set: &FieldSet<'_>) -> Markup {
    let visit = set.visit;
    let kinds = draft::options("/incident/kind", visit.locale);
    let ongoing = ["yes", "no", "unknown"].map(|word| (word, visit.words().coded.ongoing.get(word)));
    html! {
        (set.area("summary", title(visit, "/incident/summary"), Need::Required))
        div.intake__row {
            (set.select("kind", title(visit, "/incident/kind"), Need::Optional, &kinds))
            (set.line("discovered_at", "text", &visit.words().intake.since, Need::Optional))
        }
        (set.radios("ongoing", title(visit, "/incident/ongoing"), &ongoing))
    }
}

/// Writes the two services that can be wanted beside the consultation, which is always included.
fn services(set: &FieldSet<'_>) -> Markup {
    let words = &set.visit.words().intake;
    let approvals = draft::options("/service/remote/approval", set.visit.locale);
    let yes_no = [("yes", set.visit.words().case.yes.as_str()), ("no", set.visit.words().case.no.as_str())];
    html! {
        (set.tick("remote", &words.remote, Need::Optional))
        div.only-remote {
            (set.tick("price_notice", &words.price_told, Need::Depends))
            (set.select("approval", &words.approval, Need::Depends, &approvals))
        }
        (set.tick("forensics", &words.forensics, Need::Optional))
        div.only-forensics { (set.select("transfer_consent", &words.transfer, Need::Depends, &yes_no)) }
    }
}

/// Writes the documents in force, for reading out, and the record of the agreement.
fn consent(set: &FieldSet<'_>) -> Markup {
    let (visit, words) = (set.visit, &set.visit.words().intake);
    let documents = visit.desk.desk().documents();
    let shown = [("read_out", words.read_out.as_str()), ("sent", words.sent.as_str())];
    html! {
        @for (path, document) in [("/consent/document", &documents.consent), ("/consent/policy", &documents.policy)] {
            @let served = document.served(Locale::Ja);
            details.document {
                summary { (title(visit, path)) " " (substitute(&words.consent_version, "version", served.version)) " " (words.consent_text) }
                // The operator's own file, which is served on the form as well; nothing in it can run under the page's policy.
                div lang="ja" tabindex="0" role="group" aria-label=(title(visit, path)) { (PreEscaped(demoted(served.html))) }
            }
        }
        (set.line("agreed_by", "text", &words.agreed_by, Need::Required))
        (set.radios("shown", &words.shown, &shown))
        (set.tick("agreed", &words.agreed, Need::Required))
    }
}

/// Makes the title of a document a heading below those of the page.
pub fn demoted(html: &str) -> String {
    html.replace("<h1", "<h3").replace("</h1>", "</h3>")
}

/// Makes the key of a form.
fn random_key() -> Result<String, Problem> {
    let mut bytes = [0; KEY_BYTES];
    getrandom::fill(&mut bytes).map_err(|error| {
        tracing::error!(%error, "there is no randomness");
        Problem::Failed
    })?;
    Ok(format!("{:032x}", u128::from_be_bytes(bytes)))
}
