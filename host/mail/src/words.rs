//! Words of the mails, from `words/{ja,en}.toml`.
//!
//! `[operator_kind] "case.received" = "…"` → `words.operator_kind("case.received")`

use std::collections::BTreeMap;

use kakekomi_core::Locale;
use serde::Deserialize;

/// The words in the program do not have the form that mails need.
#[derive(Debug, thiserror::Error)]
#[error("the words of the mails ({locale}): {error}")]
pub struct WordsError {
    locale: &'static str,
    #[source]
    error: toml::de::Error,
}

/// Subject and text of a mail, with names in braces that are filled in.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Template {
    pub subject: String,
    pub text: String,
}

/// All words in one language.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Words {
    pub operator: Template,
    pub audit: Template,
    pub test: Template,
    pub applicant: Template,
    operator_kind: BTreeMap<String, String>,
    applicant_kind: BTreeMap<String, String>,
}

impl Words {
    /// Reads the words of a language.
    pub fn load(locale: Locale) -> Result<Words, WordsError> {
        let text = match locale {
            Locale::Ja => include_str!("../words/ja.toml"),
            Locale::En => include_str!("../words/en.toml"),
        };
        toml::from_str(text).map_err(|error| WordsError { locale: locale.as_str(), error })
    }

    /// Names a kind of event to an operator; one without words keeps its code.
    pub fn operator_kind<'a>(&'a self, kind: &'a str) -> &'a str {
        self.operator_kind.get(kind).map_or(kind, String::as_str)
    }

    /// Names a kind of event to an applicant; `None` for one that applicants are not told of.
    pub fn applicant_kind(&self, kind: &str) -> Option<&str> {
        self.applicant_kind.get(kind).map(String::as_str)
    }
}

/// Fills in the values of a text. A value is taken as it is: braces in it are no names.
pub(crate) fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut parts = template.split('{');
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let found = part.split_once('}').and_then(|(name, rest)| {
            let (_, value) = values.iter().find(|(known, _)| *known == name)?;
            Some((*value, rest))
        });
        match found {
            Some((value, rest)) => filled.extend([value, rest]),
            None => filled.extend(["{", part]),
        }
    }
    filled
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::applicant::APPLICANT_KINDS;
    use crate::operators::LEAD_KINDS;

    #[test]
    fn each_kind_has_its_words_in_both_languages() {
        for locale in Locale::ALL {
            let words = Words::load(locale).unwrap();
            assert!(words.operator_kind.keys().map(String::as_str).eq(sorted(LEAD_KINDS)), "{locale:?}");
            assert!(words.applicant_kind.keys().map(String::as_str).eq(sorted(APPLICANT_KINDS)), "{locale:?}");
        }
    }

    fn sorted<const N: usize>(kinds: [&str; N]) -> Vec<&str> {
        let mut kinds = Vec::from(kinds);
        kinds.sort_unstable();
        kinds
    }

    #[test]
    fn values_are_filled_in_once() {
        assert_eq!(fill("{a}-{b}-{c}", &[("a", "{b}"), ("b", "2")]), "{b}-2-{c}");
        assert_eq!(fill("none", &[]), "none");
        assert_eq!(fill("{a", &[("a", "1")]), "{a");
    }
}
