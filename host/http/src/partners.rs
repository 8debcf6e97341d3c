//! `/partners`: a partner composes the lines for its page, sees the form there, and reads the directives that its own content
//! security policy needs.
//!
//! `GET /partners?p=pk_…&lang=ja&mode=frame&version=1.1.0&look=dark` → the page with those choices made. The sample is
//! `/partners/preview` with the same query in a frame: a small page with the pasted lines in it. A typed key appears in the
//! page again, known or not; nothing is stored.

use std::sync::{Arc, LazyLock};

use axum::extract::State;
use axum::http::{HeaderMap, Uri, header};
use axum::response::Response;
use kakekomi_core::Locale;
use kakekomi_service::desk::Desk;
use kakekomi_service::desk::partners::{KEY_MAX, Partner};
use maud::{Markup, html};

use super::asset::{Asset, CachePolicy, FileRequest, HTML, dynamic_response, media_type};
use super::embed::ELEMENT;
use super::escape::escape;
use super::extract::{Clock, RequestedLocale, query_param};
use super::headers::{AllowsFraming, Framed};
use crate::element_versions::{self, PROTOCOL, Snippet, VERSION, integrity};
use crate::embedded::PARTNER_WORDS;
use crate::template::fill;

const PAGE: &str = include_str!("../../../www/partners/partners.html");
const PREVIEW: &str = include_str!("../../../www/partners/preview.html");
/// The files that the two pages load, by name.
const FILES: [(&str, &str); 4] = [
    ("partners.js", include_str!("../../../www/partners/partners.js")),
    ("partners.css", include_str!("../../../www/partners/partners.css")),
    ("preview.css", include_str!("../../../www/partners/preview.css")),
    ("hostile.css", include_str!("../../../www/partners/hostile.css")),
];

/// The chosen values; an unknown value counts as the first choice.
struct Choices {
    locale: Locale,
    key: String,
    lang: &'static str,
    mode: &'static str,
    version: &'static str,
    look: &'static str,
}

const LANGS: [&str; 2] = ["ja", "en"];
const MODES: [&str; 2] = ["frame", "inline"];
const VERSIONS: [&str; 2] = [VERSION, PROTOCOL];
const LOOKS: [&str; 3] = ["light", "dark", "hostile"];

impl Choices {
    fn read(address: &Uri, partners: &[Partner], locale: Locale) -> Choices {
        let one_of = |name: &str, choices: &[&'static str]| {
            let requested = query_param(address, name).unwrap_or_default();
            choices.iter().copied().find(|choice| *choice == requested).or(choices.first().copied()).unwrap_or_default()
        };
        // Without a key the desk's first test key is shown.
        let test_key = || partners.iter().find(|partner| partner.is_test()).map(|partner| partner.key.clone());
        let key = query_param(address, "p").map(|key| key.trim().chars().take(KEY_MAX).collect()).or_else(test_key);
        Choices {
            locale,
            key: key.unwrap_or_default(),
            lang: one_of("lang", &LANGS),
            mode: one_of("mode", &MODES),
            version: one_of("version", &VERSIONS),
            look: one_of("look", &LOOKS),
        }
    }

    fn query(&self, locale: Locale) -> String {
        let Choices { key, lang, mode, version, look, .. } = self;
        let key: String = key.chars().filter(|char| char.is_ascii_alphanumeric() || *char == '_').collect();
        let locale = locale.as_str();
        format!("locale={locale}&p={key}&lang={lang}&mode={mode}&version={version}&look={look}")
    }

    fn snippet(&self, desk: &str) -> String {
        static DIGEST: LazyLock<String> = LazyLock::new(|| integrity(element_versions::element()));
        Snippet {
            desk,
            script: &format!("{desk}/embed/{}/{ELEMENT}", self.version),
            integrity: (self.version == VERSION).then_some(DIGEST.as_str()),
            partner: &self.key,
            lang: self.lang,
            inline: self.mode == "inline",
            elsewhere: false,
            link: &escape(word("link_text", if self.lang == "en" { Locale::En } else { Locale::Ja })),
        }
        .html()
    }

