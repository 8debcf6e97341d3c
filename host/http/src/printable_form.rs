//! `GET /sheet?locale=`: the form on paper, for a browser without JavaScript and for a network that is cut.
//!
//! Made from the form description: every question with its hint and room for an answer, the choices with boxes to tick.
//! It names the phone number and so is never kept (clause 4⑦).

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use kakekomi_core::Locale;
use kakekomi_describe::{Description, FieldDescription, describe};
use kakekomi_service::desk::Desk;

use super::asset::dynamic_response;
use super::extract::RequestedLocale;
use super::page::{HTML, PageFiles, escape};
use super::problem::Problem;
use super::problem_code::ProblemCode;

/// How many entries of a list there is room for on paper.
const ENTRIES: usize = 2;

/// The sheet in a language.
#[utoipa::path(get, path = "/sheet", tag = "page", operation_id = "sheet", params(RequestedLocale), responses(
    (status = 200, description = "The form on paper", content_type = "text/html; charset=utf-8", body = String)))]
pub async fn printable_form(
    State(page): State<PageFiles>,
    State(desk): State<Arc<Desk>>,
    RequestedLocale(locale): RequestedLocale,
    headers: HeaderMap,
) -> Response {
    match page.document(locale, &body(&describe(locale), &desk, locale)) {
        Ok(html) => dynamic_response(html.into_bytes(), HTML, &headers),
        Err(_) => Problem::new(ProblemCode::HttpNotFound, locale).into_response(),
    }
}

fn body(form: &Description, desk: &Desk, locale: Locale) -> String {
    let profile = desk.profile();
    let phone = escape(&profile.phone);
    let mut html = String::from("<div class=\"sheet printable-form\">");
    html += &tag("h1", "", say(form, "sheet_title"));
    html += &tag("p", "name", profile.name.get(locale));
    let hours =
        say(form, "sheet_hours").replace("{open}", &profile.calendar.open).replace("{close}", &profile.calendar.close);
    let call = say(form, "phone_label");
    html +=
        &["<p>", call, " <a class=\"phone-link strong\" href=\"tel:", &phone, "\">", &phone, "</a> ", &hours, "</p>"]
            .concat();
    html += &tag("p", "", say(form, "sheet_lead"));
    // The agreement is given in the page or by word of mouth, not on this sheet.
    for section in form.sections.iter().filter(|section| section.name != "consent") {
        html += "<section class=\"section\">";
        html += &tag("h2", "", section.title);
        html += &hint(section);
        html += &content(form, section);
        html += "</section>";
    }
    html + "</div>"
}

/// What is inside a section, a record or a list.
fn content(form: &Description, node: &FieldDescription) -> String {
    let Some(item) = &node.item else { return node.fields.iter().map(|field| question(form, field)).collect() };
    (1..=ENTRIES).map(|number| tag("h3", "", &format!("{} {number}", item.title)) + &content(form, item)).collect()
}

/// A question and the room for its answer.
fn question(form: &Description, node: &FieldDescription) -> String {
    let need = say(form, &format!("need_{}", node.need));
    let mut html = String::from("<div class=\"field\"><p>");
    html += &tag("span", "field__title", node.title);
    html += " ";
    html += &tag("span", "field__need", need);
    html += "</p>";
    html += &hint(node);
    let titles: Vec<&str> = match node.kind {
        "flag" if node.options.is_empty() => vec![say(form, "flag_true"), say(form, "flag_false")],
        "agree" => vec![say(form, "flag_true")],
        "record" if node.need == "optional" => vec![say(form, "wanted")],
        _ => node.options.iter().map(|option| option.title).collect(),
    };
    if titles.is_empty() && node.fields.is_empty() {
        html += &tag("p", &format!("printable-form__room printable-form__room--{}", node.kind), "");
    }
    let unknown = node.unknown.then(|| say(form, "unknown"));
    let boxes: String = titles.into_iter().chain(unknown).map(|title| tag("li", "", title)).collect();
    if !boxes.is_empty() {
        html += "<ul class=\"printable-form__boxes\">";
        html += &boxes;
        html += "</ul>";
    }
    html + &content(form, node) + "</div>"
}

/// An element with text in it.
fn tag(name: &str, class: &str, text: &str) -> String {
    let text = escape(text);
    if class.is_empty() {
        format!("<{name}>{text}</{name}>")
    } else {
        format!("<{name} class=\"{class}\">{text}</{name}>")
    }
}

fn hint(node: &FieldDescription) -> String {
    node.hint.map(|hint| tag("p", "hint", hint)).unwrap_or_default()
}

/// One of the page's own sentences; one that is missing stands as nothing, which a test finds.
fn say(form: &Description, key: &str) -> &'static str {
    form.words.get(key).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_question_stands_on_the_sheet_with_the_phone_and_the_hours() {
        let desk = Desk::load(None).unwrap();
        for locale in [Locale::Ja, Locale::En] {
            let form = describe(locale);
            let html = body(&form, &desk, locale);
            assert!(html.contains(&desk.profile().phone) && html.contains(&desk.profile().calendar.open), "{html}");
            for title in ["/contact/company", "/incident/discovery_trigger/by", "/devices/*/os", "/service/remote"] {
                assert!(html.contains(kakekomi_core::message::title(title, locale).unwrap()), "{title}");
            }
            for word in ["unknown", "sheet_lead"] {
                assert!(html.contains(&escape(say(&form, word))), "{word}");
            }
            assert!(!html.contains(kakekomi_core::message::title("/consent/agreed_at", locale).unwrap()));
        }
    }
}
