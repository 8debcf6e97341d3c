//! The answers that a purpose may use.
//!
//! `project(values, Purpose::Approved, ["/devices/*/os"])` → `{"devices":[{"os":"Windows 11"}]}`
//!
//! An answer is exported exactly if its row and all rows above it allow the purpose and, where the purpose needs named fields,
//! it is named. A key without a row is never exported. Entries of a list that would be empty are left out.

use kakekomi_core::form::{Draft, Field, FieldKind, Purpose};
use serde_json::{Map, Value};

use crate::rows::rows;

/// Projects the `values` of a report. `named` are the paths that a grant or an approval names, `/incident` with all below it;
/// other purposes ignore them.
pub fn project(values: &Value, purpose: Purpose, named: &[String]) -> Value {
    let projection = Projection { purpose, named };
    Value::Object(projection.members(values, Draft::FIELDS, ""))
}

/// Lists the fields that a projection exports where they are answered, in the form's order.
pub fn exported_fields(purpose: Purpose, named: &[String]) -> Vec<String> {
    let projection = Projection { purpose, named };
    let allowed = rows().into_iter().filter(|row| row.is_value() && projection.allows(row.field, &row.path));
    allowed.map(|row| row.path).collect()
}

struct Projection<'a> {
    purpose: Purpose,
    named: &'a [String],
}

impl Projection<'_> {
    /// Reports whether the row allows the purpose and the path, or one above it, is named where that is needed.
    fn allows(&self, field: &Field, path: &str) -> bool {
        field.spec.purposes.allows(self.purpose)
            && (!self.purpose.needs_named_fields() || self.named.iter().any(|named| is_within(path, named)))
    }

    fn members(&self, object: &Value, fields: &[Field], parent: &str) -> Map<String, Value> {
        let mut members = Map::new();
        for field in fields.iter().filter(|field| field.spec.purposes.allows(self.purpose)) {
            let path = format!("{parent}/{}", field.name);
            if let Some(value) = object.get(field.name).and_then(|value| self.value(value, field, &path)) {
                members.insert(field.name.to_owned(), value);
            }
        }
        members
    }

    fn value(&self, value: &Value, field: &Field, path: &str) -> Option<Value> {
        match (field.kind, value) {
            (FieldKind::List(_, fields), Value::Array(entries)) => {
                let entries = entries.iter().map(|entry| self.members(entry, fields, &format!("{path}/*")));
                let entries: Vec<_> = entries.filter(|entry| !entry.is_empty()).map(Value::Object).collect();
                (!entries.is_empty()).then_some(Value::Array(entries))
            }
            (FieldKind::Section(fields) | FieldKind::Record(fields), Value::Object(_)) if !is_unknown(value) => {
                Some(self.members(value, fields, path)).filter(|members| !members.is_empty()).map(Value::Object)
            }
            // A value that is no object where the form has one cannot be projected.
            (FieldKind::Section(_) | FieldKind::Record(_) | FieldKind::List(..), _) if !is_unknown(value) => None,
            _ => self.allows(field, path).then(|| value.clone()),
        }
    }
}

/// Reports whether a path is another one or below it: `/incident/kind` is within `/incident`.
fn is_within(path: &str, other: &str) -> bool {
    path.strip_prefix(other).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Recognises exactly `{"unknown": true}`.
pub(crate) fn is_unknown(value: &Value) -> bool {
    value.as_object().is_some_and(|members| members.len() == 1 && members.get("unknown") == Some(&Value::Bool(true)))
}
