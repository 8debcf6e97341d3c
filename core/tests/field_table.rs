//! Agreement between the rows of the field table and the titles that are in the module.

use kakekomi_core::Locale;
use kakekomi_core::form::{Draft, Field, FieldKind};
use kakekomi_core::message;

/// Collects the rows by path pattern.
fn rows(fields: &'static [Field], parent: &str, found: &mut Vec<(String, &'static Field)>) {
    for field in fields {
        let path = format!("{parent}/{}", field.name);
        match field.kind {
            FieldKind::Section(fields) | FieldKind::Record(fields) => rows(fields, &path, found),
            FieldKind::List(_, fields) => rows(fields, &format!("{path}/*"), found),
            _ => {}
        }
        found.push((path, field));
    }
}

#[test]
fn texts_and_fields_of_the_interview_are_marked_in_report() {
    let mut found = Vec::new();
    rows(Draft::FIELDS, "", &mut found);
    assert!(found.len() > 50);
    for (path, field) in found {
        let is_named = matches!(field.kind, FieldKind::Text) || field.spec.interview;
        for locale in Locale::ALL {
            let title = message::module_title(&path, locale);
            assert_eq!(title.is_some(), is_named, "`in_report` of {path} in messages/{}.toml", locale.as_str());
            assert!(title.is_none() || title == message::title(&path, locale), "{path}");
        }
    }
}

#[test]
fn fields_that_hide_others_are_records() {
    let mut found = Vec::new();
    rows(Draft::FIELDS, "", &mut found);
    let hiding: Vec<_> = found.iter().filter(|(_, field)| field.spec.hides_fields).collect();
    assert_eq!(hiding.len(), 2);
    assert!(hiding.iter().all(|(_, field)| matches!(field.kind, FieldKind::Record(_))));
}
