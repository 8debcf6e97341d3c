//! Verdicts of the draft's JSON Schema on the table of cases, by code: `docs/schema.md` is generated from them.
//!
//! A case whose only code is `phone.invalid` and that the schema accepts → `phone.invalid | sometimes` or `never`.

use std::collections::BTreeMap;
use std::fmt::Write;

use jsonschema::Validator;
use kakekomi_core::{Code, message};
use serde_json::Value;

use crate::table::{Case, cases};

const HEAD: &str = "# The draft as JSON Schema

`GET /v1/schema`, `kakekomi schema`: JSON Schema 2020-12, made from the same declaration of the form that the rules
read. **What the rules accept, the schema accepts**: `tests/tests/schema.rs` (the crate `jsonschema`) and
`tests/browser/schema.test.mjs` (ajv) hold both against every case of the table, the examples and the drafts of
`tests/drafts/`. Use it to write drafts and to refuse what can be none; then ask `POST /v1/check`, which alone decides.

The schema knows shapes, words, lengths, what must be answered, unknown, which characters a text may hold, what a
telephone number, an address, a digest and a date must have in them, and that somebody must be named once remote
support is wanted. It cannot know the clock, the calendar, the documents in force, the numbering plan, how the years of
an era are counted, or what a text says that was typed.

Patterns are ECMA-262 with the flag `u`. A number such as `1.0` is an integer to JSON Schema and no whole number to
the rules; a key that stands twice is gone before a validator sees it. Half of a surrogate pair is no text to most readers
of JSON, and an issue to the rules.

## What it refuses

For each code the cases of the table that have this code and no other: refused by the schema in all of them, in some, in
none. Made from the table: `cargo run --release -p kakekomi-tests --bin schema-md > docs/schema.md`. Do not edit.

| Code | Refused | Cases | Meaning |
| --- | --- | --- | --- |
";

/// A validator of the schema as the program prints it.
pub fn validator() -> Validator {
    jsonschema::draft202012::new(&kakekomi_describe::schema::schema()).expect("the schema can be used")
}

/// The codes of the issues of a case, by the native core.
pub fn codes(case: &Case) -> Vec<String> {
    let report = kakekomi_core::answer(&case.text, case.context.as_bytes()).expect(&case.name);
    let report: Value = serde_json::from_slice(&report).unwrap();
    let mut codes: Vec<_> =
        report["issues"].as_array().unwrap().iter().filter_map(|issue| issue["code"].as_str()).collect();
    codes.sort_unstable();
    codes.dedup();
    codes.into_iter().map(str::to_owned).collect()
}

/// The whole file.
pub fn markdown() -> String {
    let validator = validator();
    let mut counts: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for case in cases().iter().filter(|case| !case.has_questions()) {
        let Ok(draft) = serde_json::from_slice::<Value>(&case.text) else { continue };
        if let [code] = codes(case).as_slice() {
            let (refused, all) = counts.entry(code.clone()).or_default();
            *refused += usize::from(!validator.is_valid(&draft));
            *all += 1;
        }
    }
    let mut text = HEAD.to_owned();
    for code in Code::ALL.iter().filter(|code| is_of_an_issue(**code)) {
        let (refused, cases) = match counts.get(code.as_str()) {
            _ if code.as_str().starts_with("text.") || *code == Code::CharsSurrogate => {
                ("before any schema", "–".to_owned())
            }
            None => ("only beside other codes", "–".to_owned()),
            Some((0, all)) => ("never", all.to_string()),
            Some((refused, all)) if refused == all => ("always", all.to_string()),
            Some((refused, all)) => ("sometimes", format!("{refused} of {all}")),
        };
        _ = writeln!(text, "| `{}` | {refused} | {cases} | {} |", code.as_str(), code.meaning().trim());
    }
    text
}

fn is_of_an_issue(code: Code) -> bool {
    message::keys().contains(&("issue", code.as_str()))
}
