//! Rules of urgency: a row for each rule, and every combination of the deciding answers.

use serde_json::{Value, json};

use super::UrgencyReason as Reason;
use super::*;

/// The kinds of incident, as in the draft.
const KINDS: [&str; 10] = [
    "malware",
    "ransomware",
    "account_takeover",
    "unauthorized_access",
    "information_leak",
    "web_defacement",
    "phishing_fraud",
    "denial_of_service",
    "lost_device",
    "other",
];

fn of(incident: &Value, connections: &[&str]) -> Assessment {
    let devices: Vec<_> =
        connections.iter().map(|word| json!({"identified": "suspected", "connection": word})).collect();
    assess(json!({"incident": incident, "devices": devices}).to_string().as_bytes())
}

fn answers(kind: &str, ongoing: &str, third_party_harm: &str) -> Value {
    json!({"kind": kind, "ongoing": ongoing, "third_party_harm": third_party_harm})
}

#[test]
fn each_rule_has_its_row() {
    use Urgency::{Critical, High, Low, Normal};

    let unknown = json!({"unknown": true});
    let over = [Reason::Over, Reason::NoThirdParty];
    let table: [(Value, &[&str], Urgency, &[Reason]); 30] = [
        (answers("ransomware", "yes", "no"), &[], Critical, &[Reason::Ongoing, Reason::Ransomware]),
        (answers("malware", "yes", "no"), &[], Critical, &[Reason::Ongoing, Reason::Malware]),
        (answers("unauthorized_access", "yes", "no"), &[], Critical, &[Reason::Ongoing, Reason::UnauthorizedAccess]),
        (
            answers("account_takeover", "yes", "yes"),
            &[],
            Critical,
            &[Reason::Ongoing, Reason::AccountTakeover, Reason::ThirdParty],
        ),
        (answers("web_defacement", "yes", "yes"), &[], Critical, &[Reason::Ongoing, Reason::ThirdParty]),
        (json!({"ongoing": "yes", "third_party_harm": "yes"}), &[], Critical, &[Reason::Ongoing, Reason::ThirdParty]),
        (answers("account_takeover", "yes", "no"), &[], High, &[Reason::Ongoing, Reason::AccountTakeover]),
        (answers("information_leak", "yes", "no"), &[], High, &[Reason::Ongoing, Reason::InformationLeak]),
        (answers("denial_of_service", "yes", "no"), &[], High, &[Reason::Ongoing]),
        (json!({"ongoing": "yes", "kind": unknown}), &[], High, &[Reason::Ongoing]),
        (answers("ransomware", "no", "no"), &[], High, &[Reason::Ransomware]),
        (json!({"kind": "ransomware"}), &[], High, &[Reason::Ransomware]),
        (answers("information_leak", "no", "no"), &[], High, &[Reason::InformationLeak]),
        (answers("phishing_fraud", "no", "yes"), &[], High, &[Reason::ThirdParty]),
        (json!({"kind": "malware"}), &[], High, &[Reason::MayBeOngoing, Reason::Malware]),
        (
            json!({"kind": "unauthorized_access", "ongoing": unknown}),
            &[],
            High,
            &[Reason::MayBeOngoing, Reason::UnauthorizedAccess],
        ),
        (json!({"kind": "account_takeover"}), &[], High, &[Reason::MayBeOngoing, Reason::AccountTakeover]),
        (answers("malware", "no", "no"), &["connected", "connected"], High, &[Reason::ConnectedDevices]),
        (json!({}), &["connected", "isolated", "connected"], High, &[Reason::ConnectedDevices]),
        (answers("malware", "no", "no"), &["connected", "isolated", "powered_off", "edr_isolated"], Normal, &[]),
        (answers("malware", "no", "no"), &[], Normal, &[]),
        (answers("web_defacement", "no", "no"), &[], Normal, &[]),
        (json!({"kind": "phishing_fraud"}), &[], Normal, &[]),
        (json!({"kind": "lost_device", "ongoing": unknown, "third_party_harm": "no"}), &[], Normal, &[]),
        (json!({"kind": "lost_device", "ongoing": "no", "third_party_harm": unknown}), &[], Normal, &[]),
        (
            json!({"kind": "other", "ongoing": "no", "third_party_harm": "no", "priorities": ["restore", "leak"]}),
            &[],
            Normal,
            &[],
        ),
        (answers("phishing_fraud", "no", "no"), &["connected"], Low, &over),
        (answers("lost_device", "no", "no"), &["connected", "connected"], Low, &over),
        (answers("denial_of_service", "no", "no"), &["connected", "connected"], Low, &over),
        (answers("other", "no", "no"), &[], Low, &over),
    ];
    for (incident, connections, urgency, reasons) in table {
        let found = of(&incident, connections);
        assert_eq!((found.urgency, &*found.reasons), (urgency, reasons), "{incident} {connections:?}");
    }
}

