//! The hand-overs of a case: their state, what is missing, the packages, and the forms of leads.
//!
//! `POST /cases/2609-4873-1059/packages` → 201 with the link to collect it, once · `POST …/packages/0f1e…/link` → a new one

use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::Response;
use kakekomi_casework::{CaseView, ReferralView, Right};
use kakekomi_core::message::substitute;
use kakekomi_store::{PackageId, PackageLine};
use maud::{Markup, html};

use super::collect_link::{refused, show_link};
use super::file_event::size;
use super::grant;
use super::number::read_number;
use crate::frame::visit::see_other;
use crate::frame::{FormFields, Problem, Visit, inert, moment};

/// The status of an erased case, which has nothing to hand over.
const ERASED: &str = "erased";

/// Writes the section of the hand-overs; nothing for a case that has none.
pub async fn section(visit: &Visit, view: &CaseView) -> Markup {
    let referral = match visit.desk.parts.casework.referral(view).await {
        Ok(referral) => referral,
        Err(error) => {
            tracing::error!(%error, "the hand-overs of a case cannot be read");
            return html! {};
        }
    };
    let may_act = visit.may(Right::Release) && view.case.line.status != ERASED;
    let grants = if may_act {
        grant::form(visit, view, &referral)
    } else {
        html! {}
    };
    if referral.state.is_none() && referral.packages.is_empty() && grants.0.is_empty() {
        return html! {};
    }
    let words = &visit.words().handover;
    let state = referral.state.as_deref().unwrap_or("none");
    html! {
        section.sheet {
            h2 #handover { (words.title) }
            dl.rows { div { dt { (words.state) } dd { (visit.words().handover_state.get(state)) } } }
            @if view.case.line.status != ERASED && referral.state.is_some() { (next_step(visit, view, &referral, may_act)) }
            @if !referral.packages.is_empty() { (packages(visit, &referral, may_act)) }
            (grants)
        }
    }
}

/// Writes what is missing for the package, or the button that makes it.
fn next_step(visit: &Visit, view: &CaseView, referral: &ReferralView, may_act: bool) -> Markup {
    let words = &visit.words().handover;
    let to = referral.organizations.iter().find(|one| Some(&one.id) == referral.organization.as_ref());
    html! {
        @if !referral.missing.is_empty() {
            h3 { (words.missing) }
            ul { @for step in &referral.missing { li { (visit.words().handover_missing.get(step.as_str())) } } }
        }
        @if referral.open_files > 0 && referral.state.as_deref() != Some("packaged") {
            p.notice.notice--warning { (substitute(&words.open_files, "count", &referral.open_files.to_string())) }
        }
        @if let Some(to) = to.filter(|_| referral.is_ready() && may_act) {
            p { (words.ready) }
            form.no-print method="post" action={ "/cases/" (view.case.line.number) "/packages" } {
                p { (substitute(&words.make_to, "name", &inert::visible(&to.name))) }
                button.main type="submit" { (words.make) }
            }
        }
    }
}

fn packages(visit: &Visit, referral: &ReferralView, may_act: bool) -> Markup {
    let words = &visit.words().handover;
    html! {
        h3 { (words.packages) }
        @for line in &referral.packages {
            article.file {
                dl.rows {
                    div { dt { (words.organization) } dd { (inert::text(&line.organization)) } }
                    div { dt { (words.purpose) } dd { (visit.words().handover_purpose.get(line.purpose.as_str())) } }
                    div { dt { (words.made) } dd { (moment::full(visit, line.created_at)) } }
                    div { dt { (words.size) } dd { (size(visit, line.length)) } }
                    (ends(visit, line))
                }
                @if may_act && line.destroyed_at.is_none() { (forms(visit, line)) }
            }
        }
    }
}

/// Writes when a package was collected or destroyed, or until when it can be collected.
fn ends(visit: &Visit, line: &PackageLine) -> Markup {
    let words = &visit.words().handover;
    let link_end = line.link_expires_at.filter(|end| *end > visit.now());
    let at = |title: &str, at: i64| html! { div { dt { (title) } dd { (moment::full(visit, at)) } } };
    html! {
        @if let Some(collected) = line.collected_at { (at(&words.collected, collected)) }
        @if let Some(destroyed) = line.destroyed_at { (at(&words.destroyed, destroyed)) }
        @else if let Some(end) = link_end { (at(&words.link_until, end)) }
        @else { div { dt { (words.link_until) } dd { (words.no_link) } } }
    }
}

fn forms(visit: &Visit, line: &PackageLine) -> Markup {
    let words = &visit.words().handover;
    let path = format!("/cases/{}/packages/{}", line.number, line.id);
    html! {
        div.ways.no-print {
            form method="post" action={ (path) "/link" } { button type="submit" { (words.renew) } }
            @if line.collected_at.is_none() {
                details {
                    summary { (words.destroy) }
                    form method="post" action={ (path) "/destroy" } {
                        p { (words.destroy_lead) }
                        label { (words.reason) " " input type="text" name="reason" required autocomplete="off"; }
                        button.danger type="submit" { (words.destroy) }
                    }
                }
            }
        }
    }
}

/// Makes the package for the released organization, and shows its link once.
pub async fn make(visit: Visit, headers: HeaderMap, Path(number): Path<String>) -> Result<Response, Problem> {
    let number = read_number(&number)?;
    let (casework, operator) = (&visit.desk.parts.casework, visit.operator()?);
    match casework.make_package(&operator, &number, None, visit.desk.desk()).await {
        Ok(made) => Ok(show_link(&visit, &headers, &number, &made.link, Some(&made.sealed_sha256))),
        Err(error) => refused(&visit, &number, &error),
    }
}

/// Replaces the link of a package, and shows the new one once.
pub async fn renew(
    visit: Visit,
    headers: HeaderMap,
    Path((number, id)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let (number, id) = (read_number(&number)?, read_id(&id)?);
    match visit.desk.parts.casework.renew_link(&visit.operator()?, &number, &id).await {
        Ok(link) => Ok(show_link(&visit, &headers, &number, &link, None)),
        Err(error) => refused(&visit, &number, &error),
    }
}

/// Destroys a package.
pub async fn destroy(
    visit: Visit,
    Path((number, id)): Path<(String, String)>,
    fields: FormFields,
) -> Result<Response, Problem> {
    let (number, id) = (read_number(&number)?, read_id(&id)?);
    let reason = fields.get("reason").trim();
    match visit.desk.parts.casework.destroy_package(&visit.operator()?, &number, &id, reason).await {
        Ok(()) => Ok(see_other(&format!("/cases/{number}#handover"))),
        Err(error) => refused(&visit, &number, &error),
    }
}

fn read_id(text: &str) -> Result<PackageId, Problem> {
    text.parse().map_err(|_| Problem::NotFound)
}