    /// Lists the directives that the partner's own policy needs, one a line.
    fn policy(&self, desk: &str) -> String {
        match self.mode {
            "inline" => format!("script-src {desk} 'wasm-unsafe-eval'\nconnect-src {desk}"),
            _ => format!("script-src {desk}\nframe-src {desk}"),
        }
    }

    /// Writes the groups of choices, each with the present one checked.
    fn groups(&self) -> Markup {
        let groups = [
            ("mode", &MODES[..], self.mode),
            ("lang", &LANGS, self.lang),
            ("version", &VERSIONS, self.version),
            ("look", &LOOKS, self.look),
        ];
        html! {
            @for (name, choices, chosen) in groups {
                fieldset {
                    legend { (word(name, self.locale)) } "\n"
                    @for choice in choices {
                        label {
                            input type="radio" name=(name) value=(choice) checked[*choice == chosen]; " "
                            span { (self.title(name, choice)) }
                        } "\n"
                    }
                } "\n"
            }
        }
    }

    fn title(&self, name: &str, choice: &str) -> String {
        let choice = match (name, choice) {
            ("version", PROTOCOL) => "moving",
            ("version", _) => "pinned",
            _ => choice,
        };
        word(&format!("{name}_{choice}"), self.locale).replace("{version}", VERSION)
    }
}

/// The page where a partner composes what to put into theirs.
#[utoipa::path(get, path = "/partners", tag = "partners", params(RequestedLocale), responses(
    (status = 200, description = "HTML", content_type = "text/html; charset=utf-8", body = String)))]
pub async fn compose(
    State(desk): State<Arc<Desk>>,
    State(now): State<Clock>,
    RequestedLocale(locale): RequestedLocale,
    address: Uri,
    headers: HeaderMap,
) -> Response {
    let chosen = Choices::read(&address, &desk.profile().partners, locale);
    let origin = own_origin(&headers);
    let filled = fill(PAGE, |blank| {
        let text = match blank {
            "known" => return Some(known(desk.partner(&chosen.key, now()), locale).into_string().into()),
            "choices" => return Some(chosen.groups().into_string().into()),
            "lang" => locale.as_str(),
            "desk" => desk.profile().name.get(locale),
            "key" => &chosen.key,
            "snippet" => &chosen.snippet(&origin),
            "policy" => &chosen.policy(&origin),
            "query" => &chosen.query(locale),
            "ja" => &chosen.query(Locale::Ja),
            "en" => &chosen.query(Locale::En),
            other => word(other.strip_prefix("w.")?, locale),
        };
        Some(escape(text).into())
    });
    let mut response = dynamic_response(filled, HTML, &headers);
    response.extensions_mut().insert(AllowsFraming);
    response
}

/// A small page with the form in it, or one of the files that the two pages load.
#[utoipa::path(get, path = "/partners/{file}", tag = "partners", operation_id = "partners_file",
    params(("file" = String, Path, description = "`preview`, or a file of these pages", example = "preview"), RequestedLocale),
    responses(
        (status = 200, description = "Page, script or style", content(
            (String = "text/html; charset=utf-8"), (String = "text/javascript; charset=utf-8"),
            (String = "text/css; charset=utf-8"))),
        (status = 304, description = "The client has it already")))]
pub async fn file(
    State(desk): State<Arc<Desk>>,
    RequestedLocale(locale): RequestedLocale,
    address: Uri,
    headers: HeaderMap,
    request: FileRequest,
) -> Response {
    if request.name == "preview" {
        return preview(&desk, locale, &address, &headers);
    }
    let file = FILES.iter().find(|(name, _)| *name == request.name);
    let asset = file.and_then(|(name, text)| Some(Asset::new(*text, media_type(name)?, CachePolicy::Revalidate)));
    request.respond(asset.as_ref())
}

fn preview(desk: &Desk, locale: Locale, address: &Uri, headers: &HeaderMap) -> Response {
    let chosen = Choices::read(address, &desk.profile().partners, locale);
    let snippet = chosen.snippet(&own_origin(headers));
    let filled = fill(PREVIEW, |blank| match blank {
        "lang" => Some(chosen.lang.into()),
        "look" => Some(chosen.look.into()),
        "snippet" => Some(snippet.as_str().into()),
        _ => None,
    });
    let mut response = dynamic_response(filled, HTML, headers);
    response.extensions_mut().insert(AllowsFraming);
    response.extensions_mut().insert(Framed::ByItself);
    response
}

