//! The form of a grant: chosen answers and files of a case for a subcontractor, for a time.
//!
//! `POST /cases/2609-4873-1059/grants` with `organization=helper&fields=/incident/summary&days=7` → 201 with the link, once

use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::Response;
use kakekomi_casework::{CaseView, Contents, Grant, HandoverError, ReferralView};
use kakekomi_core::message::substitute;
use kakekomi_describe::{FieldDescription, describe};
use kakekomi_store::OrganizationKind;
use maud::{Markup, html};

use super::collect_link::{refused, show_link};
use super::file_event::short;
use super::number::read_number;
use crate::frame::{FormFields, Problem, Visit, inert};

/// Days of a grant where the lead changes nothing.
const DAYS: u32 = 7;

/// Writes the form; nothing without a subcontractor or without opened contents.
pub fn form(visit: &Visit, view: &CaseView, referral: &ReferralView) -> Markup {
    let subcontractors: Vec<_> =
        referral.organizations.iter().filter(|one| one.kind == OrganizationKind::Subcontractor).collect();
    if subcontractors.is_empty() || !matches!(view.contents, Contents::Opened(_)) {
        return html! {};
    }
    let words = &visit.words().handover;
    let files = view.files.iter().filter(|file| file.line.state.is_complete());
    html! {
        details.no-print {
            summary { (words.grant) }
            form method="post" action={ "/cases/" (view.case.line.number) "/grants" } {
                p { (words.grant_lead) }
                div.field {
                    label for="grant-organization" { (words.organization) }
                    select #grant-organization name="organization" required {
                        option value="" { (visit.words().frame.choose) }
                        @for one in subcontractors { option value=(one.id) { (inert::visible(&one.name)) } }
                    }
                }
                fieldset.field { legend { (words.grant_fields) } (fields(visit)) }
                @if view.files.iter().any(|file| file.line.state.is_complete()) {
                    fieldset.field {
                        legend { (words.grant_files) }
                        @for file in files {
                            @let id = file.line.id.to_string();
                            label.tick {
                                input type="checkbox" name="files" value=(id);
                                span { (inert::text(file.name.as_deref().unwrap_or(short(&id)))) }
                            }
                        }
                    }
                }
                div.field {
                    label for="grant-days" { (words.grant_days) }
                    input #grant-days type="number" name="days" min="1" max="90" value=(DAYS) required;
                }
                button type="submit" { (words.grant_make) }
            }
        }
    }
}

/// Writes a box for each section of the form, and for each of its fields.
fn fields(visit: &Visit) -> Markup {
    let tick = |path: &str, title: &str| {
        html! { label.tick { input type="checkbox" name="fields" value=(path); span { (title) } } }
    };
    let whole = &visit.words().handover.whole_section;
    let description = describe(visit.locale);
    html! {
        @for section in &description.sections {
            @let path = format!("/{}", section.name);
            details {
                summary { (section.title) }
                div.ticks {
                    (tick(&path, &substitute(whole, "title", section.title)))
                    @for (path, field) in members(section, &path) { (tick(&path, field.title)) }
                }
            }
        }
    }
}

/// Lists the fields of a section with their paths; `*` is an entry of a list.
fn members<'a>(section: &'a FieldDescription, path: &str) -> Vec<(String, &'a FieldDescription)> {
    let (fields, path) = match &section.item {
        Some(item) => (&item.fields, format!("{path}/*")),
        None => (&section.fields, path.to_owned()),
    };
    fields.iter().map(|field| (format!("{path}/{}", field.name), field)).collect()
}

/// Gives the grant, and shows its link once.
pub async fn give(
    visit: Visit,
    headers: HeaderMap,
    Path(number): Path<String>,
    typed: FormFields,
) -> Result<Response, Problem> {
    let number = read_number(&number)?;
    let files: Result<Vec<_>, _> = typed.all("files").map(str::parse).collect();
    let grant = Grant {
        organization: typed.get("organization").to_owned(),
        fields: typed.all("fields").map(str::to_owned).collect(),
        files: files.map_err(|_| Problem::BadRequest)?,
        days: typed.get("days").trim().parse().unwrap_or_default(),
    };
    let (casework, operator) = (&visit.desk.parts.casework, visit.operator()?);
    let made: Result<_, HandoverError> = casework.give_grant(&operator, &number, grant, visit.desk.desk()).await;
    match made {
        Ok(made) => Ok(show_link(&visit, &headers, &number, &made.link, Some(&made.sealed_sha256))),
        Err(error) => refused(&visit, &number, &error),
    }
}
