//! Coverage of the table of cases: every code, every field and every limit has a row that reaches it and a row that
//! stops short of it. Missing rows are named.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on stops"
)]

use std::collections::BTreeSet;

use kakekomi_core::{Code, Locale, message};
use kakekomi_describe::{FieldDescription, describe};
use kakekomi_tests::source_tree;
use kakekomi_tests::table::{Case, cases};
use serde_json::Value;

/// A case with the native core's report.
struct Judged {
    case: Case,
    /// The draft, `null` if it is no JSON.
    draft: Value,
    values: Value,
    accepted: bool,
    /// Path pattern and code of each issue.
    issues: BTreeSet<(String, String)>,
}

fn judged() -> Vec<Judged> {
    cases().into_iter().map(judge).collect()
}

fn judge(case: Case) -> Judged {
    let bytes = kakekomi_core::answer(&case.text, case.context.as_bytes()).unwrap();
    let report: Value = serde_json::from_slice(&bytes).unwrap();
    let issues = report["issues"].as_array().unwrap().iter();
    let text = |entry: &Value, key: &str| entry[key].as_str().unwrap().to_owned();
    Judged {
        draft: serde_json::from_slice(&case.text).unwrap_or_default(),
        values: report["values"].clone(),
        accepted: report["accepted"] == true,
        issues: issues.map(|issue| (pattern(&text(issue, "path")), text(issue, "code"))).collect(),
        case,
    }
}

/// `/devices/3/os` → `/devices/*/os`.
fn pattern(path: &str) -> String {
    let steps = path.split('/').map(|step| if step.parse::<usize>().is_ok() { "*" } else { step });
    steps.collect::<Vec<_>>().join("/")
}

/// Lists all values at a pattern.
fn at<'v>(root: &'v Value, pattern: &str) -> Vec<&'v Value> {
    pattern.split('/').skip(1).fold(vec![root], |found, step| {
        let below = |value: &'v Value| match value {
            Value::Array(entries) if step == "*" => entries.iter().collect(),
            value => value.get(step).into_iter().collect::<Vec<_>>(),
        };
        found.into_iter().flat_map(below).collect()
    })
}

fn codes_of(table: &str) -> Vec<&'static str> {
    let keys = message::keys();
    Code::ALL.iter().map(|code| code.as_str()).filter(|code| keys.contains(&(table, code))).collect()
}

#[test]
fn every_issue_has_a_row_with_it_and_a_row_just_short_of_it() {
    let rows = judged();
    let mut missing = Vec::new();
    for code in codes_of("issue") {
        let places: BTreeSet<_> =
            rows.iter().flat_map(|row| &row.issues).filter(|(_, found)| found == code).map(|(path, _)| path).collect();
        let short = |path: &str| {
            let is_there = |row: &Judged| if path.is_empty() { row.accepted } else { !at(&row.draft, path).is_empty() };
            rows.iter().any(|row| is_there(row) && !row.issues.contains(&(path.to_owned(), code.to_owned())))
        };
        // An unknown key is valid nowhere, and a missing answer has no place in the draft: then any accepted row
        // stops short of the code.
        let anywhere = ["key.unknown", "other.later"].contains(&code) || code.starts_with("text.");
        if places.is_empty() || !(anywhere || places.iter().any(|path| short(path))) {
            missing.push(code);
        }
    }
    assert!(missing.is_empty(), "issues without a row, or without one that stops short: {missing:?}");
}

