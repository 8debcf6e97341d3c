//! The draft's JSON Schema compared with the rules: it accepts every draft that they accept, and its refusals are documented.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on stops"
)]

use kakekomi_core::Locale;
use kakekomi_tests::source_tree::root;
use kakekomi_tests::{schema, table};
use serde_json::{Value, json};

/// 2026-11-20T11:00+09:00.
const NOW: i64 = 1_795_140_000_000;

fn refusal(validator: &jsonschema::Validator, draft: &Value) -> Option<String> {
    let error = validator.validate(draft).err()?;
    Some(format!("{error} at {}", error.instance_path()))
}

#[test]
fn output_is_a_valid_schema() {
    let schema = kakekomi_describe::schema::schema();
    assert!(jsonschema::draft202012::meta::is_valid(&schema));
    assert_eq!(schema["properties"]["contact"]["properties"]["company"]["title"], "Company name");
    let described = &schema["properties"]["contact"]["properties"]["company"]["description"];
    assert!(described.as_str().unwrap().starts_with("Annex 1.2: 貴社名"), "{described}");
}

#[test]
fn schema_accepts_every_accepted_case() {
    let validator = schema::validator();
    let mut accepted = 0;
    for case in table::cases().iter().filter(|case| !case.has_questions()) {
        if schema::codes(case).is_empty() {
            let draft: Value = serde_json::from_slice(&case.text).unwrap();
            assert_eq!(refusal(&validator, &draft), None, "{}", case.name);
            accepted += 1;
        }
    }
    assert!(accepted > 100, "{accepted} accepted cases are too few to say anything");
}

#[test]
fn schema_accepts_every_accepted_draft() {
    let validator = schema::validator();
    let mut accepted = 0;
    for draft in kakekomi_tests::drafts::drafts().into_iter().filter(|draft| draft.expect.accepted) {
        assert_eq!(refusal(&validator, &serde_json::from_slice(&draft.text).unwrap()), None, "{}", draft.name);
        accepted += 1;
    }
    assert!(accepted > 100, "{accepted} drafts are too few to say anything");
}

#[test]
fn the_examples_are_accepted_and_the_incomplete_one_is_not() {
    let validator = schema::validator();
    let desk = kakekomi_service::desk::Desk::load(None).unwrap();
    for kind in kakekomi_service::example::kinds() {
        let draft = kakekomi_service::example::example(kind, &desk).unwrap();
        assert_eq!(refusal(&validator, &serde_json::from_str(&draft).unwrap()), None, "{kind}");
    }
    let incomplete: Value = serde_json::from_str(&kakekomi_service::example::incomplete(&desk)).unwrap();
    assert!(!validator.is_valid(&incomplete));
}

/// The schemas of answers and of contexts in the description of the HTTP interface.
#[test]
fn schemas_accept_every_accepted_answer_and_its_context() {
    let [answers, context] = [kakekomi_describe::schema::answers(), kakekomi_describe::schema::context()]
        .map(|schema| jsonschema::draft202012::new(&schema).unwrap());
    let mut accepted = 0;
    for case in table::cases().iter().filter(|case| case.has_questions()) {
        assert_eq!(refusal(&context, &serde_json::from_str(&case.context).unwrap()), None, "{}", case.name);
        if schema::codes(case).is_empty() {
            let report = kakekomi_core::answer(&case.text, case.context.as_bytes()).unwrap();
            let values = serde_json::from_slice::<Value>(&report).unwrap()["values"].clone();
            for draft in [serde_json::from_slice(&case.text).unwrap(), values] {
                assert_eq!(refusal(&answers, &draft), None, "{}", case.name);
            }
            accepted += 1;
        }
    }
    assert!(accepted > 8, "{accepted} accepted answers are too few to say anything");
    for refused in
        [json!({"other": {"q1": 1}}), json!({"other": []}), json!({"contact": {}}), json!({"other": {"q1": null}})]
    {
        assert!(!answers.is_valid(&refused), "{refused}");
    }
}

#[test]
fn schema_accepts_report_values() {
    let validator = schema::validator();
    for case in table::cases().iter().filter(|case| !case.has_questions()) {
        let report = kakekomi_core::answer(&case.text, case.context.as_bytes()).unwrap();
        let report: Value = serde_json::from_slice(&report).unwrap();
        if report["accepted"] == true {
            assert_eq!(refusal(&validator, &report["values"]), None, "{}", case.name);
        }
    }
}

#[test]
fn base_draft_with_one_error_is_refused() {
    let validator = schema::validator();
    let desk = kakekomi_service::desk::Desk::load(None).unwrap();
    let context = desk.context(NOW, Locale::Ja).unwrap().to_bytes();
    let base: Value = serde_json::from_str(&kakekomi_service::example::example("ransomware", &desk).unwrap()).unwrap();
    let rows = [
        ("/contact/company", json!("　")),
        ("/contact/company", json!("あ".repeat(201))),
        ("/contact/company", json!("a\nb")),
        ("/contact/phone", json!("110")),
        ("/contact/phone", json!("+1 212 555 0100")),
        ("/contact/email", json!("太郎@example.jp")),
        ("/contact/email", json!("taro@localhost")),
        ("/contact/responsible", json!({"unknown": true})),
        ("/contact/responsible", json!({"unknown": false})),
        ("/incident/kind", json!("virus")),
        ("/incident/priorities", json!(["contain", "contain"])),
        ("/incident/discovered_at", json!({"precision": "about"})),
        ("/incident/discovered_at", json!({"at": {"month": "11"}})),
        ("/incident/discovered_at", json!({"at": "2026-11-20", "offset": "+9"})),
        ("/service/remote/price_notice", json!(false)),
        ("/consent/document/sha256", json!("0")),
        ("/other", json!({})),
        ("/situation", Value::Null),
        ("/situation", json!([])),
    ];
    for (path, value) in rows {
        let mut draft = base.clone();
        let (parent, key) = path.rsplit_once('/').unwrap();
        draft.pointer_mut(parent).unwrap()[key] = value.clone();
        let report = kakekomi_core::answer(draft.to_string().as_bytes(), &context).unwrap();
        let report: Value = serde_json::from_slice(&report).unwrap();
        assert_eq!(report["accepted"], false, "the rules accept {path} = {value}");
        assert!(!validator.is_valid(&draft), "the schema accepts {path} = {value}");
    }
}

#[test]
fn refused_constructs_are_documented() {
    let written = std::fs::read_to_string(root().join("docs/schema.md")).unwrap_or_default();
    let made = schema::markdown();
    assert!(
        written == made,
        "docs/schema.md is out of date: cargo run --release -p kakekomi-tests --bin schema-md > docs/schema.md"
    );
}

#[test]
fn published_cases_equal_the_table() {
    let written = std::fs::read_to_string(root().join("docs/cases.json")).unwrap_or_default();
    assert!(
        written == kakekomi_tests::published::json_lines(),
        "docs/cases.json is out of date: cargo run --release -p kakekomi-tests --bin cases-published > docs/cases.json"
    );
    let read: Value = serde_json::from_str(&written).unwrap();
    assert_eq!(read["cases"].as_array().unwrap().len(), table::cases().len());
}
