//! JSON Pointers (RFC 6901) that change a tree.
//!
//! `{}`, `/devices/0/os`, `"Windows 11"` → `{"devices": [{"os": "Windows 11"}]}`.

use serde_json::{Map, Value};

/// Splits a pointer into its steps, with `~1` and `~0` unescaped.
fn steps(pointer: &str) -> Vec<String> {
    pointer.split('/').skip(1).map(|step| step.replace("~1", "/").replace("~0", "~")).collect()
}

/// Sets a value at a pointer; creates missing parents, a list where the step is a number.
pub fn set(root: &mut Value, pointer: &str, value: Value) {
    let mut here = root;
    for step in steps(pointer) {
        if here.is_null() {
            *here = if step.parse::<usize>().is_ok() { Value::Array(Vec::new()) } else { Value::Object(Map::new()) };
        }
        here = match here {
            Value::Object(members) => members.entry(step).or_insert(Value::Null),
            Value::Array(entries) => {
                let index: usize = step.parse().unwrap_or_else(|_| panic!("{pointer}: {step} is no index"));
                if index == entries.len() {
                    entries.push(Value::Null);
                }
                entries.get_mut(index).unwrap_or_else(|| panic!("{pointer}: entry {index} leaves a gap"))
            }
            _ => panic!("{pointer}: there is no room for {step}"),
        };
    }
    *here = value;
}

/// Removes the value at a pointer, which must exist: a row that removes nothing tests nothing.
pub fn remove(root: &mut Value, pointer: &str) {
    let (parent, _) = pointer.rsplit_once('/').unwrap_or_else(|| panic!("{pointer:?} is no pointer"));
    let last = steps(pointer).pop().unwrap_or_default();
    let found = match root.pointer_mut(parent) {
        Some(Value::Object(members)) => members.remove(&last).is_some(),
        Some(Value::Array(entries)) => {
            last.parse().ok().filter(|index| *index < entries.len()).map(|index| entries.remove(index)).is_some()
        }
        _ => false,
    };
    assert!(found, "there is nothing at {pointer} to remove");
}

/// Converts a TOML value to JSON. Drafts have no fractions and dates; `set_json` writes those.
pub fn from_toml(value: &toml::Value) -> Value {
    match value {
        toml::Value::String(text) => Value::from(text.as_str()),
        toml::Value::Integer(number) => Value::from(*number),
        toml::Value::Boolean(flag) => Value::from(*flag),
        toml::Value::Array(entries) => entries.iter().map(from_toml).collect(),
        toml::Value::Table(members) => members.iter().map(|(key, value)| (key.clone(), from_toml(value))).collect(),
        toml::Value::Float(_) | toml::Value::Datetime(_) => panic!("{value}: write it as JSON text (set_json)"),
    }
}
