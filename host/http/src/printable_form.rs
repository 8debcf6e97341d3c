//! `GET /sheet?locale=`: the form on paper, for browsers without JavaScript and for networks that are cut.
//!
//! Made from the form description: every question with its hint and room for an answer, choices with boxes to tick. It contains
//! the phone number, so it is never kept (clause 4⑦).

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::IntoResponse;
use kakekomi_core::Locale;
use kakekomi_describe::{Description, FieldDescription, describe};
use kakekomi_service::desk::Desk;
use maud::{Markup, html};

use super::asset::{HTML, dynamic_response};
use super::extract::RequestedLocale;
use super::page::PageFiles;
use super::problem::Problem;
use super::problem_code::ProblemCode;

/// Number of entries of a list that there is room for on paper.
const ENTRIES: usize = 2;

/// The sheet in a language.
#[utoipa::path(get, path = "/sheet", tag = "page", operation_id = "sheet", params(RequestedLocale), responses(
    (status = 200, description = "The form on paper", content_type = "text/html; charset=utf-8", body = String)))]
pub async fn printable_form(
    State(page): State<PageFiles>,
    State(desk): State<Arc<Desk>>,
    RequestedLocale(locale): RequestedLocale,
    headers: HeaderMap,
) -> Result<impl IntoResponse, Problem> {
    let body = body(&describe(locale), &desk, locale).into_string();
    let html = page.document(locale, &body).map_err(|_| Problem::new(ProblemCode::HttpNotFound, locale))?;
    Ok(dynamic_response(html, HTML, &headers))
}

fn body(form: &Description, desk: &Desk, locale: Locale) -> Markup {
    let profile = desk.profile();
    let hours = say(form, "sheet_hours");
    let hours = hours.replace("{open}", &profile.calendar.open).replace("{close}", &profile.calendar.close);
    html! {
        div.sheet.printable-form {
            h1 { (say(form, "sheet_title")) }
            p.name { (profile.name.get(locale)) }
            p {
                (say(form, "phone_label")) " "
                a.phone-link.strong href={ "tel:" (profile.phone) } { (profile.phone) } " " (hours)
            }
            p { (say(form, "sheet_lead")) }
            // The agreement is given in the page or by word of mouth, not on this sheet.
            @for section in form.sections.iter().filter(|section| section.name != "consent") {
                section.section {
                    h2 { (section.title) }
                    @if let Some(hint) = section.hint { p.hint { (hint) } }
                    (content(form, section))
                }
            }
        }
    }
}

/// Writes the content of a section, a record or a list.
fn content(form: &Description, node: &FieldDescription) -> Markup {
    html! {
        @if let Some(item) = &node.item {
            @for number in 1..=ENTRIES {
                h3 { (item.title) " " (number) }
                (content(form, item))
            }
        } @else {
            @for field in &node.fields { (question(form, field)) }
        }
    }
}

/// Writes a question and the room for its answer.
fn question(form: &Description, node: &FieldDescription) -> Markup {
    let mut choices: Vec<&str> = match node.kind {
        "flag" if node.options.is_empty() => vec![say(form, "flag_true"), say(form, "flag_false")],
        "agree" => vec![say(form, "flag_true")],
        "record" if node.need == "optional" => vec![say(form, "wanted")],
        _ => node.options.iter().map(|option| option.title).collect(),
    };
    let is_written = choices.is_empty() && node.fields.is_empty();
    choices.extend(node.unknown.then(|| say(form, "unknown")));
    html! {
        div.field {
            p {
                span.field__title { (node.title) } " "
                span.field__need { (say(form, &format!("need_{}", node.need))) }
            }
            @if let Some(hint) = node.hint { p.hint { (hint) } }
            @if is_written { p class={ "printable-form__room printable-form__room--" (node.kind) } {} }
            @if !choices.is_empty() {
                ul.printable-form__boxes { @for choice in choices { li { (choice) } } }
            }
            (content(form, node))
        }
    }
}

/// Returns one of the page's own sentences; a missing one is empty, which a test finds.
fn say(form: &Description, key: &str) -> &'static str {
    form.words.get(key).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sheet_has_every_question_and_phone_and_hours() {
        let desk = Desk::load(None).unwrap();
        for locale in [Locale::Ja, Locale::En] {
            let form = describe(locale);
            let html = body(&form, &desk, locale).into_string();
            assert!(html.contains(&desk.profile().phone) && html.contains(&desk.profile().calendar.open), "{html}");
            for title in ["/contact/company", "/incident/discovery_trigger/by", "/devices/*/os", "/service/remote"] {
                assert!(html.contains(kakekomi_core::message::title(title, locale).unwrap()), "{title}");
            }
            for word in ["unknown", "sheet_lead"] {
                assert!(html.contains(&html! { (say(&form, word)) }.into_string()), "{word}");
            }
            assert!(!html.contains(kakekomi_core::message::title("/consent/agreed_at", locale).unwrap()));
        }
    }
}