/// Without an answer or with 分からない, a case is never less urgent than with 「いいえ」, and never low.
#[test]
fn missing_and_unknown_answers_never_lower_the_urgency() {
    let words = |words: &[&str]| -> Vec<Value> {
        let words = words.iter().map(|word| json!(word));
        words.chain([json!(null), json!({"unknown": true})]).collect()
    };
    let make = |kind: &Value, ongoing: &Value, third: &Value, connections: &[&str]| {
        let mut incident = json!({"kind": kind, "ongoing": ongoing, "third_party_harm": third});
        incident.as_object_mut().unwrap().retain(|_, answer| !answer.is_null());
        of(&incident, connections)
    };
    let no = json!("no");
    for connections in [&[][..], &["connected", "connected"]] {
        for kind in words(&KINDS) {
            for ongoing in words(&["yes", "no"]) {
                for third in words(&["yes", "no"]) {
                    let found = make(&kind, &ongoing, &third, connections);
                    let is_open = |answer: &Value| !answer.is_string();
                    assert!(!is_open(&ongoing) || found.urgency <= make(&kind, &no, &third, connections).urgency);
                    assert!(!is_open(&third) || found.urgency <= make(&kind, &ongoing, &no, connections).urgency);
                    let some_open = [&kind, &ongoing, &third].into_iter().any(is_open);
                    assert!(!some_open || found.urgency < Urgency::Low, "{kind} {ongoing} {third}");
                    assert_eq!(found.reasons.is_empty(), found.urgency == Urgency::Normal);
                }
            }
        }
    }
}

#[test]
fn what_cannot_be_read_is_normal_without_reasons() {
    let normal = Assessment { urgency: Urgency::Normal, reasons: Vec::new() };
    let too_long = format!("{}{}", r#"{"incident":{"ongoing":"yes"}}"#, " ".repeat(TEXT_READ_MAX));
    for values in ["", "{", "[]", "null", "{}", r#"{"other":{"q1":"yes"}}"#, r#"{"incident":[]}"#, &too_long] {
        assert_eq!(assess(values.as_bytes()), normal, "{}", values.get(..40).unwrap_or(values));
    }
    // An answer that is none is a missing one, and the others count.
    let partly =
        r#"{"incident":{"kind":"virus","ongoing":"yes","third_party_harm":1},"devices":[1,{"connection":"x"}]}"#;
    assert_eq!(assess(partly.as_bytes()), Assessment { urgency: Urgency::High, reasons: vec![Reason::Ongoing] });
}

#[test]
fn every_reason_has_a_sentence_in_both_languages_and_every_word_is_read() {
    for reason in Reason::ALL {
        for locale in Locale::ALL {
            let sentence = reason.sentence(locale);
            assert!(!sentence.is_empty() && sentence != reason.code(), "{}", reason.code());
        }
    }
    let keys = message::keys().into_iter().filter(|(table, _)| *table == "urgency").count();
    assert_eq!(keys, Reason::ALL.len());
    for urgency in Urgency::ALL {
        assert_eq!(Urgency::read(urgency.as_str()), Some(urgency));
    }
    assert_eq!(Urgency::read("Critical"), None);
    assert!(Urgency::Critical < Urgency::Low, "the order of the queue");
}
