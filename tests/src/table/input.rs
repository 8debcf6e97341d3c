//! Draft of a row: a text, or changes to a base.
//!
//! | member | meaning |
//! | --- | --- |
//! | `text` | the text itself |
//! | `text_hex` | its bytes in hexadecimal digits, for bytes that are not UTF-8 |
//! | `text_repeat` | `[["[", 33], ["]", 33]]`: pieces with their numbers of repetitions |
//! | `base` | `"sparse"` (the default), `"full"` or `"answers"`: a draft of `cases/base/` |
//! | `remove` | pointers to remove |
//! | `set` | pointer → value |
//! | `set_json` | pointer → JSON text, inserted unchanged: `null`, `1.0`, `"a","b":1` for a second key |
//! | `set_repeat` | pointer → `["あ", 200]`: a text repeated |
//! | `fill` | pointer → `[21, '{"identified":"identified"}']`: a list of 21 entries |
//! | `pad_to` | length in bytes to which spaces fill the text |

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::pointer;

/// The members of a row that make its draft.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Input {
    text: Option<String>,
    text_hex: Option<String>,
    text_repeat: Option<Vec<(String, usize)>>,
    base: Option<String>,
    remove: Vec<String>,
    set: BTreeMap<String, toml::Value>,
    set_json: BTreeMap<String, String>,
    set_repeat: BTreeMap<String, (String, usize)>,
    fill: BTreeMap<String, (usize, String)>,
    pad_to: Option<usize>,
}

impl Input {
    /// Makes the draft's bytes.
    pub fn text(&self, name: &str, drafts: &BTreeMap<&str, Value>) -> Vec<u8> {
        let ways = [self.text.is_some(), self.text_hex.is_some(), self.text_repeat.is_some(), self.changes_a_base()];
        assert!(
            ways.into_iter().filter(|way| *way).count() <= 1,
            "{name}: one of text, text_hex, text_repeat and a base"
        );
        let mut bytes = if let Some(text) = &self.text {
            text.clone().into_bytes()
        } else if let Some(hex) = &self.text_hex {
            from_hex(hex)
        } else if let Some(pieces) = &self.text_repeat {
            pieces.iter().map(|(piece, times)| piece.repeat(*times)).collect::<String>().into_bytes()
        } else {
            let base = self.base();
            self.changed(drafts.get(base).unwrap_or_else(|| panic!("{name}: no base {base}"))).into_bytes()
        };
        if let Some(length) = self.pad_to {
            assert!(bytes.len() <= length, "{name}: the text has {} bytes already", bytes.len());
            bytes.resize(length, b' ');
        }
        bytes
    }

    /// The name of the base draft.
    pub fn base(&self) -> &str {
        self.base.as_deref().unwrap_or("sparse")
    }

    fn changes_a_base(&self) -> bool {
        let changes = [self.set.len(), self.set_json.len(), self.set_repeat.len(), self.fill.len(), self.remove.len()];
        self.base.is_some() || changes.into_iter().any(|count| count > 0)
    }

    fn changed(&self, base: &Value) -> String {
        let mut draft = base.clone();
        for path in &self.remove {
            pointer::remove(&mut draft, path);
        }
        for (path, value) in &self.set {
            pointer::set(&mut draft, path, pointer::from_toml(value));
        }
        for (path, (text, times)) in &self.set_repeat {
            pointer::set(&mut draft, path, Value::from(text.repeat(*times)));
        }
        let lists = self
            .fill
            .iter()
            .map(|(path, (times, entry))| (path, format!("[{}]", vec![entry.as_str(); *times].join(","))));
        let spliced: Vec<_> = self.set_json.iter().map(|(path, json)| (path, json.clone())).chain(lists).collect();
        for (index, (path, _)) in spliced.iter().enumerate() {
            pointer::set(&mut draft, path, Value::from(mark(index)));
        }
        let text = draft.to_string();
        spliced
            .iter()
            .enumerate()
            .fold(text, |text, (index, (_, json))| text.replace(&format!("\"{}\"", mark(index)), json))
    }
}

/// Placeholder in the text at which JSON text is inserted.
fn mark(index: usize) -> String {
    format!("<<spliced {index}>>")
}

fn from_hex(hex: &str) -> Vec<u8> {
    let digits: Vec<char> = hex.chars().filter(|digit| !digit.is_whitespace()).collect();
    digits.chunks(2).map(|pair| u8::from_str_radix(&pair.iter().collect::<String>(), 16).unwrap()).collect()
}
