//! An approval in writing (clause 1⑧): another purpose or recipient than the clauses have, with the fields that it names.
//!
//! `{"purpose":"保険金の請求","recipient":"れい損害保険","fields":["/incident/summary"],…}` → the body of `approval.attached`

use kakekomi_purposes::{rows, unknown_field};
use serde_json::{Value, json};

use crate::fields::{FieldCode, FieldError, Fields, digest_error, required};
use crate::limits::{LINE_BYTES_MAX, TEXT_BYTES_MAX};

/// The prefix of the boxes of fields in a form: `field:/contact/company=yes`.
pub const FIELD_PREFIX: &str = "field:";

/// An approval in writing before it has an id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApprovalDraft {
    /// The purpose that the applicant approved.
    pub purpose: String,
    /// The recipient that the applicant approved.
    pub recipient: String,
    /// The paths of the approved fields.
    pub fields: Vec<String>,
    /// The document: its title, its date, where it is kept.
    pub document: String,
    /// SHA-256 of the signed document's file, 64 hexadecimal digits; required without `file`.
    pub sha256: Option<String>,
    /// The id of the evidence file of the case that is the signed document.
    pub file: Option<String>,
    /// The one who signed it.
    pub signed_by: String,
}

impl ApprovalDraft {
    /// Reads a form. The boxes of the form's own fields count; others are ignored.
    pub(super) fn read(form: &Fields) -> ApprovalDraft {
        let text = |name: &str| form.get(name).unwrap_or_default().to_owned();
        let is_ticked = |path: &String| form.get(&format!("{FIELD_PREFIX}{path}")) == Some("yes");
        ApprovalDraft {
            purpose: text("purpose"),
            recipient: text("recipient"),
            fields: rows().into_iter().map(|row| row.path).filter(is_ticked).collect(),
            document: text("document"),
            sha256: form.get("sha256").map(str::to_ascii_lowercase),
            file: form.get("file").map(str::to_owned),
            signed_by: text("signed_by"),
        }
    }

    /// Makes the body of its event, still without its id.
    pub(super) fn body(&self) -> Value {
        json!({
            "purpose": self.purpose,
            "recipient": self.recipient,
            "fields": self.fields,
            "document": self.document,
            "sha256": self.sha256,
            "file": self.file,
            "signed_by": self.signed_by,
        })
    }

    /// Lists the wrong values, by the names of their fields in a form.
    pub(super) fn check(&self) -> Vec<FieldError> {
        let line = |field, text: &str| required(field, text, LINE_BYTES_MAX);
        let fields = match unknown_field(&self.fields) {
            Some(_) => Some(FieldCode::Unknown),
            None => self.fields.is_empty().then_some(FieldCode::Required),
        };
        let document = match (&self.sha256, &self.file) {
            (None, None) => Some(FieldError::new("sha256", FieldCode::Required)),
            (Some(digest), _) => digest_error("sha256", digest),
            (None, Some(_)) => None,
        };
        let errors = [
            line("purpose", &self.purpose),
            line("recipient", &self.recipient),
            fields.map(|code| FieldError::new("fields", code)),
            required("document", &self.document, TEXT_BYTES_MAX),
            document,
            line("signed_by", &self.signed_by),
        ];
        errors.into_iter().flatten().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_approval_is_read_from_its_boxes() {
        let form = Fields::new([
            ("purpose", " 保険金の請求 "),
            ("recipient", "れい損害保険"),
            ("field:/devices/*/os", "yes"),
            ("field:/contact/company", "yes"),
            ("field:/contact/phone", ""),
            ("field:/contact/fax", "yes"),
            ("document", "承諾書 2026-11-20"),
            ("sha256", &"AB".repeat(32)),
            ("signed_by", "山田"),
        ]);
        let draft = ApprovalDraft::read(&form);
        assert_eq!(draft.fields, ["/contact/company", "/devices/*/os"], "in the form's order");
        assert_eq!((draft.purpose.as_str(), draft.sha256.clone()), ("保険金の請求", Some("ab".repeat(32))));
        assert_eq!(draft.check(), []);
        let wrong =
            |draft: &ApprovalDraft| draft.check().iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let nothing = ApprovalDraft::read(&Fields::default());
        let missing = "purpose: required, recipient: required, fields: required, document: required, sha256: required, signed_by: required";
        assert_eq!(wrong(&nothing), missing);
        let unknown = ApprovalDraft { fields: vec!["/contact/fax".to_owned()], ..draft.clone() };
        assert_eq!(wrong(&unknown), "fields: unknown");
        let filed = ApprovalDraft { sha256: None, file: Some("12".to_owned()), ..draft.clone() };
        assert_eq!(wrong(&filed), "", "an evidence file is a document too; the case decides on its id");
        assert_eq!(wrong(&ApprovalDraft { sha256: None, ..draft.clone() }), "sha256: required");
        assert_eq!(wrong(&ApprovalDraft { sha256: Some("12".to_owned()), ..draft }), "sha256: not_a_digest");
    }
}
