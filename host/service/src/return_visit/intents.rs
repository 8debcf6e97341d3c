//! The intent of clause 1②: the applicant wishes that everything is handed over to the forensics company.
//!
//! `{"name":"佐藤 一郎","role":"情報システム部長","document":{"version":"1","sha256":"…"}}` → the event `intent.given`
//!
//! The module judges name and role as answers to questions of text. They are one line each, as long as a line of the form.

use kakekomi_core::form::LINE_MAX;
use kakekomi_store::EventKind;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::additions::added;
use super::exchange::Addition;
use super::{Added, ReturnVisits, Visit, VisitRefusal, accepted};

/// The address, which is part of a request's hash.
const INTENTS: &str = "intents";
/// The members that the module judges, with their titles.
const ASKED: [(&str, [&str; 2]); 2] = [("name", ["氏名", "Name"]), ("role", ["役職", "Role"])];

/// The body of an intent.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Intent {
    name: String,
    role: String,
    document: AgreedDocument,
}

/// The consent document that the applicant has read.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct AgreedDocument {
    version: String,
    sha256: String,
}

impl Intent {
    /// Reads a body; a name or a role that is no line has another shape.
    fn read(body: &[u8]) -> Result<Intent, VisitRefusal> {
        let intent: Intent = serde_json::from_slice(body).map_err(|_| VisitRefusal::Body)?;
        let is_line = |text: &str| text.chars().count() <= LINE_MAX && !text.chars().any(is_line_break);
        if is_line(&intent.name) && is_line(&intent.role) { Ok(intent) } else { Err(VisitRefusal::Body) }
    }
}

/// Reports whether a character ends a line or moves within it. The module refuses the other control characters.
fn is_line_break(character: char) -> bool {
    matches!(character, '\n' | '\r' | '\t' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

impl ReturnVisits {
    /// Gives the intent.
    ///
    /// # Errors
    /// [`VisitRefusal::Stale`]: another document is in force. [`VisitRefusal::NoReferral`]: no introduction was wished.
    /// [`VisitRefusal::IntentKnown`].
    pub async fn intend(&self, visit: &Visit, addition: &Addition, now: i64) -> Result<Added, VisitRefusal> {
        let Intent { name, role, document } = Intent::read(&addition.body)?;
        let request = self.intake.sealer.applicant_request(addition.key.as_str(), INTENTS, &addition.body);
        if let Some(outcome) = self.intake.store.outcome_of(&visit.number, request).await? {
            return added(outcome);
        }
        let context = self.texts_context(&ASKED, addition.locale, now)?;
        let is_in_force = context.consent.version == document.version && context.consent.any_language(&document.sha256);
        if !is_in_force {
            return Err(VisitRefusal::Stale(context.into()));
        }
        let draft = json!({ "other": { "name": &name, "role": &role } }).to_string();
        let current = self.intake.sandbox.current();
        accepted(self.intake.judge(addition.client, current, draft.into(), &context).await?)?;
        if self.case(visit).await?.clauses.referral.is_none() {
            return Err(VisitRefusal::NoReferral);
        }
        let body = json!({ "name": name, "role": role, "document": document, "by": "return" });
        self.add(visit, addition, INTENTS, EventKind::IntentGiven, body, now).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, role: &str) -> bool {
        let document = json!({ "version": "1", "sha256": "a" });
        let body = json!({ "name": name, "role": role, "document": document }).to_string();
        Intent::read(body.as_bytes()).is_ok()
    }

    #[test]
    fn name_and_role_are_one_line_each() {
        assert!(read("佐藤 一郎", &"あ".repeat(LINE_MAX)));
        assert!(!read("佐藤 一郎", &"あ".repeat(LINE_MAX + 1)) && !read(&"a".repeat(LINE_MAX + 1), "b"));
        for line_break in ["\n", "\r", "\t", "\u{85}", "\u{2028}", "\u{2029}"] {
            assert!(!read(&format!("a{line_break}b"), "c") && !read("c", &format!("a{line_break}b")), "{line_break:?}");
        }
    }
}
