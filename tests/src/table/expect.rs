//! Expectations of a row about the report. The issues are always exact: without a list, none is expected.
//!
//! | member | meaning |
//! | --- | --- |
//! | `issues` | `[["/contact/phone", "phone.invalid"]]`, in order; a third entry holds the params |
//! | `accepted` | follows from the issues and may be left out |
//! | `advisories` | as the issues: path and code, exact if given |
//! | `guidance` | codes, exact if given |
//! | `has`, `has_not` | codes of advisories and guidance that must, or must not, be there |
//! | `values` | pointer → value: a part of the normalised values |
//! | `silent` | pointers that the values must not have |
//! | `hidden` | paths, exact if given |
//! | `progress` | section → `[required, answered, unknown]` |

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::pointer::from_toml;

/// The members of `expect`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Expect {
    issues: Vec<Found>,
    accepted: Option<bool>,
    advisories: Option<Vec<Found>>,
    guidance: Option<Vec<String>>,
    has: Vec<String>,
    has_not: Vec<String>,
    values: BTreeMap<String, toml::Value>,
    silent: Vec<String>,
    hidden: Option<Vec<String>>,
    progress: BTreeMap<String, [u32; 3]>,
}

/// Path, code, and the params where the row names them.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Found {
    Code(String, String),
    Params(String, String, toml::Table),
}

impl Found {
    fn shown(&self) -> String {
        match self {
            Found::Code(path, code) | Found::Params(path, code, _) => format!("{path} {code}"),
        }
    }

    fn code(&self) -> &str {
        match self {
            Found::Code(_, code) | Found::Params(_, code, _) => code,
        }
    }

    fn params(&self) -> Option<Value> {
        match self {
            Found::Code(..) => None,
            Found::Params(_, _, params) => Some(from_toml(&toml::Value::Table(params.clone()))),
        }
    }
}

impl Expect {
    /// Returns the issue codes that the row expects.
    pub fn issue_codes(&self) -> impl Iterator<Item = &str> {
        self.issues.iter().map(Found::code)
    }

    /// Returns `true` if the row expects an advisory or a piece of guidance, `false` if it excludes it, else `None`.
    pub fn says(&self, code: &str) -> Option<bool> {
        let exact = if code.starts_with("guidance.") {
            self.guidance.as_ref().map(|codes| codes.iter().any(|own| own == code))
        } else {
            self.advisories.as_ref().map(|found| found.iter().any(|own| own.code() == code))
        };
        let among = |codes: &[String]| codes.iter().any(|own| own == code);
        exact.or(among(&self.has).then_some(true)).or(among(&self.has_not).then_some(false))
    }

    /// Lists the differences of a report, one sentence each.
    pub fn differences(&self, report: &Value) -> Vec<String> {
        let mut wrong = Wrong::default();
        wrong.unless_equal("issues", &placed(&report["issues"]), &self.issues.iter().map(Found::shown).collect());
        for (found, issue) in self.issues.iter().zip(array(&report["issues"])) {
            if let Some(params) = found.params() {
                wrong.unless_equal(&format!("params of {}", found.shown()), &issue["params"], &params);
            }
        }
        wrong.unless_equal(
            "accepted",
            &report["accepted"],
            &Value::from(self.accepted.unwrap_or(self.issues.is_empty())),
        );
        if let Some(advisories) = &self.advisories {
            wrong.unless_equal(
                "advisories",
                &placed(&report["advisories"]),
                &advisories.iter().map(Found::shown).collect(),
            );
        }
        if let Some(guidance) = &self.guidance {
            wrong.unless_equal("guidance", &codes(&report["guidance"]), guidance);
        }
        if let Some(hidden) = &self.hidden {
            wrong.unless_equal("hidden", &report["hidden"], &Value::from(hidden.clone()));
        }
        self.words(report, &mut wrong);
        self.contents(report, &mut wrong);
        wrong.0
    }

    /// Codes of advisories and guidance.
    fn words(&self, report: &Value, wrong: &mut Wrong) {
        let said = [codes(&report["advisories"]), codes(&report["guidance"])].concat();
        for code in self.has.iter().filter(|code| !said.contains(code)) {
            wrong.0.push(format!("{code} is missing among {said:?}"));
        }
        for code in self.has_not.iter().filter(|code| said.contains(code)) {
            wrong.0.push(format!("{code} is said"));
        }
    }

    /// Values and progress.
    fn contents(&self, report: &Value, wrong: &mut Wrong) {
        for (path, value) in &self.values {
            wrong.unless_equal(
                &format!("value at {path}"),
                report["values"].pointer(path).unwrap_or(&Value::Null),
                &from_toml(value),
            );
        }
        for path in &self.silent {
            wrong.unless_equal(&format!("value at {path}"), &report["values"].pointer(path), &None);
        }
        for (section, counts) in &self.progress {
            let row = array(&report["progress"]).iter().find(|row| row["section"] == section.as_str());
            let found = row.map(|row| ["required", "answered", "unknown"].map(|key| row[key].clone()));
            wrong.unless_equal(&format!("progress of {section}"), &found, &Some(counts.map(Value::from)));
        }
    }
}

#[derive(Default)]
struct Wrong(Vec<String>);

impl Wrong {
    fn unless_equal<T: PartialEq + std::fmt::Debug>(&mut self, what: &str, found: &T, expected: &T) {
        if found != expected {
            self.0.push(format!("{what}: found {found:?}, expected {expected:?}"));
        }
    }
}

fn array(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn placed(list: &Value) -> Vec<String> {
    array(list)
        .iter()
        .map(|entry| format!("{} {}", entry["path"].as_str().unwrap_or("?"), entry["code"].as_str().unwrap_or("?")))
        .collect()
}

fn codes(list: &Value) -> Vec<String> {
    array(list).iter().filter_map(|entry| entry["code"].as_str()).map(str::to_owned).collect()
}
