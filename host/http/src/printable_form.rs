//! `GET /sheet?locale=`: the form on paper, for browsers without JavaScript and for networks that are cut.
//!
//! Made from the form description. The first part is one page (A4) for the call: first aid, the telephone number and the few
//! answers that the desk asks for first. The second part has every other question that a person can answer by hand. It
//! contains the phone number, so it is never kept (clause 4⑦).

use std::sync::{Arc, LazyLock};

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use kakekomi_core::{Code, Locale, message};
use kakekomi_describe::{Description, FieldDescription, describe};
use kakekomi_service::desk::Desk;
use maud::{Markup, PreEscaped, html};

use super::asset::{Asset, CachePolicy, HTML, dynamic_response};
use super::document::phone_address;
use super::extract::RequestedLocale;
use super::page::PageFiles;
use super::problem::Problem;
use super::problem_code::ProblemCode;
use crate::embedded::start_word;

/// The questions of the first page.
const FIRST: [&str; 8] = [
    "/contact/company",
    "/contact/department",
    "/contact/person",
    "/contact/phone",
    "/incident/summary",
    "/incident/ongoing",
    "/incident/discovered_at",
    "/incident/target",
];
/// The advice of the first page.
const FIRST_AID: [Code; 3] = [Code::GuidanceIsolate, Code::GuidanceKeepPowered, Code::GuidanceDiary];
/// Kinds of answers that a program finds and nobody copies by hand: digests, sizes, clock offsets.
const BY_PROGRAM: [&str; 2] = ["digest", "integer"];
/// Sections that are not on paper: the agreement is given in the page or by word of mouth, and later questions come later.
const LEFT_OUT: [&str; 2] = ["consent", "other"];

/// The style of the sheet alone, which no visitor of the form has to load.
static STYLE: LazyLock<Asset> = LazyLock::new(|| {
    let css = include_str!("../../../www/components/printable_form/printable_form.css");
    Asset::new(css, "text/css; charset=utf-8", CachePolicy::Revalidate)
});

/// The style of the sheet.
#[utoipa::path(get, path = "/sheet.css", tag = "page", operation_id = "sheet_style", responses(
    (status = 200, description = "CSS", content_type = "text/css; charset=utf-8", body = String),
    (status = 304, description = "The client has it already")))]
pub async fn style(headers: HeaderMap) -> Response {
    STYLE.respond(&headers)
}

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
    // In the head: a style within the content would hold back what follows it.
    let html = html.replacen("</head>", "<link rel=\"stylesheet\" href=\"/sheet.css\">\n</head>", 1);
    Ok(dynamic_response(html, HTML, &headers))
}

fn body(form: &Description, desk: &Desk, locale: Locale) -> Markup {
    let word = |key| PreEscaped(start_word(locale, key));
    html! {
        div.sheet.printable-form {
            (first_page(form, desk, locale))
            section.printable-form__more {
                h2 { (word("sheet_more")) }
                p.hint { (word("sheet_more_note")) }
                @for section in form.sections.iter().filter(|section| !LEFT_OUT.contains(&section.name)) {
                    h3 { (section.title) }
                    @if let Some(hint) = section.hint { p.hint { (hint) } }
                    (questions(form, section))
                    @if section.item.is_some() { p.hint { (word("sheet_further")) } }
                }
            }
        }
    }
}

fn first_page(form: &Description, desk: &Desk, locale: Locale) -> Markup {
    let profile = desk.profile();
    let hours = say(form, "sheet_hours");
    let hours = hours.replace("{open}", &profile.calendar.open).replace("{close}", &profile.calendar.close);
    let advice = FIRST_AID.map(|code| message::guidance(code, locale));
    let mark = say(form, "guidance_mark");
    html! {
        h1 { (say(form, "sheet_title")) }
        p.printable-form__call {
            (profile.name.get(locale)) br;
            (say(form, "phone_label")) " "
            a.phone-link.strong href=(phone_address(&profile.phone)) { (profile.phone) } " " (hours)
        }
        p { (say(form, "sheet_lead")) }
        div.printable-form__aid {
            h2 { (PreEscaped(start_word(locale, "sheet_first_aid"))) }
            ul { @for sentence in advice { li { (sentence.strip_prefix(mark).unwrap_or(sentence)) } } }
        }
        @for section in &form.sections {
            @for field in section.fields.iter().filter(|field| FIRST.contains(&field.path.as_str())) {
                (question(form, field))
            }
        }
    }
}

