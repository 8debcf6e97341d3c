//! A readable copy of a draft for its applicant: the form's titles, the answers beneath.
//!
//! `{"contact":{"company":"株式会社れい"}}` → `# ご連絡先`, `会社名`, `  株式会社れい`
//!
//! The titles are those of this program's form, in the language of the case. An answer that the form does not have now is
//! printed under its own key, so that nothing is left out.

use std::fmt::Write as _;

use kakekomi_core::Locale;
use kakekomi_core::form::{MOMENT_KEYS, PART_KEYS};
use kakekomi_describe::{Description, FieldDescription, describe};
use kakekomi_service::desk::Desk;
use kakekomi_service::sealed_case::OpenedCase;
use kakekomi_store::Case;
use serde_json::Value;

/// Writes the copy. A draft that is not a JSON object is copied unchanged.
pub fn copy(case: &Case, opened: &OpenedCase, desk: &Desk) -> String {
    let locale = Locale::read(&case.line.locale).unwrap_or(Locale::Ja);
    let (number, received) = match locale {
        Locale::Ja => ("受付番号", "受付日時"),
        Locale::En => ("Reception number", "Received"),
    };
    let mut text = format!("{number}: {}\n{received}: {}\n", case.line.number, desk.show(case.line.received_at));
    match serde_json::from_slice(&opened.text) {
        Ok(draft @ Value::Object(_)) => text.push_str(&answers(&draft, locale, desk)),
        _ => _ = write!(text, "\n{}\n", String::from_utf8_lossy(&opened.text)),
    }
    text
}

/// Writes all answers of a draft in the form's order.
fn answers(draft: &Value, locale: Locale, desk: &Desk) -> String {
    let form = describe(locale);
    let mut copy = Copy { text: String::new(), form: &form, desk };
    copy.members(draft, &form.sections, 0);
    copy.text
}

/// The state of writing a copy.
struct Copy<'a> {
    text: String,
    form: &'a Description,
    desk: &'a Desk,
}

impl Copy<'_> {
    /// Writes the members of an object: the form's in its order, then the others.
    fn members(&mut self, object: &Value, fields: &[FieldDescription], depth: usize) {
        let Value::Object(members) = object else { return self.line(&object.to_string(), depth) };
        for field in fields {
            if let Some(value) = members.get(field.name) {
                self.title(field.title, depth);
                self.value(value, Some(field), depth + 1);
            }
        }
        for (name, value) in members.iter().filter(|(name, _)| fields.iter().all(|field| field.name != name.as_str())) {
            self.title(name, depth);
            self.value(value, None, depth + 1);
        }
    }

    fn value(&mut self, value: &Value, field: Option<&FieldDescription>, depth: usize) {
        if let Some(words) = self.words_of(value, field.map_or("", |field| field.kind)) {
            return self.line(&words, depth);
        }
        match value {
            Value::Array(entries) => {
                for (index, entry) in entries.iter().enumerate() {
                    if entry.is_object() {
                        self.line(&format!("({})", index + 1), depth);
                    }
                    let item = field.map(|field| field.item.as_deref().unwrap_or(field));
                    self.value(entry, item, depth + usize::from(entry.is_object()));
                }
            }
            Value::Object(_) => self.members(value, field.map_or(&[], |field| &field.fields), depth),
            Value::String(answer) => self.line(option(field, answer).unwrap_or(answer), depth),
            Value::Bool(is_true) => {
                let own = option(field, if *is_true { "true" } else { "false" });
                self.line(own.unwrap_or_else(|| self.word(if *is_true { "flag_true" } else { "flag_false" })), depth);
            }
            Value::Number(_) | Value::Null => self.line(&value.to_string(), depth),
        }
    }

    /// Writes an answer of several members on one line; `None` for another one.
    fn words_of(&self, value: &Value, kind: &str) -> Option<String> {
        if value.get("unknown") == Some(&Value::Bool(true)) && has_only(value, &["unknown"]) {
            return Some(self.word("unknown").to_owned());
        }
        let text = |name: &str| value.get(name).and_then(Value::as_str);
        match kind {
            "instant" => value.as_i64().map(|at| self.desk.show(at)),
            "document" if has_only(value, &["version", "sha256"]) => {
                Some(format!("{} (SHA-256 {})", text("version")?, text("sha256")?))
            }
            "moment" if has_only(value, &MOMENT_KEYS) => {
                let at = moment(value.get("at")?)?;
                let at = text("offset").map_or_else(|| at.clone(), |offset| format!("{at} ({offset})"));
                Some(match text("precision") {
                    Some("about") => self.word("moment_about").replace("{moment}", &at),
                    Some(precision) => format!("{at} ({precision})"),
                    None => at,
                })
            }
            _ => None,
        }
    }

    fn word(&self, key: &'static str) -> &'static str {
        self.form.words.get(key).copied().unwrap_or(key)
    }

    fn title(&mut self, title: &str, depth: usize) {
        if depth == 0 {
            _ = writeln!(self.text, "\n# {title}");
        } else {
            self.line(title, depth);
        }
    }

    /// Writes a text, each of its lines indented; the headings of the sections have a depth of their own.
    fn line(&mut self, text: &str, depth: usize) {
        let indent = "  ".repeat(depth.saturating_sub(1));
        for line in text.lines() {
            _ = writeln!(self.text, "{indent}{line}");
        }
    }
}

