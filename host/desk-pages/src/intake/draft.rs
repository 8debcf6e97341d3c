//! The draft of an intake by telephone.
//!
//! `company=株式会社れい&phone=03-3211-9999&…` → `{"contact":{"company":"株式会社れい",…},…}`; what the caller cannot say is 分からない

use kakekomi_core::Locale;
use kakekomi_describe::{FieldDescription, describe};
use kakekomi_service::desk::Desk;
use kakekomi_service::desk::documents::Document;
use serde_json::{Map, Value, json};

use crate::frame::FormFields;

/// The fields of the operator's form with their paths in the draft.
const FIELDS: [(&str, &str); 14] = [
    ("company", "/contact/company"),
    ("department", "/contact/department"),
    ("person", "/contact/person"),
    ("phone", "/contact/phone"),
    ("email", "/contact/email"),
    ("responsible", "/contact/responsible"),
    ("summary", "/incident/summary"),
    ("kind", "/incident/kind"),
    ("ongoing", "/incident/ongoing"),
    ("discovered_at", "/incident/discovered_at"),
    ("price_notice", "/service/remote/price_notice"),
    ("approval", "/service/remote/approval"),
    ("transfer_consent", "/service/forensics/transfer_consent"),
    ("agreed", "/consent"),
];

/// Finds the field of the form for the path of an issue, `/incident/discovered_at/at` → `discovered_at`.
pub fn field_of(path: &str) -> Option<&'static str> {
    // The names of a department and of a person are required as one.
    let is_below =
        |parent: &str| path.strip_prefix(parent).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    FIELDS.iter().find(|(_, parent)| is_below(parent)).map(|(name, _)| *name)
}

/// Lists the options of a field of the intake form with their titles.
pub fn options(path: &str, locale: Locale) -> Vec<(&'static str, &'static str)> {
    let description = describe(locale);
    find(&description.sections, path)
        .map_or_else(Vec::new, |field| field.options.iter().map(|option| (option.value, option.title)).collect())
}

fn find<'a>(fields: &'a [FieldDescription], path: &str) -> Option<&'a FieldDescription> {
    fields.iter().find_map(|field| if field.path == path { Some(field) } else { find(&field.fields, path) })
}

/// The fields of an empty form that the operator does not see: the documents that the form shows, and its moment. The draft of a form
/// that is sent twice is the same then, and an agreement to documents that were replaced meanwhile is refused.
pub fn hidden(desk: &Desk, now: i64) -> [(&'static str, String); 3] {
    let document = |document: &Document| {
        let served = document.served(Locale::Ja);
        format!("{} {}", served.version, served.sha256)
    };
    let documents = desk.documents();
    [
        ("document", document(&documents.consent)),
        ("policy", document(&documents.policy)),
        ("opened_at", now.to_string()),
    ]
}

/// Makes the draft. The agreement is to the documents that the form showed.
pub fn of(fields: &FormFields) -> Value {
    let mut draft = Map::new();
    for section in
        describe(Locale::Ja).sections.iter().filter(|section| ["contact", "incident"].contains(&section.name))
    {
        let members = section.fields.iter().filter_map(|field| Some((field.name.to_owned(), answer(fields, field)?)));
        draft.insert(section.name.to_owned(), Value::Object(members.collect()));
    }
    draft.insert("service".to_owned(), service(fields));
    let document = |name: &str| {
        let (version, sha256) = fields.get(name).rsplit_once(' ').unwrap_or_default();
        json!({ "version": version, "sha256": sha256 })
    };
    let agreed_at: i64 = fields.get("opened_at").parse().unwrap_or_default();
    draft.insert(
        "consent".to_owned(),
        json!({ "document": document("document"), "policy": document("policy"), "language": "ja", "agreed_at": agreed_at }),
    );
    Value::Object(draft)
}

/// Returns the answer to a field. A required one without an answer is 分からない, where that is an answer.
fn answer(fields: &FormFields, field: &FieldDescription) -> Option<Value> {
    let is_asked = FIELDS.iter().any(|(_, path)| *path == field.path);
    let typed = if is_asked { fields.get(field.name).trim() } else { "" };
    match typed {
        "" => (field.need == "required" && field.unknown).then(|| json!({ "unknown": true })),
        "unknown" if field.unknown => Some(json!({ "unknown": true })),
        typed if field.kind == "moment" => Some(json!({ "at": typed })),
        typed => Some(json!(typed)),
    }
}

fn service(fields: &FormFields) -> Value {
    let mut service = Map::new();
    if fields.has("remote") {
        let mut remote = Map::new();
        if fields.has("price_notice") {
            remote.insert("price_notice".to_owned(), json!(true));
        }
        if fields.has("approval") {
            remote.insert("approval".to_owned(), json!(fields.get("approval")));
        }
        service.insert("remote".to_owned(), Value::Object(remote));
    }
    if fields.has("forensics") {
        let consent = match fields.get("transfer_consent") {
            "yes" => json!({ "transfer_consent": true }),
            "no" => json!({ "transfer_consent": false }),
            _ => json!({}),
        };
        service.insert("forensics".to_owned(), consent);
    }
    Value::Object(service)
}

#[cfg(test)]
mod tests {
    use kakekomi_core::{Context, check};

    use super::*;

    const FEW: &str = "company=株式会社れい&person=山田&phone=03-3211-9999&summary=ファイルが開けません&kind=ransomware&ongoing=unknown";

    fn issues(body: &str) -> Vec<String> {
        let desk = Desk::load(None).unwrap();
        let now = kakekomi_store::clock::now();
        let context: Context = desk.context(now, Locale::Ja).unwrap();
        let mut fields = FormFields::read(body.as_bytes());
        fields.0.extend(hidden(&desk, now).map(|(name, value)| (name.to_owned(), value)));
        let draft = of(&fields).to_string();
        let report: Value = serde_json::from_slice(&check(draft.as_bytes(), &context).to_bytes()).unwrap();
        report["issues"].as_array().unwrap().iter().map(|issue| issue["path"].as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn few_answers_are_enough() {
        assert_eq!(issues(FEW), [""; 0]);
        assert_eq!(
            issues(&format!(
                "{FEW}&responsible=佐藤&remote=yes&price_notice=yes&approval=pending&forensics=yes&transfer_consent=no"
            )),
            [""; 0]
        );
        assert_eq!(issues(&format!("{FEW}&discovered_at=2026-10-01")), [""; 0]);
    }

    #[test]
    fn an_agreement_to_other_documents_is_refused() {
        let other = "document=1 00&policy=1 00&opened_at=1";
        assert!(issues(&format!("{FEW}&{other}")).iter().any(|path| path.starts_with("/consent")));
    }

    #[test]
    fn issues_are_at_fields_of_the_form() {
        for body in ["", "phone=1&email=x&discovered_at=never", "remote=yes&forensics=yes"] {
            let issues = issues(body);
            assert!(!issues.is_empty());
            for path in issues {
                assert!(field_of(&path).is_some() || path == "/contact", "{path}");
            }
        }
    }
}
