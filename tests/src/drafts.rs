//! Two hundred drafts as people would write them: `tests/drafts/*.ndjson`, one a line.
//!
//! `{"name": …, "locale": "ja", "now": 1795140000000, "draft": {…}, "expect": {"accepted": …, "issues":
//! [[path, code], …], "advisories": [code, …]}}` → the draft's text, the context of `cases/base` at that time in that
//! language, and the expected report. `"text"` instead of `"draft"` is text that is no valid JSON.

use std::fs;

use serde::Deserialize;
use serde_json::Value;

/// The fields of free text, by their paths without indices. The table's accepted draft has all of them.
pub const FREE_TEXT: [&str; 16] = [
    "/contact/company",
    "/contact/department",
    "/contact/person",
    "/contact/responsible",
    "/incident/summary",
    "/incident/purpose",
    "/incident/discovery_trigger/note",
    "/incident/target",
    "/incident/operation",
    "/incident/requests",
    "/devices/os",
    "/devices/antivirus",
    "/devices/notes",
    "/network/topology",
    "/logs/name",
    "/logs/note",
];

/// One draft with what is expected of it.
#[derive(Debug)]
pub struct Draft {
    /// Subject of the draft.
    pub name: String,
    /// Its text.
    pub text: Vec<u8>,
    /// The context's JSON text.
    pub context: String,
    /// Expected content of the report.
    pub expect: Expect,
}

/// Verdict, issues and advisories, all of them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// `true` if it can be sent.
    pub accepted: bool,
    /// Path and code of each issue, in order.
    pub issues: Vec<(String, String)>,
    /// The codes of the advisories, in order.
    pub advisories: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    name: String,
    locale: String,
    now: i64,
    draft: Option<Value>,
    text: Option<String>,
    expect: Expect,
}

/// Reads all drafts, in the order of the files' names and of their lines.
pub fn drafts() -> Vec<Draft> {
    let tests = crate::source_tree::root().join("tests");
    let base = fs::read_to_string(tests.join("cases/base/context.json")).unwrap();
    let context: Value = serde_json::from_str(&base).unwrap();
    let mut files: Vec<_> = fs::read_dir(tests.join("drafts")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "ndjson"));
    files.sort();
    let contents: Vec<_> = files.iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    contents.iter().flat_map(|lines| lines.lines()).map(|line| draft(line, context.clone())).collect()
}

fn draft(line: &str, mut context: Value) -> Draft {
    let Line { name, locale, now, draft, text, expect } =
        serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    context["locale"] = locale.into();
    context["now"] = now.into();
    let text = draft.map(|draft| draft.to_string()).or(text).unwrap_or_else(|| panic!("{name}: draft or text"));
    Draft { name, text: text.into_bytes(), context: context.to_string(), expect }
}