/// Reports whether an object has no other members than these.
fn has_only(value: &Value, names: &[&str]) -> bool {
    value.as_object().is_some_and(|members| members.keys().all(|name| names.contains(&name.as_str())))
}

/// Writes a moment as it was typed, in one piece or in parts: `{"year":"2026","month":"10","time":"8:20"}` → `2026-10 8:20`.
fn moment(at: &Value) -> Option<String> {
    if let Value::String(typed) = at {
        return Some(typed.clone());
    }
    let part = |name: &str| at.get(name).and_then(Value::as_str);
    let date = ["year", "month", "day"].into_iter().filter_map(part).collect::<Vec<_>>().join("-");
    let time = part("time").map_or_else(String::new, |time| format!(" {time}"));
    has_only(at, &PART_KEYS).then(|| format!("{date}{time}"))
}

/// Finds the title of a choice.
fn option(field: Option<&FieldDescription>, word: &str) -> Option<&'static str> {
    let options = &field?.options;
    options.iter().find(|choice| choice.value == word).map(|choice| choice.title)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn copied(draft: &Value, locale: Locale) -> String {
        answers(draft, locale, &Desk::load(None).unwrap())
    }

    #[test]
    fn every_answer_is_copied_under_its_title_in_the_forms_order() {
        let draft = json!({
            "incident": {"summary": "one\ntwo", "kind": "ransomware", "ongoing": {"unknown": true}},
            "contact": {"phone": "03-3211-9999", "company": "株式会社れい"},
            "devices": [{"os": "Windows 11"}],
            "service": {"forensics": {"transfer_consent": false}},
            "later": {"new": 5},
        });
        let english = copied(&draft, Locale::En);
        let place = |text: &str| english.find(text).unwrap_or_else(|| panic!("{text}: {english}"));
        let order = ["株式会社れい", "03-3211-9999", "one\n", "two\n", "Windows 11", "# later"].map(place);
        assert!(order.is_sorted(), "{english}");
        assert!(english.contains("Ransomware") && english.contains("I don't know"), "{english}");
        assert!(!english.contains("ransomware") && english.contains("  5\n"), "{english}");
        assert!(copied(&draft, Locale::Ja).contains("ランサムウェア"));
    }

    #[test]
    fn moments_and_documents_take_one_line() {
        let at = json!({"year": "2026", "month": "10", "day": "29", "time": "8:20"});
        let draft = json!({
            "incident": {"discovered_at": {"at": at}, "occurred_at": {"at": "2026-10-28", "precision": "about"}},
            "consent": {"agreed_at": 1_795_134_600_000_i64, "document": {"version": "1", "sha256": "ab"}},
        });
        let english = copied(&draft, Locale::En);
        for line in ["2026-10-29 8:20", "about 2026-10-28", "2026-11-20T09:30:00+09:00", "1 (SHA-256 ab)"] {
            assert!(english.contains(&format!("  {line}\n")), "{line}: {english}");
        }
    }

    #[test]
    fn a_form_of_another_shape_is_copied_all_the_same() {
        let moment = json!({"discovered_at": {"at": {"era": "w"}}});
        let text = copied(&json!({"contact": ["x", {"y": null}], "devices": "z", "incident": moment}), Locale::Ja);
        assert!(["x", "y", "z", "w"].iter().all(|answer| text.contains(answer)), "{text}");
    }
}