#[test]
fn every_advisory_and_guidance_has_a_row_with_it_and_a_row_without() {
    let rows = cases();
    let mut missing = Vec::new();
    for code in [codes_of("advisory"), codes_of("guidance")].concat() {
        for said in [true, false] {
            if !rows.iter().any(|row| row.expect.says(code) == Some(said)) {
                missing.push(format!("{code}: no row that says {}", if said { "so" } else { "it is not there" }));
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn every_field_has_its_rows() {
    let rows = judged();
    let mut missing = Vec::new();
    for section in &describe(Locale::Ja).sections {
        walk(section, &mut |field| missing.extend(lacks(field, &rows)));
    }
    assert!(missing.is_empty(), "{} rows are missing:\n{}", missing.len(), missing.join("\n"));
}

fn walk(node: &FieldDescription, look: &mut impl FnMut(&FieldDescription)) {
    let is_field = node.kind != "section" && !node.path.ends_with("/*");
    if is_field {
        look(node);
    }
    node.fields.iter().for_each(|field| walk(field, look));
    node.item.iter().for_each(|item| walk(item, look));
}

/// Returns the rows that the table lacks for a field.
fn lacks(field: &FieldDescription, rows: &[Judged]) -> Vec<String> {
    let path = field.path.as_str();
    let issue = |codes: &[&str]| {
        let is_here = |(place, code): &(String, String)| place == path && codes.iter().any(|own| code.starts_with(own));
        rows.iter().any(|row| row.issues.iter().any(is_here))
    };
    let good = |is: &dyn Fn(&Value) -> bool| {
        let fits = |row: &Judged| row.accepted && at(&row.values, path).into_iter().any(is);
        rows.iter().any(fits)
    };
    let unknown = |value: &Value| value["unknown"] == true;
    let count = |value: &Value| match value {
        Value::String(text) => i64::try_from(text.chars().count()).ok(),
        Value::Array(entries) => i64::try_from(entries.len()).ok(),
        other => other.as_i64(),
    };
    let mut wants = vec![
        ("answered", good(&|value| !unknown(value))),
        ("left out", field.need != "required" || issue(&["required"])),
        ("unknown", if field.unknown { good(&unknown) } else { issue(&["unknown.not_allowed"]) }),
    ];
    wants.extend(match field.kind {
        "line" | "text" => vec![
            ("as long as may be", good(&|value| count(value) == field.max)),
            ("too long", issue(&["length.too_long"])),
            ("a control character", issue(&["chars.control"])),
        ],
        "list" => vec![
            ("as many as may be", good(&|value| count(value) == field.max)),
            ("too many", issue(&["list.too_long"])),
        ],
        "integer" => vec![
            ("the smallest", good(&|value| count(value) == field.min)),
            ("the largest", good(&|value| count(value) == field.max)),
            ("out of range", issue(&["number.range"])),
        ],
        "choice" | "flag" => {
            let words = field.options.iter().map(|option| option.value);
            let said = |word: &str| {
                good(&|value| value == word || value.as_bool().is_some_and(|flag| word == flag.to_string()))
            };
            let mut wants: Vec<_> = words.map(|word| (word, said(word))).collect();
            wants.push(("no choice", issue(&["choice.unknown", "type.boolean"])));
            wants
        }
        "ordered" => vec![(
            "no choice",
            rows.iter().any(|row| row.issues.contains(&(format!("{path}/*"), "choice.unknown".to_owned()))),
        )],
        "moment" => vec![("a moment that is none", issue(&["moment."]))],
        "phone" => vec![("no number", issue(&["phone."]))],
        "email" => vec![("no address", issue(&["email."]))],
        "digest" => vec![("no digest", issue(&["digest.invalid"]))],
        "agree" => vec![("not agreed", issue(&["agree.needed"]))],
        "document" => vec![("stale", issue(&["consent.stale"]))],
        "instant" => vec![("not yet", issue(&["consent.future"]))],
        _ => Vec::new(),
    });
    wants.into_iter().filter(|(_, is_there)| !is_there).map(|(what, _)| format!("{path}: {what}")).collect()
}

/// Each limit that a person can meet: its constant, the row at its edge and the row one past it, by the ends of their names.
const LIMITS: [(&str, &str, &str); 17] = [
    ("text_limit TEXT_MAX", "256 KiB", "256 KiB and one byte"),
    ("json DEPTH_MAX", "32 levels of objects are read", "33 levels of objects"),
    ("line LINE_MAX", "line: 200 code points", "line: 201 code points"),
    ("line TEXT_MAX", "text: 4,000 code points", "text: 4,001 code points"),
    ("form DEVICES_MAX", "20 machines", "21 machines"),
    ("form LOGS_MAX", "50 logs", "51 logs"),
    ("logs CLOCK_ERROR_MAX", "clock error: 86,400 seconds ahead", "clock error: 86,401 seconds ahead"),
    ("logs SIZE_MAX", "size: 2^40 bytes", "size: 2^40 bytes and one"),
    ("json SAFE_INTEGER_MAX", "the time of the agreement at 2^53 − 1", "the time of the agreement at 2^53"),
    ("moment AHEAD_MAX_MS", "now and five minutes", "now and six minutes"),
    (
        "cross AHEAD_MAX_MS",
        "agreed five minutes ahead of the desk's clock",
        "agreed five minutes and a millisecond ahead",
    ),
    ("point YEAR_MIN", "the year 1970", "the year 1969"),
    ("point YEAR_MAX", "the year 2099 makes sense and is in the future", "the year 2100"),
    ("phone EXTENSION_MAX", "an extension of ten digits", "an extension of eleven digits"),
    ("email ADDRESS_MAX", "walk: 254 octets", "walk: 255 octets"),
    // No address is long enough for a domain of 253: the edge is the longest domain that one holds.
    ("email DOMAIN_MAX", "walk: 254 octets", "a domain of 254 octets"),
    ("email LABEL_MAX", "a label of 63 letters", "a label of 64 letters"),
];

/// Limits of work, which no honest text reaches, and of contexts; unit tests in their modules check them.
const BOUNDS: [&str; 16] = [
    "text_limit TEXT_READ_MAX",
    "digest TYPED_MAX",
    "context CONTEXT_MAX",
    "questions QUESTIONS_MAX",
    "questions ID_MAX",
    "questions TITLE_MAX",
    "questions CHOICES_MAX",
    "questions LIST_BYTES_MAX",
    "typed TYPED_MAX",
    "time_of_day TYPED_MAX",
    "phone TYPED_MAX",
    "email TYPED_MAX",
    "punycode LABEL_MAX",
    "punycode T_MAX",
    "command SECRET_MAX",
    "secret KEY_MIN",
];

#[test]
fn every_limit_has_a_row_at_its_edge_and_one_past_it() {
    let rows = judged();
    let find = |name: &str| {
        let row = rows.iter().find(|row| row.case.name.split_once(": ").is_some_and(|(_, own)| own == name));
        row.unwrap_or_else(|| panic!("no row is named {name:?}"))
    };
    for (limit, edge, past) in LIMITS {
        let (edge, past) = (find(edge), find(past));
        let more: Vec<_> = past.issues.difference(&edge.issues).collect();
        assert!(!past.accepted && !more.is_empty(), "{limit}: {:?} is no worse than {:?}", past.issues, edge.issues);
    }
}

#[test]
fn every_limit_in_the_source_is_listed() {
    let listed: BTreeSet<_> = LIMITS.iter().map(|(limit, ..)| *limit).chain(BOUNDS).map(str::to_owned).collect();
    let mut found = BTreeSet::new();
    for file in source_tree::files().iter().filter(|file| file.below("core/src") && file.is(".rs")) {
        let name = file.path.rsplit('/').next().unwrap().trim_end_matches(".rs");
        for line in file.code().lines() {
            let constant =
                line.trim_start().trim_start_matches("pub(super) ").trim_start_matches("pub ").strip_prefix("const ");
            let constant = constant.and_then(|rest| rest.split_once(':')).map(|(constant, _)| constant);
            found.extend(
                constant
                    .filter(|name| {
                        name.ends_with("_MAX") || name.ends_with("_MAX_MS") || *name == "YEAR_MIN" || *name == "KEY_MIN"
                    })
                    .map(|constant| format!("{name} {constant}")),
            );
        }
    }
    assert_eq!(found, listed, "a limit of the source that has no rows here, or the other way round");
}
