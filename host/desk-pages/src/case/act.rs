//! Actions on a case.
//!
//! ```text
//! POST /cases/2609-4873-1059/actions/note   n=3 text=…  →  303 to the case
//! wrong fields → 422, the case with the form open   ·   a change in between → 409, both changes and the form once more
//! ```

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use kakekomi_casework::{ActError, Acted, Action, Conflict, FieldError, Fields, ReturnCode, WorkError};
use kakekomi_store::Refusal;
use kakekomi_store::receipt_number::Number;
use maud::html;

use super::forms::{ActionForms, Rejected};
use super::{read_number, show_rejected, timeline};
use crate::frame::field::FieldFault;
use crate::frame::visit::see_other;
use crate::frame::{FormFields, Page, Problem, Visit, page};

/// Writes the event of a form.
pub async fn act(
    visit: Visit,
    Path((number, name)): Path<(String, String)>,
    typed: FormFields,
) -> Result<Response, Problem> {
    let number = read_number(&number)?;
    let visit = visit.at(format!("/cases/{number}"));
    let word = Action::word(&name).ok_or(Problem::NotFound)?;
    let offset = &visit.desk.desk().profile().calendar.offset;
    let action = Action::read(word, &Fields::new(typed.0.clone()), offset).ok_or(Problem::NotFound)?;
    let request = Sent { visit: &visit, number: &number, word, typed: &typed };
    let action = match action {
        Ok(action) => action,
        Err(errors) => return request.reject(&errors).await,
    };
    // Without it every change of another operator would be overwritten unseen.
    let seen = typed.get("n").parse().map_err(|_| Problem::BadRequest)?;
    match visit.desk.parts.casework.act(&visit.operator()?, &number, action, Some(seen)).await {
        Ok(acted) => Ok(request.accepted(&acted)),
        Err(error) => request.failed(error).await,
    }
}

/// A form that was sent.
struct Sent<'a> {
    visit: &'a Visit,
    number: &'a Number,
    word: &'a str,
    typed: &'a FormFields,
}

impl Sent<'_> {
    fn accepted(&self, acted: &Acted) -> Response {
        match (&acted.code, acted.is_purged) {
            (Some(code), _) => self.show_code(code),
            (None, Some(is_purged)) => self.show_erased(is_purged),
            (None, None) => see_other(&format!("/cases/{}?done={}", self.number, self.word)),
        }
    }

    async fn failed(&self, error: ActError) -> Result<Response, Problem> {
        match error {
            ActError::Fields(errors) => self.reject(&errors).await,
            ActError::Conflict(conflict) => self.show_conflict(&conflict).await,
            ActError::Refused(refusal) => self.refuse(refusal).await,
            ActError::Work(error) => Err(Problem::work(&error)),
            ActError::NoServiceRecipient => {
                let sentence = self.visit.words().refusal.get("no_service").to_owned();
                self.reject_with(&[(String::new(), sentence)]).await
            }
            other => {
                tracing::error!(error = %other, "an action failed");
                Err(Problem::Failed)
            }
        }
    }

    /// Shows the case again, with the form open and its errors in words.
    async fn reject(&self, errors: &[FieldError]) -> Result<Response, Problem> {
        let coded = &self.visit.words().coded.field;
        let faults: Vec<_> =
            errors.iter().map(|error| (error.field.clone(), coded.get(error.code.as_str()).to_owned())).collect();
        self.reject_with(&faults).await
    }

    async fn refuse(&self, refusal: Refusal) -> Result<Response, Problem> {
        if refusal == Refusal::Erased {
            return Err(Problem::NotFound);
        }
        self.reject_with(&[(String::new(), self.visit.words().refusal.get(refusal.as_str()).to_owned())]).await
    }

    async fn reject_with(&self, faults: &[FieldFault]) -> Result<Response, Problem> {
        let view = self.visit.desk.parts.casework.view(&self.visit.operator()?, self.number).await;
        let view = view.map_err(|error: WorkError| Problem::work(&error))?;
        let rejected = Rejected { word: self.word, typed: self.typed, faults };
        Ok(show_rejected(self.visit, &view, &rejected).await)
    }

    /// Shows both changes, and the form with the typed values, which now has the last event's number.
    async fn show_conflict(&self, conflict: &Conflict) -> Result<Response, Problem> {
        let view = self.visit.desk.parts.casework.view(&self.visit.operator()?, self.number).await;
        let view = view.map_err(|error| Problem::work(&error))?;
        let words = &self.visit.words().case;
        let rejected = Rejected { word: self.word, typed: self.typed, faults: &[] };
        let forms = ActionForms::load(self.visit, &view).await;
        let content = html! {
            section.sheet.conflict {
                h1 { (words.conflict_title) }
                p { (words.conflict) }
                div.conflict__sides {
                    section {
                        h2 { (words.conflict_theirs) }
                        ol.timeline { @for event in &conflict.theirs { (timeline::entry(self.visit, event)) } }
                    }
                    section {
                        h2 { (words.conflict_mine) }
                        p { strong { (self.visit.words().coded.event.get(conflict.mine.kind)) } }
                        (timeline::body_of(self.visit, conflict.mine.kind, &conflict.mine.body))
                    }
                }
                h2 { (words.conflict_again) }
                (forms.one(self.word, Some(&rejected), true))
                p { a href={ "/cases/" (self.number.to_string()) } { (words.conflict_leave) } }
            }
        };
        Ok((StatusCode::CONFLICT, page(self.visit, &Page::titled(&words.conflict_title), &content)).into_response())
    }

    /// Shows the new return code, this once.
    fn show_code(&self, code: &ReturnCode) -> Response {
        let words = &self.visit.words().case;
        let content = html! {
            section.sheet.narrow {
                h1 { (words.code_title) }
                p { (words.code) }
                p.code-digits.number { (code.to_string()) }
                p.notice.notice--warning { (words.code_call) }
                p { (words.code_once) }
                p { a.button.main href={ "/cases/" (self.number.to_string()) } { (words.to_case) } }
            }
        };
        page(self.visit, &Page::titled(&words.code_title), &content)
    }

    fn show_erased(&self, is_purged: bool) -> Response {
        let words = &self.visit.words().case;
        let content = html! {
            section.sheet.narrow {
                h1 { (words.erased_done) }
                @if !is_purged { p.notice.notice--warning { (words.erased_left) } }
                p { a.button.main href="/" { (self.visit.words().frame.to_queue) } }
            }
        };
        page(self.visit, &Page::titled(&words.erased_done), &content)
    }
}
