//! The table of cases: `tests/cases/*.toml`, one file a rule family.
//!
//! ```toml
//! [[case]]
//! name = "phone: full-width digits and dashes"
//! set = { "/contact/phone" = "０３-３２１１-９９９９" }
//! expect.values = { "/contact/phone" = "+81332119999" }
//! ```
//!
//! → the draft `base/sparse.json` with that number, in the context `base/context.json`; no issue; the
//! value. `base = "answers"` has the questions of `base/questions.json` in its context. A row names only its subject. [`input`] lists the members that make the draft, [`expect`] those
//! that describe the report.

mod expect;
mod input;
mod pointer;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

pub use expect::Expect;
use input::Input;

/// One row: a draft's text, its context, and the expected report.
#[derive(Debug)]
pub struct Case {
    /// The file's name and the row's own: `phone.toml: full-width digits`.
    pub name: String,
    /// The draft's text, which need not be JSON.
    pub text: Vec<u8>,
    /// The context's JSON text.
    pub context: String,
    /// Expected content of the report.
    pub expect: Expect,
}

impl Case {
    /// Checks if the draft answers questions, for tests of the form alone.
    pub fn has_questions(&self) -> bool {
        let context: Value = serde_json::from_str(&self.context).unwrap_or_default();
        context["questions"].as_array().is_some_and(|questions| !questions.is_empty())
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    case: Vec<toml::Table>,
}

/// The row's own members; those of the draft are [`Input`]'s.
#[derive(Deserialize)]
struct Row {
    name: String,
    #[serde(default)]
    context: BTreeMap<String, toml::Value>,
    #[serde(default)]
    expect: Expect,
}

/// Reads all cases, in the order of the files' names and of their rows.
pub fn cases() -> Vec<Case> {
    let folder = crate::source_tree::root().join("tests/cases");
    let mut files: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    let bases = Bases::read(&folder.join("base"));
    files.iter().flat_map(|path| read(path, &bases)).collect()
}

/// The drafts and the context that rows start from.
struct Bases {
    drafts: BTreeMap<&'static str, Value>,
    context: Value,
    questions: Value,
}

impl Bases {
    fn read(folder: &Path) -> Bases {
        let json = |name: &str| serde_json::from_slice(&fs::read(folder.join(name)).unwrap()).expect(name);
        Bases {
            drafts: ["answers", "full", "sparse"].map(|name| (name, json(&format!("{name}.json")))).into(),
            context: json("context.json"),
            questions: json("questions.json"),
        }
    }

    /// The context of a base draft.
    fn context_of(&self, draft: &str) -> Value {
        let mut context = self.context.clone();
        if draft == "answers" {
            context["questions"] = self.questions.clone();
        }
        context
    }
}

fn read(path: &Path, bases: &Bases) -> Vec<Case> {
    let file = path.file_name().unwrap().to_string_lossy().into_owned();
    let text = fs::read_to_string(path).unwrap();
    let rows: File = toml::from_str(&text).unwrap_or_else(|error| panic!("{file}: {error}"));
    rows.case.into_iter().map(|row| case(&file, row, bases)).collect()
}

fn case(file: &str, mut row: toml::Table, bases: &Bases) -> Case {
    let own: toml::Table = ["name", "context", "expect"]
        .into_iter()
        .filter_map(|key| row.remove(key).map(|value| (key.to_owned(), value)))
        .collect();
    let Row { name, context, expect } = own.try_into().unwrap_or_else(|error| panic!("{file}: {error}"));
    let name = format!("{file}: {name}");
    let input: Input = row.try_into().unwrap_or_else(|error| panic!("{name}: {error}"));
    let context = context_text(&context, bases.context_of(input.base()));
    Case { text: input.text(&name, &bases.drafts), context, expect, name }
}

/// Makes the context with a row's changes: `now`, `locale`, or a JSON Pointer such as `/calendar/last_year`.
fn context_text(changes: &BTreeMap<String, toml::Value>, mut context: Value) -> String {
    for (key, value) in changes {
        let path = if key.starts_with('/') { key.clone() } else { format!("/{key}") };
        pointer::set(&mut context, &path, pointer::from_toml(value));
    }
    context.to_string()
}
