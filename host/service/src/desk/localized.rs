//! Values in both languages.
//!
//! `{ ja = "窓口", en = "Desk" }` → `get(Locale::En)` is `"Desk"`.

use kakekomi_core::Locale;
use serde::Deserialize;

/// A value for each language.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Localized<T> {
    ja: T,
    en: T,
}

impl<T> Localized<T> {
    /// Returns the value for a language.
    pub fn get(&self, locale: Locale) -> &T {
        match locale {
            Locale::Ja => &self.ja,
            Locale::En => &self.en,
        }
    }
}
