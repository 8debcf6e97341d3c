//! Values of the blanks in the page's documents, `www/index.html` and `www/return.html`: `{{phone}}` → the desk's number.
//!
//! The document is a first screen by itself: first aid and the phone are there before a script runs, and where none can run. It has one
//! variant for each language, and for open and closed, so that nobody is sent to a telephone that nobody answers. Its sentences are the
//! page's own (`core/messages/page.*.toml`) by their keys, but for those that only the document says (`start.*.toml`).

use std::borrow::Cow;
use std::collections::BTreeMap;

use kakekomi_core::{Locale, PageLanguage};
use kakekomi_describe::{Description, describe};
use kakekomi_service::desk::profile::{AfterHoursContact, Profile};
use maud::{Markup, html};

use crate::embedded;
use crate::escape::escape;

/// A variant of the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Variant {
    /// The language.
    pub locale: Locale,
    /// True while the desk is open; `None` where its calendar does not reach today.
    pub open: Option<bool>,
}

impl Variant {
    /// Lists every variant.
    pub fn all() -> impl Iterator<Item = Variant> {
        Locale::ALL.into_iter().flat_map(|locale| [Some(true), Some(false), None].map(|open| Variant { locale, open }))
    }
}

/// The values of the blanks of one variant, as HTML.
#[derive(Debug, Clone)]
pub struct Blanks {
    /// The variant that they belong to.
    pub variant: Variant,
    values: BTreeMap<&'static str, String>,
}

impl Blanks {
    /// Makes the values for a desk.
    pub fn new(variant: Variant, profile: &Profile) -> Blanks {
        let form = describe(variant.locale);
        let name = profile.name.get(variant.locale);
        let text = |text: &str| html! { (text) }.into_string();
        let mut values: BTreeMap<_, _> = form.words.iter().map(|(key, word)| (*key, text(word))).collect();
        values.extend([
            ("icon", text(&icon())),
            ("locale", variant.locale.as_str().to_owned()),
            ("name", text(name)),
            ("breakable_name", text(&breakable(name))),
            ("phone", text(&profile.phone)),
            ("phone_address", text(&phone_address(&profile.phone))),
            ("module", kakekomi_artifact::SHA256.to_owned()),
            ("contact_fields", text(&contact_fields(&form, variant.locale))),
            ("chip", chip(&form, variant.open).into_string()),
            ("first_aid_contact", contact(&form, profile, variant).into_string()),
            ("return_words", escape(embedded::RETURN_WORDS)),
        ]);
        Blanks { variant, values }
    }

    /// Returns the value of a blank; `None` for an unknown name.
    pub fn value(&self, blank: &str) -> Option<Cow<'_, str>> {
        let start = start_word(self.variant.locale, blank).map(Cow::Borrowed);
        start.or_else(|| self.values.get(blank).map(|value| Cow::Borrowed(value.as_str())))
    }
}

/// The icon as an address that holds it: `data:image/svg+xml,%3Csvg…`. A file would be one more request of a first visit.
fn icon() -> String {
    let icon = embedded::find(embedded::PAGE, "icon.svg").unwrap_or_default();
    let mut address = "data:image/svg+xml,".to_owned();
    for char in String::from_utf8_lossy(icon).trim_end().chars() {
        match char {
            '<' => address.push_str("%3C"),
            '>' => address.push_str("%3E"),
            '#' => address.push_str("%23"),
            '"' => address.push('\''),
            other => address.push(other),
        }
    }
    address
}

/// Finds a sentence that only the document says.
fn start_word(locale: Locale, key: &str) -> Option<&'static str> {
    let named = |name: &str| name.strip_prefix(locale.as_str()).and_then(|rest| rest.strip_prefix('.')) == Some(key);
    embedded::START_WORDS.iter().find(|(name, _)| named(name)).map(|(_, html)| *html)
}

/// Finds one of the page's sentences; a missing one is empty, which a test finds.
fn say(form: &Description, key: &str) -> &'static str {
    form.words.get(key).copied().unwrap_or_default()
}

/// Joins the titles of the section `contact`: `貴社名、部署名、…`.
fn contact_fields(form: &Description, locale: Locale) -> String {
    let comma = match locale {
        Locale::Ja => "、",
        Locale::En => ", ",
    };
    let contact = form.sections.iter().filter(|section| section.name == "contact").flat_map(|section| &section.fields);
    contact.map(|field| field.title).collect::<Vec<_>>().join(comma)
}

/// Links to the document in each language, for the same partner: without a script nothing else changes it.
pub(crate) fn languages(shown: Locale, partner: &str) -> Markup {
    let form = describe(shown);
    html! {
        @for language in PageLanguage::ALL {
            @let word = language.as_str();
            a lang=(if language == PageLanguage::En { "en" } else { "ja" }) href={ "?lang=" (word) (partner) } aria-current=[(word == shown.as_str()).then_some("true")] {
                (say(&form, &format!("language_{word}")))
            }
        }
    }
}

