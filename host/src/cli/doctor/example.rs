//! Remains of the example desk in a real desk: operator, stand-in documents, the partner key for trying.
//!
//! On loopback they are warnings. At any other address the public could send cases to nobody, so they are errors.

use kakekomi_core::Locale;
use kakekomi_service::desk::Desk;
use kakekomi_service::embedded;

use super::finding::{Finding, Level};
use crate::config::{LISTEN, Settings};

/// The key of the example desk's partner.
const EXAMPLE_KEY: &str = "pk_test_example";

/// Looks for remains of the example.
pub fn look(desk: &Desk, settings: &Settings) -> Vec<Finding> {
    let is_local = settings.listen.unwrap_or(LISTEN).ip().to_canonical().is_loopback();
    let level = if is_local { Level::Warning } else { Level::Error };
    let found = remains(desk);
    if found.is_empty() {
        return vec![Finding::new("example", Ok("nothing is left of the example desk".to_owned()))];
    }
    found.into_iter().map(|message| Finding { check: "example", level, message }).collect()
}

fn remains(desk: &Desk) -> Vec<String> {
    let mut found = Vec::new();
    if desk.profile().example {
        found.push(
            "this is the example desk, which nobody runs: put in your own operator, number and documents, and then \
             delete the line example = true of desk.toml"
                .to_owned(),
        );
    }
    let documents = desk.documents();
    for (name, document) in [("consent document", &documents.consent), ("privacy policy", &documents.policy)] {
        for locale in Locale::ALL.into_iter().filter(|locale| is_stand_in(document.served(*locale).html)) {
            let locale = locale.as_str();
            found.push(format!("the {name} ({locale}) is the example's stand-in: put your own text in its place"));
        }
    }
    if desk.profile().partners.iter().any(|partner| partner.key == EXAMPLE_KEY) {
        found.push(format!("the partner {EXAMPLE_KEY} is the example's: delete it from desk.toml"));
    }
    found
}

/// Checks if a document is one of the example's, or still calls itself a sample.
fn is_stand_in(html: &str) -> bool {
    stand_ins().any(|text| text == html || sample_note(text).is_some_and(|note| html.contains(note)))
}

/// The example's documents.
fn stand_ins() -> impl Iterator<Item = &'static str> {
    let documents = embedded::DESK.iter().filter(|(name, _)| name.starts_with("consent/"));
    documents.filter_map(|(_, bytes)| std::str::from_utf8(bytes).ok())
}

/// Finds the sentence, set in bold in the first paragraph, by which a document calls itself a sample.
fn sample_note(html: &str) -> Option<&str> {
    let (_, behind) = html.split_once("<strong>")?;
    behind.split_once("</strong>").map(|(note, _)| note)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn levels(listen: &str) -> Vec<Level> {
        let settings = Settings { listen: Some(listen.parse().unwrap()), ..Settings::default() };
        look(&Desk::load(None).unwrap(), &settings).into_iter().map(|finding| finding.level).collect()
    }

    #[test]
    fn example_is_a_warning_on_loopback_and_an_error_elsewhere() {
        assert_eq!(look(&Desk::load(None).unwrap(), &Settings::default()).len(), 6, "desk, four documents, key");
        for local in ["127.0.0.1:80", "127.9.9.9:80", "[::1]:80"] {
            assert!(levels(local).iter().all(|level| *level == Level::Warning), "{local}");
        }
        for public in ["0.0.0.0:80", "[::]:80", "198.51.100.1:80", "[::ffff:198.51.100.1]:80"] {
            assert!(levels(public).iter().all(|level| *level == Level::Error), "{public}");
        }
    }

    #[test]
    fn stand_in_is_recognized_by_its_bytes_and_by_its_note() {
        assert_eq!(stand_ins().count(), 4);
        for text in stand_ins() {
            assert!(sample_note(text).is_some_and(|note| note.chars().count() > 9), "{text}");
            assert!(
                is_stand_in(text) && is_stand_in(&text.replace("NTT", "ABC").replace("<strong>", "<em>")),
                "{text}"
            );
        }
        assert!(!is_stand_in("<h1>Consent</h1><p><strong>We</strong> …</p>"));
    }
}
