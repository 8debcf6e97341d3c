//! The files of the page that the binary carries, listed by `build.rs`: `PAGE` (the page of `www/`), `EMBED` (the
//! files for partners' pages), `RELEASED` (those of earlier versions) and `PACKAGES` (archives for npm and pip), as
//! `(name, bytes)`; `PARTNER_WORDS` as
//! `(language, key, word)`; `START_WORDS`, the sentences of the document, as `(name, HTML)`.

pub use kakekomi_service::embedded::find;

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// Returns a sentence of the documents, as HTML; a missing one is empty, which a test finds.
pub fn start_word(locale: kakekomi_core::Locale, key: &str) -> &'static str {
    let is_it = |name: &str| name.split_once('.') == Some((locale.as_str(), key));
    START_WORDS.iter().find(|(name, _)| is_it(name)).map(|(_, html)| *html).unwrap_or_default()
}
