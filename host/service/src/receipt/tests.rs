//! Contents of a receipt in both languages, with and without an introduction.

use kakekomi_store::receipt_number::Number;
use serde_json::Value;

use super::*;

/// Makes a receipt as the applicant gets it; `now` is milliseconds since the epoch.
fn given(locale: Locale, now: i64, introduction: bool) -> Value {
    given_by(locale, now, introduction, None)
}

fn given_by(locale: Locale, now: i64, introduction: bool, by_phone: Option<&PhoneConsent>) -> Value {
    let desk = Desk::load(None).unwrap();
    let shown = |sha256: &str| Shown { version: "1".to_owned(), sha256: sha256.repeat(64) };
    let agreement = Agreement {
        language: locale.as_str().to_owned(),
        agreed_at: now - 60_000,
        document: shown("a"),
        policy: shown("b"),
    };
    let number = Number::random().unwrap().to_string();
    let case =
        ReceiptHead { number: &number, received_at: now, module: "sha256:0", ruleset: "1", test: false, by_phone };
    let requested = RequestedServices { agreement, remote: true, forensics: introduction.then_some(Some(true)) };
    serde_json::to_value(receipt(&desk, &desk.context(now, locale).unwrap(), &case, requested)).unwrap()
}

/// 2026-11-20, a Friday, at 11:00 and at 18:00 in Japan.
const OPEN: i64 = 1_795_140_000_000;
const CLOSED: i64 = OPEN + 7 * 3_600_000;

#[test]
fn an_agreement_by_telephone_says_so_and_who_agreed_to_what_was_read_out() {
    let phone =
        PhoneConsent { taken_by: "operator:sato".to_owned(), agreed_by: "山田 花子".to_owned(), shown: "read_out" };
    let consent = &given_by(Locale::Ja, OPEN, false, Some(&phone))["consent"];
    assert_eq!((&consent["channel"], &consent["shown"]), (&"phone".into(), &"read_out".into()));
    assert_eq!((&consent["agreed_by"], &consent["document"]["version"]), (&"山田 花子".into(), &"1".into()));
    let consent = &given(Locale::Ja, OPEN, false)["consent"];
    assert!(["channel", "agreed_by", "shown"].iter().all(|key| consent.get(key).is_none()));
}

#[test]
fn the_consent_receipt_has_what_the_specification_asks_for() {
    for locale in Locale::ALL {
        let receipt = given(locale, OPEN, true);
        let consent = &receipt["consent"];
        assert_eq!(consent["record"], receipt["number"]);
        for text in ["standard", "controller", "contact", "authority", "jurisdiction", "retention", "withdrawal"] {
            assert!(consent[text].as_str().is_some_and(|text| !text.is_empty()), "{text}");
        }
        assert_eq!(consent["lawful_basis"], "consent");
        assert_eq!(consent["language"], locale.as_str());
        assert_eq!(
            (&consent["document"]["sha256"], &consent["policy"]["version"]),
            (&"a".repeat(64).into(), &"1".into())
        );
        assert_eq!(consent["prevails"], "document", "clause 1③");
        assert_eq!(consent["event"]["at"], OPEN - 60_000);
        assert_eq!(consent["information"].as_array().unwrap().len(), INFORMATION.len());
        assert!(consent["purposes"].as_array().unwrap().len() >= 3, "clauses 1①④");
        assert_eq!(consent["services"], serde_json::json!(["consultation", "remote", "forensics"]));
    }
}

#[test]
fn the_forensics_companys_purposes_stand_in_it() {
    for (locale, name, purpose) in [(Locale::Ja, "NTT-AT", "統計情報"), (Locale::En, "NTT-AT", "statistics")] {
        let receipt = given(locale, OPEN, false);
        let first = &receipt["consent"]["recipients"][0];
        assert!(first["name"].as_str().unwrap().contains(name));
        assert!(first["purposes"].to_string().contains(purpose), "clause 1⑦: {first}");
        assert_eq!(receipt["consent"]["transfer_consent"], Value::Null, "no introduction is wished");
    }
}

#[test]
fn it_says_when_the_desk_opens_and_promises_nothing() {
    let open = given(Locale::Ja, OPEN, false);
    assert_eq!(
        (&open["opening"]["open"], &open["opening"]["closes_at"]),
        (&true.into(), &(OPEN + 6 * 3_600_000).into())
    );
    // The 23rd is a holiday: Tuesday, the 24th, at nine.
    let closed = given(Locale::Ja, CLOSED, false);
    assert_eq!(closed["opening"]["next_opens_at"], OPEN + (4 * 24 - 2) * 3_600_000);
    assert!(closed["no_promise"].as_str().unwrap().contains("お約束できません"), "clauses 4①②");
    assert!(given(Locale::En, OPEN, false)["no_promise"].as_str().unwrap().contains("cannot promise"));
    assert!(!closed.to_string().contains("0120-000-000"), "the number may change (clause 4⑦)");
}
