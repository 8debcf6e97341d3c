//! `/partners`: where a partner composes the lines for its page, sees the form there, and reads what its own content
//! security policy needs.
//!
//! `GET /partners?p=pk_…&lang=ja&mode=frame&version=1.1.0&look=dark` → the page with those choices made. The sample is
//! `/partners/preview` with the same query in a frame: a small page with the pasted lines in it. What is typed comes
//! back in the page; it is known or not, and nothing is stored.

use std::sync::{Arc, LazyLock};

use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri, header};
use axum::response::Response;
use kakekomi_core::Locale;
use kakekomi_service::desk::Desk;
use kakekomi_service::desk::partners::{KEY_MAX, Partner};

use super::asset::{Asset, CachePolicy, dynamic_response, respond};
use super::embed::ELEMENT;
use super::extract::{PathParams, RequestedLocale, query_param};
use super::headers::{AllowsFraming, Framed};
use super::page::{HTML, escape};
use crate::element_versions::{self, PROTOCOL, Snippet, VERSION, integrity};
use crate::embedded::PARTNER_WORDS;
use crate::template::fill;

const PAGE: &str = include_str!("../../../www/partners/partners.html");
const PREVIEW: &str = include_str!("../../../www/partners/preview.html");
/// What the two pages load, by name.
const FILES: [(&str, &str, &str); 4] = [
    ("partners.js", include_str!("../../../www/partners/partners.js"), "text/javascript; charset=utf-8"),
    ("partners.css", include_str!("../../../www/partners/partners.css"), "text/css; charset=utf-8"),
    ("preview.css", include_str!("../../../www/partners/preview.css"), "text/css; charset=utf-8"),
    ("hostile.css", include_str!("../../../www/partners/hostile.css"), "text/css; charset=utf-8"),
];

/// What was chosen; whatever is none of the choices is the first.
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
            let asked = query_param(address, name).unwrap_or_default();
            choices.iter().copied().find(|choice| *choice == asked).or(choices.first().copied()).unwrap_or_default()
        };
        // Without a key there is one to try with, if the desk has one.
        let trying = || partners.iter().find(|partner| partner.is_test()).map(|partner| partner.key.clone());
        let key = query_param(address, "p").map(|key| key.trim().chars().take(KEY_MAX).collect()).or_else(trying);
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
        let snippet = Snippet {
            desk,
            script: &format!("{desk}/embed/{}/{ELEMENT}", self.version),
            integrity: (self.version == VERSION).then_some(DIGEST.as_str()),
            partner: &self.key,
            lang: self.lang,
            inline: self.mode == "inline",
            elsewhere: false,
            link: &escape(word("link_text", if self.lang == "en" { Locale::En } else { Locale::Ja })),
        };
        snippet.html()
    }

    /// What the partner's own policy has to allow, a directive a line.
    fn policy(&self, desk: &str) -> String {
        match self.mode {
            "inline" => format!("script-src {desk} 'wasm-unsafe-eval'\nconnect-src {desk}"),
            _ => format!("script-src {desk}\nframe-src {desk}"),
        }
    }

    /// A group of choices, the present one chosen. Each has a word of its own.
    fn radios(&self, name: &str, choices: &[&str], chosen: &str) -> String {
        let choice = |choice: &&str| {
            let key = match (name, *choice) {
                ("version", PROTOCOL) => "version_moving".to_owned(),
                ("version", _) => "version_pinned".to_owned(),
                _ => format!("{name}_{choice}"),
            };
            let words = escape(word(&key, self.locale)).replace("{version}", VERSION);
            let checked = if *choice == chosen { " checked" } else { "" };
            format!(
                "<label><input type=\"radio\" name=\"{name}\" value=\"{choice}\"{checked}> <span>{words}</span></label>\n"
            )
        };
        let choices: String = choices.iter().map(choice).collect();
        format!("<fieldset><legend>{}</legend>\n{choices}</fieldset>\n", escape(word(name, self.locale)))
    }
}

/// The page where a partner composes what to put into theirs.
#[utoipa::path(get, path = "/partners", tag = "partners", params(RequestedLocale), responses(
    (status = 200, description = "HTML", content_type = "text/html; charset=utf-8", body = String)))]