fn chip(form: &Description, open: Option<bool>) -> Markup {
    html! {
        @match open {
            Some(true) => span."page-header__chip page-header__chip--open" { (say(form, "phone_open")) },
            Some(false) => span.page-header__chip { (say(form, "phone_closed")) },
            None => {}
        }
    }
}

/// Writes whom to ask: the desk, or while it is closed the contact for emergencies and, folded, the others.
pub(crate) fn contact(form: &Description, profile: &Profile, Variant { locale, open }: Variant) -> Markup {
    let sentence = match open {
        Some(true) => say(form, "desk_open"),
        Some(false) => start_word(locale, "closed").unwrap_or_default(),
        None => say(form, "hours_unknown"),
    };
    let hours = start_word(locale, "hours").unwrap_or_default();
    html! {
        div.first-aid__contact {
            @if open != Some(false) {
                a.first-aid__call href=(phone_address(&profile.phone)) {
                    span { (say(form, "phone_label")) } " " strong { (profile.phone) }
                }
            }
            p.hint { (sentence) " " (hours) " " (profile.calendar.open) "–" (profile.calendar.close) }
            @if open != Some(true) && let [urgent, others @ ..] = profile.outside_hours.as_slice() {
                p.contact-list__urgent { (contact_words(urgent, locale)) }
                @if !others.is_empty() {
                    details.contact-list {
                        summary { (say(form, "outside_title")) }
                        ul { @for other in others { li { (contact_words(other, locale)) } } }
                    }
                }
            }
        }
    }
}

fn contact_words(contact: &AfterHoursContact, locale: Locale) -> Markup {
    html! {
        strong { (contact.name.get(locale)) } " "
        @if !contact.phone.is_empty() { a.phone-link href=(phone_address(&contact.phone)) { (contact.phone) } }
        " "
        @if !contact.url.is_empty() { a href=(contact.url) rel="noreferrer" { (contact.url) } }
        span.hint { (contact.note.get(locale)) }
    }
}

/// `#9110` → `tel:%239110` (RFC 3966: a bare # would end the address).
pub(crate) fn phone_address(number: &str) -> String {
    format!("tel:{}", number.replace(['-', ' '], "").replace('#', "%23"))
}

/// Lets a name break between katakana and kanji only, as the page's own header does.
fn breakable(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    let mut after_katakana = false;
    for char in name.chars() {
        if after_katakana && matches!(char, '\u{4e00}'..='\u{9fff}') {
            text.push('\u{200b}');
        }
        after_katakana = matches!(char, '\u{30a1}'..='\u{30fa}' | '\u{30fd}'..='\u{30ff}');
        text.push(char);
    }
    text
}

#[cfg(test)]
mod tests {
    use kakekomi_service::desk::Desk;

    use super::*;

    fn value(variant: Variant, blank: &str) -> String {
        let desk = Desk::load(None).unwrap();
        Blanks::new(variant, desk.profile()).value(blank).unwrap().into_owned()
    }

    #[test]
    fn contact_while_open_is_the_desk() {
        for locale in Locale::ALL {
            let html = value(Variant { locale, open: Some(true) }, "first_aid_contact");
            assert!(html.contains("href=\"tel:0120000000\"") && !html.contains("tel:110"), "{html}");
        }
    }

    #[test]
    fn contact_while_closed_is_the_one_for_emergencies_and_not_the_desk() {
        for locale in Locale::ALL {
            let html = value(Variant { locale, open: Some(false) }, "first_aid_contact");
            assert!(!html.contains("tel:0120000000"), "{html}");
            let (urgent, folded) = html.split_once("<details").unwrap();
            assert!(urgent.contains("href=\"tel:110\"") && folded.contains("href=\"tel:%239110\""), "{html}");
        }
    }

    #[test]
    fn contacts_while_the_hours_are_not_known_are_all() {
        let html = value(Variant { locale: Locale::Ja, open: None }, "first_aid_contact");
        assert!(
            html.contains("tel:0120000000") && html.contains("tel:110") && !html.contains("受付時間外です"),
            "{html}"
        );
        assert_eq!(value(Variant { locale: Locale::Ja, open: None }, "chip"), "");
    }

    #[test]
    fn sentences_are_the_page_s_own_and_escaped() {
        for variant in Variant::all() {
            let form = describe(variant.locale);
            assert_eq!(value(variant, "first_aid_power"), say(&form, "first_aid_power"));
            assert!(value(variant, "failed").contains("<a href=\"\">"));
        }
        assert!(value(Variant { locale: Locale::En, open: Some(true) }, "unset").chars().all(|char| char != '<'));
    }

    #[test]
    fn icon_is_in_its_address() {
        let icon = icon();
        assert!(icon.starts_with("data:image/svg+xml,%3Csvg ") && icon.ends_with("%3C/svg%3E"), "{icon}");
        assert!(!icon.contains(['#', '"', '<', '>']), "{icon}");
    }

    #[test]
    fn name_breaks_between_katakana_and_kanji() {
        assert_eq!(breakable("おまかせセキュリティ事故駆け込み窓口"), "おまかせセキュリティ\u{200b}事故駆け込み窓口");
        assert_eq!(breakable("Help Desk"), "Help Desk");
    }
}
