//! The frame of every page: header, menu by role, language, the content.
//!
//! `page(&visit, &Page::titled("受付一覧"), &content)` → an HTML document

use axum::http::header;
use axum::response::{Html, IntoResponse, Response};
use kakekomi_casework::Right;
use kakekomi_core::Locale;
use maud::{DOCTYPE, Markup, html};

use super::inert;
use super::visit::{Visit, in_language};

/// A page beside its content.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a> {
    title: &'a str,
    current: &'a str,
    goes_on: Option<&'a str>,
}

impl<'a> Page<'a> {
    /// Makes a page that is not in the menu.
    pub fn titled(title: &'a str) -> Page<'a> {
        Page { title, current: "", goes_on: None }
    }

    /// Makes a page of the menu: `path` is the path of its link.
    pub fn in_menu(title: &'a str, path: &'a str) -> Page<'a> {
        Page { title, current: path, goes_on: None }
    }

    /// Makes a page that goes on to an address by itself. Browsers refuse a redirect of a form to another site under the policy of
    /// the desk, and send no cookie of the session after one from another site.
    pub fn going_on(title: &'a str, address: &'a str) -> Page<'a> {
        Page { title, current: "", goes_on: Some(address) }
    }
}

/// An entry of the menu: its path, its word, and the right to open it.
struct Entry {
    path: &'static str,
    word: fn(&Visit) -> &str,
    right: Right,
}

const MENU: &[Entry] = &[
    Entry { path: "/", word: |visit| &visit.words().frame.queue, right: Right::SeeQueue },
    Entry { path: "/cases/new", word: |visit| &visit.words().frame.intake, right: Right::Act },
    Entry { path: "/organizations", word: |visit| &visit.words().frame.organizations, right: Right::Release },
    Entry { path: "/audit", word: |visit| &visit.words().frame.audit, right: Right::SeeAudit },
    Entry { path: "/exports", word: |visit| &visit.words().frame.exports, right: Right::SeeExports },
    Entry { path: "/delivery", word: |visit| &visit.words().frame.delivery, right: Right::ManageDelivery },
    Entry { path: "/accounts", word: |visit| &visit.words().frame.accounts, right: Right::ManageAccounts },
];

/// Writes a page.
pub fn page(visit: &Visit, page: &Page<'_>, content: &Markup) -> Response {
    let name = visit.desk.desk().profile().name.get(visit.locale);
    let files = &visit.desk.files;
    let document = html! {
        (DOCTYPE)
        html lang=(visit.locale.as_str()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                @if let Some(address) = page.goes_on { meta http-equiv="refresh" content={ "0; url=" (address) }; }
                title { (inert::visible(page.title)) " – " (name) }
                link rel="icon" href=(files.icon);
                link rel="stylesheet" href=(files.style);
                script type="module" src=(files.script) {}
            }
            body {
                div.kakekomi.desk {
                    a.skip href="#main" { (visit.words().frame.skip) }
                    (header(visit, page, name))
                    main #main tabindex="-1" { (content) }
                }
            }
        }
    };
    ([(header::CONTENT_LANGUAGE, visit.locale.as_str())], Html(document.into_string())).into_response()
}

fn header(visit: &Visit, page: &Page<'_>, name: &str) -> Markup {
    let frame = &visit.words().frame;
    html! {
        header.desk-header {
            p.desk-header__name { a href="/" { (name) } " " span.desk-header__staff { (frame.for_staff) } }
            @if visit.session.is_some() { (menu(visit, page)) }
            div.desk-header__tools {
                (language(visit))
                @if let Some(session) = &visit.session {
                    a.desk-header__account href="/sessions" aria-current=[(page.current == "/sessions").then_some("page")] {
                        span.unseen { (frame.signed_in_as) } (inert::text(&session.display_name))
                        " " span.label { (visit.words().role.get(session.role.as_str())) }
                    }
                    form method="post" action="/logout" { button.quiet type="submit" { (frame.sign_out) } }
                }
            }
        }
    }
}

fn menu(visit: &Visit, page: &Page<'_>) -> Markup {
    let entries = MENU.iter().filter(|entry| visit.may(entry.right));
    html! {
        nav.menu aria-label=(visit.words().frame.menu) {
            ul {
                @for entry in entries {
                    li { a href=(entry.path) aria-current=[(entry.path == page.current).then_some("page")] { ((entry.word)(visit)) } }
                }
            }
        }
    }
}

/// Writes the link to the page in the other language, in that language.
fn language(visit: &Visit) -> Markup {
    let other = if visit.locale == Locale::Ja { Locale::En } else { Locale::Ja };
    let address = in_language(&visit.page, other);
    html! {
        a.desk-header__language href=(address) lang=(other.as_str()) hreflang=(other.as_str()) { (visit.words().frame.other_language) }
    }
}
