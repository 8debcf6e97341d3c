//! The languages of sentences and documents.
//!
//! `Locale::read("ja")` → `Some(Locale::Ja)`.

/// A language of the report's sentences.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Locale {
    /// 日本語
    Ja,
    /// English
    En,
}

impl Locale {
    /// Every locale, the first of them the default.
    pub const ALL: [Locale; 2] = [Locale::Ja, Locale::En];

    /// `"ja"` or `"en"`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Locale::Ja => "ja",
            Locale::En => "en",
        }
    }

    /// The locale of a word, `None` for an unknown word.
    pub fn read(word: &str) -> Option<Locale> {
        Locale::ALL.into_iter().find(|locale| locale.as_str() == word)
    }
}

/// A language of the page: those of reports, and one in easier words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageLanguage {
    /// 日本語
    Ja,
    /// English
    En,
    /// やさしい日本語; reports and documents are the Japanese ones.
    Easy,
}

impl PageLanguage {
    /// Every language of the page.
    pub const ALL: [PageLanguage; 3] = [PageLanguage::Ja, PageLanguage::En, PageLanguage::Easy];

    /// `"ja"`, `"en"` or `"easy"`.
    pub const fn as_str(self) -> &'static str {
        match self {
            PageLanguage::Ja => "ja",
            PageLanguage::En => "en",
            PageLanguage::Easy => "easy",
        }
    }
}

impl From<Locale> for PageLanguage {
    fn from(locale: Locale) -> PageLanguage {
        match locale {
            Locale::Ja => PageLanguage::Ja,
            Locale::En => PageLanguage::En,
        }
    }
}
