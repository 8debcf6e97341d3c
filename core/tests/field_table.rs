//! Agreement between the rows of the field table and the titles that are in the module.

use kakekomi_core::Locale;
use kakekomi_core::form::{Draft, Field, FieldKind, Purpose};
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

const SALES: [&str; 6] = [
    "/contact/company",
    "/contact/department",
    "/contact/person",
    "/contact/phone",
    "/contact/email",
    "/incident/kind",
];

#[test]
fn each_row_has_the_purposes_that_the_clauses_allow() {
    let mut found = Vec::new();
    rows(Draft::FIELDS, "", &mut found);
    let values: Vec<_> = found.iter().filter(|(_, field)| fields_of(field).is_empty()).collect();
    for (path, field) in &values {
        let is_coded =
            matches!(field.kind, FieldKind::Choice(_) | FieldKind::Ordered(_) | FieldKind::Flag | FieldKind::Agree);
        for purpose in Purpose::ALL {
            let expected = match purpose {
                Purpose::Sales => SALES.contains(&path.as_str()),
                Purpose::Statistics => is_coded,
                _ => true,
            };
            assert_eq!(field.spec.purposes.allows(purpose), expected, "{path}: {}", purpose.as_str());
        }
    }
    // A section, record or list has the purposes of its fields: nothing below it is lost, and nothing else is shown.
    for (path, field) in found.iter().filter(|(_, field)| !fields_of(field).is_empty()) {
        for purpose in Purpose::ALL {
            let has_one = fields_of(field).iter().any(|below| below.spec.purposes.allows(purpose));
            assert_eq!(field.spec.purposes.allows(purpose), has_one, "{path}: {}", purpose.as_str());
        }
    }
}

fn fields_of(field: &Field) -> &'static [Field] {
    match field.kind {
        FieldKind::List(_, fields) => fields,
        kind => kind.fields(),
    }
}
