//! Exports by the rows of the field table: every purpose with every field.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on stops"
)]

use kakekomi_core::form::{FieldKind, Purpose};
use kakekomi_purposes::{Row, exported_fields, project, rows};
use serde_json::{Map, Value, json};

/// Writes a value at a path pattern; an entry of a list is its first one.
fn set(values: &mut Value, path: &str, value: &Value) {
    let mut at = values;
    let parts: Vec<_> = path.split('/').skip(1).collect();
    for (index, part) in parts.iter().enumerate() {
        if *part == "*" {
            if !at.is_array() {
                *at = json!([{}]);
            }
            at = &mut at[0];
        } else {
            if !at.is_object() {
                *at = json!({});
            }
            at = at.as_object_mut().unwrap().entry(*part).or_insert(Value::Null);
        }
        if index + 1 == parts.len() {
            *at = value.clone();
        }
    }
}

fn get<'v>(values: &'v Value, path: &str) -> Option<&'v Value> {
    values.pointer(&path.replace('*', "0"))
}

/// A value that says which field it is from, of the shape that the kind has.
fn marked(row: &Row) -> Value {
    let word = format!("word-of-{}", row.path);
    match row.field.kind {
        FieldKind::Ordered(_) => json!([word]),
        FieldKind::Moment => json!({"at": word, "precision": "day", "offset": "+09:00"}),
        FieldKind::Document => json!({"version": word, "sha256": "ab"}),
        FieldKind::Reserved => json!({"q1": word, "q2": {"unknown": true}}),
        _ => json!(word),
    }
}

/// Answers to every field, each with its own word.
fn all_answers() -> Value {
    let mut values = json!({});
    for row in rows().iter().filter(|row| row.is_value()) {
        set(&mut values, &row.path, &marked(row));
    }
    values
}

#[test]
fn a_field_is_exported_exactly_if_its_row_allows_the_purpose() {
    let values = all_answers();
    let everything: Vec<_> = rows().into_iter().map(|row| row.path).collect();
    for purpose in Purpose::ALL {
        let exported = project(&values, purpose, &everything);
        for row in rows().iter().filter(|row| row.is_value()) {
            let is_allowed = row.field.spec.purposes.allows(purpose);
            let expected = is_allowed.then(|| marked(row));
            assert_eq!(get(&exported, &row.path), expected.as_ref(), "{}: {}", purpose.as_str(), row.path);
            // The word is nowhere else in the export either. The quote ends the path.
            let word = format!("word-of-{}\"", row.path);
            assert_eq!(exported.to_string().contains(&word), is_allowed, "{}: {}", purpose.as_str(), row.path);
            assert_eq!(exported_fields(purpose, &everything).contains(&row.path), is_allowed);
        }
    }
}

#[test]
fn unknown_is_exported_exactly_if_the_row_allows_the_purpose() {
    let everything: Vec<_> = rows().into_iter().map(|row| row.path).collect();
    for purpose in Purpose::ALL {
        for row in rows().iter().filter(|row| row.field.spec.unknown) {
            let mut values = json!({});
            set(&mut values, &row.path, &json!({"unknown": true}));
            let exported = project(&values, purpose, &everything);
            let expected = row.field.spec.purposes.allows(purpose).then(|| json!({"unknown": true}));
            assert_eq!(get(&exported, &row.path), expected.as_ref(), "{}: {}", purpose.as_str(), row.path);
        }
    }
}

#[test]
fn a_grant_or_an_approval_exports_the_named_fields_alone() {
    let values = all_answers();
    for purpose in [Purpose::Subcontract, Purpose::Approved] {
        assert_eq!(project(&values, purpose, &[]), json!({}), "nothing is named");
        for named in rows() {
            let exported = project(&values, purpose, std::slice::from_ref(&named.path));
            for row in rows().iter().filter(|row| row.is_value()) {
                let is_below = row.path == named.path || row.path.starts_with(&format!("{}/", named.path));
                assert_eq!(get(&exported, &row.path).is_some(), is_below, "{} names {}", named.path, row.path);
            }
        }
    }
    let trigger = json!({"incident": {"discovery_trigger": {"unknown": true}}});
    let named = |path: &str| project(&trigger, Purpose::Approved, &[path.to_owned()]);
    assert_eq!(named("/incident/discovery_trigger"), trigger);
    assert_eq!(named("/incident/discovery_trigger/note"), json!({}), "the answer is of more than the note");
    assert_eq!(named("/incident/discovery"), json!({}), "no part of a name names a field");
}

#[test]
fn entries_of_lists_are_projected_one_by_one() {
    let values = json!({"devices": [
        {"identified": "identified", "os": "Windows 11", "notes": "secret"},
        {"os": "macOS"},
        {"connection": {"unknown": true}, "antivirus": "なし"},
    ]});
    let expected = json!({"devices": [{"identified": "identified"}, {"connection": {"unknown": true}}]});
    assert_eq!(project(&values, Purpose::Statistics, &[]), expected);
    assert_eq!(project(&values, Purpose::Sales, &[]), json!({}));
    assert_eq!(project(&values, Purpose::Referral, &[]), values);
}

#[test]
fn keys_without_a_row_and_values_of_another_shape_are_not_exported() {
    let mut strange = Map::new();
    for row in rows().iter().filter(|row| !row.is_value() && !row.path.contains("/*")) {
        for value in
            [json!("word"), json!([["word"]]), json!({"word": "word"}), json!({"unknown": true, "word": "word"})]
        {
            let mut values = json!({});
            set(&mut values, &row.path, &value);
            strange.insert(format!("{} {values}", row.path), values);
        }
    }
    strange.insert("key".to_owned(), json!({"fax": "word", "contact": {"fax": "word"}, "devices": [{"fax": "word"}]}));
    let everything: Vec<_> = rows().into_iter().map(|row| row.path).collect();
    for (name, values) in strange {
        for purpose in Purpose::ALL {
            let exported = project(&values, purpose, &everything).to_string();
            assert!(!exported.contains("word"), "{} {name}: {exported}", purpose.as_str());
        }
    }
}