/// Writes the questions of a section, a record or an entry of a list that are not on the first page.
fn questions(form: &Description, node: &FieldDescription) -> Markup {
    let is_asked =
        |field: &&FieldDescription| !FIRST.contains(&field.path.as_str()) && !BY_PROGRAM.contains(&field.kind);
    let fields = node.item.as_ref().map_or(&node.fields, |item| &item.fields);
    html! { @for field in fields.iter().filter(is_asked) { (question(form, field)) } }
}

/// Writes a question and, beside it, the room for its answer.
fn question(form: &Description, node: &FieldDescription) -> Markup {
    let mut choices: Vec<&str> = match node.kind {
        "flag" if node.options.is_empty() => vec![say(form, "flag_true"), say(form, "flag_false")],
        "agree" => vec![say(form, "flag_true")],
        "record" if node.need == "optional" => vec![say(form, "wanted")],
        _ => node.options.iter().map(|option| option.title).collect(),
    };
    // On the first page there is no room for every hint: those of names and numbers are left out.
    let has_hint = !FIRST.contains(&node.path.as_str()) || node.kind == "text";
    let is_written = choices.is_empty() && node.fields.is_empty();
    choices.extend(node.unknown.then(|| say(form, "unknown")));
    html! {
        div.printable-form__row {
            div {
                strong { (node.question.unwrap_or(node.title)) } " "
                @if node.question.is_some() { (say(form, "field_term").replace("{title}", node.title)) " " }
                span.field__need { (say(form, &format!("need_{}", node.need))) }
                @if let Some(hint) = node.hint.filter(|_| has_hint) { p.hint { (hint) } }
            }
            @if is_written { (room(form, node.kind)) }
            @if !choices.is_empty() { ul { @for choice in choices { li { (choice) } } } }
        }
        (questions(form, node))
    }
}

/// Writes a line to write on; one for a moment has its units.
fn room(form: &Description, kind: &str) -> Markup {
    html! {
        p class={ "printable-form__room printable-form__room--" (kind) } {
            @if kind == "moment" { @for unit in ["year", "month", "day", "time"] { span { (say(form, unit)) } } }
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
    fn sheet_has_every_question_once_and_phone_and_hours() {
        let desk = Desk::load(None).unwrap();
        for locale in Locale::ALL {
            let form = describe(locale);
            let html = body(&form, &desk, locale).into_string();
            assert!(html.contains(&desk.profile().phone) && html.contains(&desk.profile().calendar.open), "{html}");
            let paths = FIRST.into_iter().chain(["/incident/discovery_trigger/by", "/devices/*/os", "/logs/*/name"]);
            for path in paths.chain(["/service/remote"]) {
                let asked = message::question(path, locale).or(message::title(path, locale)).unwrap();
                let asked = html! { strong { (asked) } }.into_string();
                assert_eq!(html.matches(&asked).count(), 1, "{path}");
            }
            for word in ["unknown", "sheet_lead"] {
                assert!(html.contains(&html! { (say(&form, word)) }.into_string()), "{word}");
            }
            for word in ["sheet_first_aid", "sheet_more", "sheet_more_note", "sheet_further"] {
                let word = start_word(locale, word);
                assert!(!word.is_empty() && html.contains(word));
            }
        }
    }

    #[test]
    fn nothing_is_asked_that_only_a_program_knows() {
        let desk = Desk::load(None).unwrap();
        for locale in Locale::ALL {
            let html = body(&describe(locale), &desk, locale).into_string();
            for path in ["/logs/*/sha256", "/logs/*/clock_error_seconds", "/logs/*/size", "/consent/agreed_at"] {
                assert!(!html.contains(message::title(path, locale).unwrap()), "{path}");
            }
        }
    }
}