/// Writes the desk's knowledge of a key in words.
fn known(partner: Option<&Partner>, locale: Locale) -> Markup {
    let Some(partner) = partner else {
        return html! { p { (word("key_unknown", locale)) } "\n" };
    };
    html! {
        p { strong { (partner.name.get(locale)) } } "\n"
        @if partner.is_test() { p { (word("key_test", locale)) } "\n" }
        p { (word("origins", locale)) } "\n"
        ul { @for origin in &partner.origins { li { code { (origin.as_str()) } } } } "\n"
    }
}

/// Returns the desk's origin as the partner reaches it: over TLS, except on the partner's own machine.
fn own_origin(headers: &HeaderMap) -> String {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let plain = host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte));
    let host = if plain { host } else { "" };
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let scheme = if ["localhost", "127.0.0.1", "[::1]"].contains(&name) { "http" } else { "https" };
    format!("{scheme}://{host}")
}

/// Returns a word of the page; a missing word is shown as its key, so that it is noticed.
fn word(key: &str, locale: Locale) -> &str {
    let mut words = PARTNER_WORDS.iter().filter(|(of, ..)| *of == locale.as_str());
    words.find(|(_, found, _)| *found == key).map_or(key, |(_, _, word)| word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(query: &str) -> Choices {
        Choices::read(&format!("/partners?{query}").parse().unwrap(), &[], Locale::Ja)
    }

    #[test]
    fn snippet_has_the_choices() {
        let pinned = chosen("p=pk_live_a&lang=en").snippet("https://desk.example.jp");
        assert!(pinned.contains(&format!("https://desk.example.jp/embed/{VERSION}/kakekomi.js\" integrity=\"sha384-")));
        assert!(
            pinned.contains("partner=\"pk_live_a\" lang=\"en\" name=") && pinned.contains("?p=pk_live_a&amp;lang=en")
        );
        let moving = chosen("p=pk_live_a&version=1&mode=inline").snippet("https://desk.example.jp");
        assert!(moving.contains("/embed/1/kakekomi.js\"></script>") && moving.contains(" mode=\"inline\""));
    }

    #[test]
    fn typed_key_is_escaped() {
        let typed = chosen("p=%22%3E%3Cscript%3E&mode=%3C&lang=xx");
        assert!(!typed.snippet("https://a").contains("<script>") && !typed.query(Locale::Ja).contains('<'));
        assert_eq!((typed.mode, typed.lang), ("frame", "ja"));
        assert!(!typed.groups().into_string().contains('{'), "every blank is filled in");
        let ambiguous = chosen("p=a%26b%3Dc%23x").snippet("https://a");
        assert!(ambiguous.contains("partner=\"a&amp;b=c#x\""), "{ambiguous}");
        assert!(ambiguous.contains("/?p=a%26b%3Dc%23x&amp;lang=ja\""), "{ambiguous}");
    }

    #[test]
    fn every_word_of_the_pages_exists() {
        for locale in Locale::ALL {
            let mut blanks = PAGE.split("{{w.").skip(1).filter_map(|rest| rest.split_once("}}"));
            assert!(blanks.all(|(key, _)| word(key, locale) != key));
            for (name, choices) in [("mode", &MODES[..]), ("lang", &LANGS), ("look", &LOOKS)] {
                assert!(
                    choices
                        .iter()
                        .all(|choice| word(&format!("{name}_{choice}"), locale) != format!("{name}_{choice}"))
                );
            }
        }
    }

    #[test]
    fn origin_is_https_except_on_the_own_machine() {
        let of = |host: &str| own_origin(&HeaderMap::from_iter([(header::HOST, host.parse().unwrap())]));
        assert_eq!(of("desk.example.jp"), "https://desk.example.jp");
        assert_eq!(of("127.0.0.1:8080"), "http://127.0.0.1:8080");
        assert_eq!(of("a\"b"), "https://");
    }
}
