//! The register of organizations that may receive something, for leads.
//!
//! `POST /organizations` with `id=ntt-at&name=…&kind=forensics&recipient=age1…` → 303 back · `POST /organizations/ntt-at/disable`

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use kakekomi_casework::{HandoverError, NewOrganization};
use kakekomi_store::{Organization, OrganizationKind};
use maud::{Markup, html};

use crate::frame::field::{FieldFault, FieldSet, Need};
use crate::frame::visit::see_other;
use crate::frame::{FormFields, Page, Problem, Visit, inert, page};

const PATH: &str = "/organizations";

/// Lists the organizations.
pub async fn list(visit: Visit) -> Result<Response, Problem> {
    show(&visit, &FormFields::default(), &[]).await
}

/// Registers an organization.
pub async fn add(visit: Visit, fields: FormFields) -> Result<Response, Problem> {
    let [id, name, recipient] = ["id", "name", "recipient"].map(|field| fields.get(field).trim().to_owned());
    let kind: OrganizationKind = fields.get("kind").parse().map_err(|_| Problem::BadRequest)?;
    let new = NewOrganization { id, name, kind, recipient };
    let recipients = visit.desk.parts.intake.sealer.recipients();
    let added = visit.desk.parts.casework.add_organization(&visit.operator()?, recipients, new).await;
    let Err(error) = added else { return Ok(see_other(PATH)) };
    // The code of a wrong value is the name of its field.
    let field = error.code().ok_or_else(|| problem(&error))?;
    let fault = (field.to_owned(), visit.words().handover_error.get(field).to_owned());
    Ok((StatusCode::UNPROCESSABLE_ENTITY, show(&visit, &fields, &[fault]).await?).into_response())
}

/// Disables an organization: its links end at once.
pub async fn disable(visit: Visit, Path(id): Path<String>) -> Result<Response, Problem> {
    let recipients = visit.desk.parts.intake.sealer.recipients();
    let changed = visit.desk.parts.casework.disable_organization(&visit.operator()?, recipients, &id).await;
    changed.map_err(|error| problem(&error))?;
    Ok(see_other(PATH))
}

/// Enables a disabled organization.
pub async fn enable(visit: Visit, Path(id): Path<String>) -> Result<Response, Problem> {
    let recipients = visit.desk.parts.intake.sealer.recipients();
    let changed = visit.desk.parts.casework.enable_organization(&visit.operator()?, recipients, &id).await;
    changed.map_err(|error| problem(&error))?;
    Ok(see_other(PATH))
}

fn problem(error: &HandoverError) -> Problem {
    match error {
        HandoverError::Work(error) => Problem::work(error),
        other => {
            tracing::error!(error = %other, "the register of organizations failed");
            Problem::Failed
        }
    }
}

async fn show(visit: &Visit, typed: &FormFields, faults: &[FieldFault]) -> Result<Response, Problem> {
    let lines = visit.desk.parts.casework.organizations(&visit.operator()?).await;
    let lines = lines.map_err(|error| problem(&error))?;
    let words = &visit.words().organizations;
    let set = FieldSet::new(visit, "organization", typed, faults);
    let form = add_form(&set);
    let content = html! {
        h1 { (words.title) }
        (set.summary())
        p { (words.lead) }
        @if lines.is_empty() { p.sheet { (words.none) } } @else { (table(visit, &lines)) }
        form.sheet.narrow method="post" action=(PATH) { (form) }
    };
    Ok(page(&visit.clone().at(PATH.to_owned()), &Page::in_menu(&words.title, PATH), &content))
}

fn add_form(set: &FieldSet<'_>) -> Markup {
    let words = &set.visit.words().organizations;
    let kinds = [OrganizationKind::Forensics, OrganizationKind::Subcontractor].map(OrganizationKind::as_str);
    let kinds = kinds.map(|kind| (kind, set.visit.words().organization_kind.get(kind)));
    html! {
        h2 { (words.add_title) }
        (set.line("id", "text", &words.id, Need::Required))
        p.hint { (words.id_hint) }
        (set.line("name", "text", &words.name, Need::Required))
        (set.select("kind", &words.kind, Need::Required, &kinds))
        (set.line("recipient", "text", &words.recipient, Need::Required))
        p.hint { (words.recipient_hint) }
        button.main type="submit" { (words.add) }
    }
}

fn table(visit: &Visit, lines: &[Organization]) -> Markup {
    let words = &visit.words().organizations;
    html! {
        table.queue {
            thead {
                tr {
                    @for title in [&words.id, &words.name, &words.kind, &words.recipient, &words.state, &words.actions] {
                        th scope="col" { (title) }
                    }
                }
            }
            tbody { @for line in lines { (row(visit, line)) } }
        }
    }
}

fn row(visit: &Visit, line: &Organization) -> Markup {
    let words = &visit.words().organizations;
    html! {
        tr {
            td.queue__number { strong { (line.id) } }
            td { (inert::text(&line.name)) }
            td { (visit.words().organization_kind.get(line.kind.as_str())) }
            td { span.file__code { (line.recipient) } }
            td { (if line.disabled { &words.disabled } else { &words.enabled }) }
            td.queue__actions {
                @if line.disabled {
                    form method="post" action={ (PATH) "/" (line.id) "/enable" } { button type="submit" { (words.enable) } }
                } @else {
                    details {
                        summary { (words.disable) }
                        form method="post" action={ (PATH) "/" (line.id) "/disable" } {
                            p { (words.disable_lead) }
                            button.danger type="submit" { (words.disable) }
                        }
                    }
                }
            }
        }
    }
}
