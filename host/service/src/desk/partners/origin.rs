//! An origin: scheme, host and port, exactly as a browser writes it.
//!
//! `"https://www.example.jp"` → itself; `"https://WWW.example.jp:443/"` → an error with the right spelling. Origins are
//! compared as whole texts, so a spelling that no browser sends is refused here.

use std::fmt;

use serde::Deserialize;
use url::Url;

/// The origin of a page, such as `https://www.example.jp` or `http://localhost:3000`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Origin {
    text: String,
    host: String,
}

/// The reason why a text is no origin, and a better spelling.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is no origin: write {1}")]
pub struct OriginError(String, String);

impl Origin {
    /// Returns the origin as a browser writes it.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the host without the port.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Reports whether it uses TLS.
    pub fn is_https(&self) -> bool {
        self.text.starts_with("https://")
    }
}

impl TryFrom<String> for Origin {
    type Error = OriginError;

    fn try_from(text: String) -> Result<Origin, OriginError> {
        let wrong = |better: &str| OriginError(text.clone(), better.to_owned());
        let example =
            || wrong("scheme, host and, where it is not the usual one, port, such as \"https://www.example.jp\"");
        let url = Url::parse(&text).map_err(|_| example())?;
        let host = url.host_str().filter(|host| matches!(url.scheme(), "https" | "http") && is_plain(host));
        let host = host.ok_or_else(example)?.to_owned();
        let written = url.origin().ascii_serialization();
        if written == text { Ok(Origin { text, host }) } else { Err(wrong(&format!("{written:?}"))) }
    }
}

/// Refuses wildcards, a dot at the end, and all characters with a meaning in a content security policy.
fn is_plain(host: &str) -> bool {
    !host.ends_with('.') && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte))
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(text: &str) -> Result<Origin, OriginError> {
        Origin::try_from(text.to_owned())
    }

    #[test]
    fn an_origin_is_written_as_a_browser_writes_it() {
        for right in ["https://www.example.jp", "https://a.jp:8443", "http://localhost:3000", "https://xn--r8jz45g.jp"]
        {
            assert_eq!(origin(right).unwrap().as_str(), right);
        }
        assert_eq!(origin("http://localhost:3000").unwrap().host(), "localhost");
    }

    #[test]
    fn another_spelling_is_refused_with_a_better_one() {
        for (wrong, better) in [
            ("https://WWW.example.jp", "\"https://www.example.jp\""),
            ("https://www.example.jp/", "\"https://www.example.jp\""),
            ("https://www.example.jp:443", "\"https://www.example.jp\""),
            ("https://user@www.example.jp", "\"https://www.example.jp\""),
            ("https://例え.jp", "\"https://xn--r8jz45g.jp\""),
            ("https://www.example.jp/path", "\"https://www.example.jp\""),
            ("https://*.example.jp", "such as"),
            ("https://example.jp.", "such as"),
            ("https://a;b.jp", "such as"),
            ("https://[::1]", "such as"),
            ("ftp://example.jp", "such as"),
            ("www.example.jp", "such as"),
            ("null", "such as"),
            ("", "such as"),
        ] {
            let error = origin(wrong).unwrap_err().to_string();
            assert!(error.contains(better), "{error}");
        }
    }
}
