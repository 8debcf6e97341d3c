//! Texts with blanks: `{{name}}` in a template is replaced by a value.
//!
//! `fill("<p>{{a}}</p>", |name| …)` → `<p>the value of a</p>`, in one pass: a value that itself contains `{{b}}` is not
//! filled again, so that typed text is never taken for a blank.

use std::borrow::Cow;

/// Fills the blanks of a template; a blank without a value is left in the text, so that it is noticed.
pub fn fill<'v>(template: &str, value: impl Fn(&str) -> Option<Cow<'v, str>>) -> String {
    let mut filled = String::with_capacity(template.len().saturating_mul(2));
    let mut rest = template;
    while let Some((before, blank)) = rest.split_once("{{") {
        filled.push_str(before);
        if let Some((value, behind)) = blank.split_once("}}").and_then(|(name, behind)| Some((value(name)?, behind))) {
            filled.push_str(&value);
            rest = behind;
        } else {
            filled.push_str("{{");
            rest = blank;
        }
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(template: &str) -> String {
        fill(template, |name| match name {
            "a" => Some("1".into()),
            "b" => Some("{{a}}".into()),
            "c" => Some("{{".into()),
            _ => None,
        })
    }

    #[test]
    fn blanks_are_filled_once() {
        assert_eq!(filled("{{a}} {{b}} {{a}}"), "1 {{a}} 1");
        assert_eq!(filled("{{c}}a}}"), "{{a}}", "a value and the text behind it make no blank");
        assert_eq!(filled("{{b}}{{b}}"), "{{a}}{{a}}");
    }

    #[test]
    fn other_text_is_unchanged() {
        for text in ["", "{a}", "{{none}}", "{{a", "a}}", "{{", "{{}}", "{ {a}}"] {
            assert_eq!(filled(text), text);
        }
        assert_eq!(filled("{{none}}{{a}}"), "{{none}}1");
    }
}
