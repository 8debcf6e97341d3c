//! `docs/cases.json`: the table of cases for other projects, generated from the table.
//!
//! `[["/contact/phone","phone.invalid"]]` without sentences, so that a change of wording changes no case. A text is a string, or
//! pieces with their numbers of repetitions (`[["{\"a\":\"",1],["あ",4001],["\"}",1]]`), or `hex` if it is not UTF-8.

use serde_json::{Value, json};

use crate::table::{Case, cases};

/// The least length of a run of one character that is counted instead of written.
const RUN_MIN: usize = 64;

/// Makes the whole file, one case a line, so that a diff shows the changed cases.
pub fn json_lines() -> String {
    let cases = cases();
    let mut contexts: Vec<&str> = Vec::new();
    for case in &cases {
        if !contexts.contains(&case.context.as_str()) {
            contexts.push(&case.context);
        }
    }
    let rows: Vec<String> = cases.iter().map(|case| row(case, &contexts).to_string()).collect();
    let contexts = contexts.join(",\n");
    format!(
        "{{\"ruleset\":\"{}\",\n\"contexts\":[\n{contexts}\n],\n\"cases\":[\n{}\n]}}\n",
        kakekomi_core::RULESET,
        rows.join(",\n")
    )
}

fn row(case: &Case, contexts: &[&str]) -> Value {
    let report = kakekomi_core::answer(&case.text, case.context.as_bytes()).expect(&case.name);
    let report: Value = serde_json::from_slice(&report).unwrap();
    let placed = |list: &Value| -> Value {
        list.as_array().unwrap().iter().map(|found| json!([found["path"], found["code"]])).collect()
    };
    let guidance: Value = report["guidance"].as_array().unwrap().iter().map(|found| found["code"].clone()).collect();
    let mut row = json!({
        "name": case.name,
        "context": contexts.iter().position(|context| *context == case.context),
        "accepted": report["accepted"],
        "issues": placed(&report["issues"]),
        "advisories": placed(&report["advisories"]),
        "guidance": guidance,
    });
    match std::str::from_utf8(&case.text) {
        Ok(text) => row["text"] = pieces(text),
        Err(_) => row["hex"] = case.text.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat().into(),
    }
    row
}

/// Converts a text to a string, or to pieces if it has long runs of one character.
fn pieces(text: &str) -> Value {
    let mut pieces: Vec<(String, usize)> = Vec::new();
    let mut rest = text.chars().peekable();
    let mut plain = String::new();
    while let Some(char) = rest.next() {
        let mut times = 1;
        while rest.next_if_eq(&char).is_some() {
            times += 1;
        }
        if times < RUN_MIN {
            plain.extend(std::iter::repeat_n(char, times));
        } else {
            pieces.push((std::mem::take(&mut plain), 1));
            pieces.push((char.to_string(), times));
        }
    }
    if pieces.is_empty() {
        return plain.into();
    }
    pieces.push((plain, 1));
    pieces.retain(|(piece, _)| !piece.is_empty());
    json!(pieces)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_runs_are_counted() {
        assert_eq!(pieces("aab"), json!("aab"));
        assert_eq!(pieces(&format!("x{}y", "あ".repeat(64))), json!([["x", 1], ["あ", 64], ["y", 1]]));
    }
}
