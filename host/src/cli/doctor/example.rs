//! The example desk, or parts of it, where a real desk should be: operator, stand-in documents, the key for trying.
//!
//! On loopback it is there to be tried, and a warning says what is still the example's. At any other address the public
//! could hand in cases to nobody, which is an error.

use kakekomi_service::desk::Desk;
use kakekomi_service::embedded;

use super::finding::{Finding, Level};
use crate::config::{LISTEN, Settings};
use kakekomi_core::Locale;

/// The key of the example desk's partner.
const EXAMPLE_KEY: &str = "pk_test_example";

/// What is still the example's.
pub fn look(desk: &Desk, settings: &Settings) -> Vec<Finding> {
    let is_local = settings.listen.unwrap_or(LISTEN).ip().to_canonical().is_loopback();
    let level = if is_local { Level::Warning } else { Level::Error };
    let found = leftovers(desk);
    if found.is_empty() {
        return vec![Finding::ok("example", "nothing is left of the example desk")];
    }
    found.into_iter().map(|message| Finding { check: "example", level, message }).collect()
}

fn leftovers(desk: &Desk) -> Vec<String> {
    let mut found = Vec::new();
    if desk.profile().example {
        found.push(
            "this is the example desk, which nobody runs: put in your own operator, number and documents, and then \
             delete the line example = true of desk.toml"
                .to_owned(),
        );
    }
    let documents = desk.documents();
    let texts = [("consent document", &documents.consent), ("privacy policy", &documents.policy)];
    for (name, document) in texts {
        for language in Locale::ALL {
            if is_stand_in(document.served(language).html) {
                let language = language.as_str();
                found
                    .push(format!("the {name} ({language}) is the example's stand-in: put your own text in its place"));
            }
        }
    }
    if desk.partner(EXAMPLE_KEY).is_some() {
        found.push(format!("the partner {EXAMPLE_KEY} is the example's: delete it from desk.toml"));
    }
    found
}

/// Whether a document is one of the example's, or still says that it is a sample.
fn is_stand_in(html: &str) -> bool {
    stand_ins().any(|text| text == html || mark_of(text).is_some_and(|mark| html.contains(mark)))
}

/// The example's documents.
fn stand_ins() -> impl Iterator<Item = &'static str> {
    let documents = embedded::DESK.iter().filter(|(name, _)| name.starts_with("consent/"));
    documents.filter_map(|(_, bytes)| std::str::from_utf8(bytes).ok())
}

/// The sentence, set in bold in the first paragraph, by which a document calls itself a sample.
fn mark_of(html: &str) -> Option<&str> {
    let (_, behind) = html.split_once("<strong>")?;
    behind.split_once("</strong>").map(|(mark, _)| mark)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn levels(listen: &str) -> Vec<Level> {
        let settings = Settings { listen: Some(listen.parse().unwrap()), ..Settings::default() };
        look(&Desk::load(None).unwrap(), &settings).into_iter().map(|finding| finding.level).collect()
    }

    #[test]
    fn the_example_is_for_loopback() {
        assert_eq!(look(&Desk::load(None).unwrap(), &Settings::default()).len(), 6, "desk, four documents, key");
        for local in ["127.0.0.1:80", "127.9.9.9:80", "[::1]:80"] {
            assert!(levels(local).iter().all(|level| *level == Level::Warning), "{local}");
        }
        for public in ["0.0.0.0:80", "[::]:80", "198.51.100.1:80", "[::ffff:198.51.100.1]:80"] {
            assert!(levels(public).iter().all(|level| *level == Level::Error), "{public}");
        }
    }

    #[test]
    fn a_stand_in_is_known_by_its_bytes_and_by_what_it_says() {
        assert_eq!(stand_ins().count(), 4);
        for text in stand_ins() {
            assert!(mark_of(text).is_some_and(|mark| mark.chars().count() > 9), "{text}");
            assert!(
                is_stand_in(text) && is_stand_in(&text.replace("NTT", "ABC").replace("<strong>", "<em>")),
                "{text}"
            );
        }
        assert!(!is_stand_in("<h1>Consent</h1><p><strong>We</strong> …</p>"));
    }
}
