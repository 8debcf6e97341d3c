//! Example drafts: one for each kind of incident, and one that is not accepted.
//!
//! The drafts are data (`host/service/examples/*.json`) without a consent section; the section is made of the desk's
//! documents in force, so that the desk that printed an example accepts it.

use kakekomi_core::Locale;

use crate::desk::Desk;
use crate::desk::documents::Document;

/// The time of agreement in all examples: 2026-10-30T10:00+09:00. All their moments lie before it.
const AGREED_AT: i64 = 1_793_322_000_000;

/// The drafts by kind of incident, in the form's order.
const EXAMPLES: [(&str, &str); 10] = [
    ("malware", include_str!("../examples/malware.json")),
    ("ransomware", include_str!("../examples/ransomware.json")),
    ("account_takeover", include_str!("../examples/account_takeover.json")),
    ("unauthorized_access", include_str!("../examples/unauthorized_access.json")),
    ("information_leak", include_str!("../examples/information_leak.json")),
    ("web_defacement", include_str!("../examples/web_defacement.json")),
    ("phishing_fraud", include_str!("../examples/phishing_fraud.json")),
    ("denial_of_service", include_str!("../examples/denial_of_service.json")),
    ("lost_device", include_str!("../examples/lost_device.json")),
    ("other", include_str!("../examples/other.json")),
];
const INCOMPLETE: &str = include_str!("../examples/incomplete.json");

/// Lists the kinds of the examples.
pub fn kinds() -> impl Iterator<Item = &'static str> {
    EXAMPLES.iter().map(|(kind, _)| *kind)
}

/// Makes the draft of a kind with the desk's consent; `None` for an unknown kind.
pub fn example(kind: &str, desk: &Desk) -> Option<String> {
    let (_, draft) = EXAMPLES.iter().find(|(name, _)| *name == kind)?;
    Some(with_consent(draft, desk))
}

/// Makes a draft that has issues, but a valid agreement.
pub fn incomplete(desk: &Desk) -> String {
    with_consent(INCOMPLETE, desk)
}

/// Appends the consent section and leaves the rest unchanged.
fn with_consent(draft: &str, desk: &Desk) -> String {
    let documents = desk.documents();
    let shown = |document: &Document| {
        let served = document.served(Locale::Ja);
        serde_json::json!({ "version": served.version, "sha256": served.sha256 })
    };
    let body = draft.trim_end().trim_end_matches('}').trim_end();
    format!(
        "{body},\n  \"consent\": {{\n    \"document\": {},\n    \"policy\": {},\n    \"language\": \"ja\",\n    \"agreed_at\": {AGREED_AT}\n  }}\n}}\n",
        shown(&documents.consent),
        shown(&documents.policy),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_example_is_accepted_and_the_incomplete_one_is_not() {
        let desk = Desk::load(None).unwrap();
        let accepted = |text: &str, now| {
            let context = desk.context(now, Locale::Ja).unwrap().to_bytes();
            let report: serde_json::Value =
                serde_json::from_slice(&kakekomi_core::answer(text.as_bytes(), &context).unwrap()).unwrap();
            (report["accepted"].as_bool().unwrap(), report["issues"].to_string())
        };
        let november = kakekomi_store::clock::parse("2026-11-01T00:00:00+09:00").unwrap();
        for now in [november, november + 10 * 365 * 86_400_000] {
            for kind in kinds() {
                let (is_accepted, issues) = accepted(&example(kind, &desk).unwrap(), now);
                assert!(is_accepted, "{kind}: {issues}");
            }
            assert!(!accepted(&incomplete(&desk), now).0);
        }
    }

    #[test]
    fn every_example_is_of_its_kind() {
        let desk = Desk::load(None).unwrap();
        for kind in kinds() {
            let draft: serde_json::Value = serde_json::from_str(&example(kind, &desk).unwrap()).unwrap();
            assert_eq!(draft["incident"]["kind"], kind);
        }
    }
}