pub async fn compose(
    State(desk): State<Arc<Desk>>,
    RequestedLocale(locale): RequestedLocale,
    address: Uri,
    headers: HeaderMap,
) -> Response {
    let chosen = Choices::read(&address, &desk.profile().partners, locale);
    let origin = own_origin(&headers);
    let partner = desk.partner(&chosen.key);
    let filled = fill(PAGE, |blank| {
        Some(match blank {
            "lang" => locale.as_str().into(),
            "desk" => escape(desk.profile().name.get(locale)).into(),
            "key" => escape(&chosen.key).into(),
            "known" => known(partner, locale).into(),
            "choices" => groups(&chosen).into(),
            "snippet" => escape(&chosen.snippet(&origin)).into(),
            "policy" => escape(&chosen.policy(&origin)).into(),
            "query" => escape(&chosen.query(locale)).into(),
            "ja" => escape(&chosen.query(Locale::Ja)).into(),
            "en" => escape(&chosen.query(Locale::En)).into(),
            other => escape(word_of(other, locale)?).into(),
        })
    });
    let mut response = dynamic_response(filled.into_bytes(), HTML, &headers);
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
    file: PathParams<String>,
    RequestedLocale(locale): RequestedLocale,
    address: Uri,
    headers: HeaderMap,
) -> Response {
    let file = file.map(|Path(file)| file).unwrap_or_default();
    if file == "preview" {
        return preview(&desk, locale, &address, &headers);
    }
    let file = FILES.iter().find(|(name, ..)| *name == file);
    let asset = file.map(|(_, text, media)| Asset::new(*text, media, CachePolicy::Revalidate));
    respond(asset.as_ref(), &headers, locale)
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
    let mut response = dynamic_response(filled.into_bytes(), HTML, headers);
    response.extensions_mut().insert(AllowsFraming);
    response.extensions_mut().insert(Framed::ByItself);
    response
}

fn groups(chosen: &Choices) -> String {
    chosen.radios("mode", &MODES, chosen.mode)
        + &chosen.radios("lang", &LANGS, chosen.lang)
        + &chosen.radios("version", &VERSIONS, chosen.version)
        + &chosen.radios("look", &LOOKS, chosen.look)
}

/// What the desk knows of a key, in words.
fn known(partner: Option<&Partner>, locale: Locale) -> String {
    let line = |words: &str| format!("<p>{}</p>\n", escape(words));
    let Some(partner) = partner else {
        return line(word("key_unknown", locale));
    };
    let origins = partner.origins.iter().map(|origin| format!("<li><code>{}</code></li>", escape(origin.as_str())));
    let test = if partner.is_test() { line(word("key_test", locale)) } else { String::new() };
    let whose = format!("<p><strong>{}</strong></p>\n", escape(partner.name.get(locale)));
    format!("{whose}{test}{}<ul>{}</ul>\n", line(word("origins", locale)), origins.collect::<String>())
}

/// The desk's origin as the partner reaches it: over TLS, but on one's own machine.
fn own_origin(headers: &HeaderMap) -> String {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let plain = host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte));
    let host = if plain { host } else { "" };
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let scheme = if ["localhost", "127.0.0.1", "[::1]"].contains(&name) { "http" } else { "https" };
    format!("{scheme}://{host}")
}

/// The words of a blank `w.key`.
fn word_of(blank: &str, locale: Locale) -> Option<&'static str> {
    let key = blank.strip_prefix("w.")?;
    let mut words = PARTNER_WORDS.iter().filter(|(of, ..)| *of == locale.as_str());
    words.find(|(_, found, _)| *found == key).map(|(_, _, word)| *word)
}

/// A word of the page; a missing word is shown as its key, so that it is noticed.
fn word(key: &str, locale: Locale) -> &str {
    word_of(&format!("w.{key}"), locale).unwrap_or(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(query: &str) -> Choices {
        Choices::read(&format!("/partners?{query}").parse().unwrap(), &[], Locale::Ja)
    }

    #[test]
    fn the_lines_say_what_was_chosen() {
        let pinned = chosen("p=pk_live_a&lang=en").snippet("https://desk.example.jp");
        assert!(pinned.contains(&format!("https://desk.example.jp/embed/{VERSION}/kakekomi.js\" integrity=\"sha384-")));
        assert!(
            pinned.contains("partner=\"pk_live_a\" lang=\"en\" name=") && pinned.contains("?p=pk_live_a&amp;lang=en")
        );
        let moving = chosen("p=pk_live_a&version=1&mode=inline").snippet("https://desk.example.jp");
        assert!(moving.contains("/embed/1/kakekomi.js\"></script>") && moving.contains(" mode=\"inline\""));
    }

    #[test]
    fn what_was_typed_is_text_and_never_markup() {
        let typed = chosen("p=%22%3E%3Cscript%3E&mode=%3C&lang=xx");
        assert!(!typed.snippet("https://a").contains("<script>") && !typed.query(Locale::Ja).contains('<'));
        assert_eq!((typed.mode, typed.lang), ("frame", "ja"));
        let ambiguous = chosen("p=a%26b%3Dc%23x").snippet("https://a");
        assert!(ambiguous.contains("partner=\"a&amp;b=c#x\""), "{ambiguous}");
        assert!(ambiguous.contains("/?p=a%26b%3Dc%23x&amp;lang=ja\""), "{ambiguous}");
    }

    #[test]
    fn every_word_that_the_pages_name_is_there() {
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
    fn the_desk_is_reached_over_tls_but_on_ones_own_machine() {
        let of = |host: &str| own_origin(&HeaderMap::from_iter([(header::HOST, host.parse().unwrap())]));
        assert_eq!(of("desk.example.jp"), "https://desk.example.jp");
        assert_eq!(of("127.0.0.1:8080"), "http://127.0.0.1:8080");
        assert_eq!(of("a\"b"), "https://");
    }
}
