//! The colours and the radius that a partner gives the form on its pages: `{ accent = "#0b4f8a", radius = "4px" }`.
//!
//! Only colours and lengths, each in one spelling. Words, functions and addresses are refused: a value becomes part of a
//! style sheet of the desk's own page.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The tokens, as `www/app/tokens.css` has them behind `--kakekomi-`; the last one is a length. The font is the page's own.
pub const TOKENS: [&str; 11] =
    ["ink", "quiet", "paper", "ground", "line", "edge", "accent", "on-accent", "wrong", "note", "radius"];
const RADIUS: &str = "radius";
/// The largest radius, in pixels.
const RADIUS_MAX: u8 = 32;

/// Values by token.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct Theme(BTreeMap<String, String>);

impl Theme {
    /// Reports whether no token is set.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Describes the first fault for the operator.
    pub(super) fn check(&self) -> Result<(), String> {
        for (token, value) in &self.0 {
            match token.as_str() {
                RADIUS if is_length(value) => {}
                RADIUS => return Err(format!("{token} = {value:?}: write 0px to {RADIUS_MAX}px")),
                _ if !TOKENS.contains(&token.as_str()) => {
                    return Err(format!("{token} is none of {}", TOKENS.join(", ")));
                }
                _ if is_colour(value) => {}
                _ => return Err(format!("{token} = {value:?}: write a colour as #0b4f8a")),
            }
        }
        Ok(())
    }
}

/// Accepts `#abc` and `#aabbcc`; no alpha, so that text stays readable.
fn is_colour(value: &str) -> bool {
    value
        .strip_prefix('#')
        .is_some_and(|hex| matches!(hex.len(), 3 | 6) && hex.bytes().all(|digit| digit.is_ascii_hexdigit()))
}

fn is_length(value: &str) -> bool {
    let digits = value.strip_suffix("px").filter(|digits| digits.bytes().all(|digit| digit.is_ascii_digit()));
    digits.and_then(|digits| digits.parse::<u8>().ok()).is_some_and(|pixels| pixels <= RADIUS_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn theme(token: &str, value: &str) -> Theme {
        Theme(BTreeMap::from([(token.to_owned(), value.to_owned())]))
    }

    #[test]
    fn colours_and_lengths_alone() {
        for (token, value) in [("accent", "#0B4f8a"), ("ink", "#000"), ("radius", "0px"), ("radius", "32px")] {
            assert_eq!(theme(token, value).check(), Ok(()), "{token} {value}");
        }
        for (token, value) in [
            ("accent", "red"),
            ("accent", "#0b4f8"),
            ("accent", "url(https://a.example)"),
            ("accent", "#000;}"),
            ("radius", "33px"),
            ("radius", "+1px"),
            ("radius", "px"),
            ("font", "#000"),
        ] {
            assert!(theme(token, value).check().is_err(), "{token} {value}");
        }
    }
}
