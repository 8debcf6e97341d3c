//! The coded answers of a report for the queue, and its values that are searched for by keyed hashes.
//!
//! `{"contact":{"phone":"+81332119999;ext=204",…},"incident":{"kind":"ransomware",…},…}` →
//! `coded.kind = "ransomware"`, the hash of `+81332119999`

use kakekomi_core::urgency::{self, Assessment};
use kakekomi_sealing::HashKey;
use kakekomi_store::{CodedAnswers, SearchHash, SearchKind};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

/// The code of an answer that the applicant marked as unknown.
const UNKNOWN: &str = "unknown";

/// The values of a report that the queue and the search need.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReportTerms {
    /// The coded answers.
    pub coded: CodedAnswers,
    /// True with the consent to the hand-over of clause 1②.
    pub transfer_consent: bool,
    phone: Option<String>,
    email: Option<String>,
    company: Option<String>,
}

#[derive(Deserialize)]
struct Report {
    values: Values,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Values {
    contact: Contact,
    incident: Incident,
    service: Service,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Contact {
    company: Value,
    phone: Value,
    email: Value,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Incident {
    kind: Value,
    ongoing: Value,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Service {
    remote: Value,
    forensics: Value,
}

impl ReportTerms {
    /// Reads the values of a report; a report that cannot be read has none.
    pub fn of(report: &[u8]) -> ReportTerms {
        let Ok(Report { values }) = serde_json::from_slice(report) else { return ReportTerms::default() };
        let text = |value: Value| value.as_str().map(str::to_owned);
        let code = |value: Value| match value {
            Value::String(code) => Some(code),
            Value::Object(_) => Some(UNKNOWN.to_owned()),
            _ => None,
        };
        let mut services = vec!["consultation"];
        services.extend((!values.service.remote.is_null()).then_some("remote"));
        let forensics = values.service.forensics;
        services.extend((!forensics.is_null()).then_some("forensics"));
        ReportTerms {
            transfer_consent: forensics.get("transfer_consent").and_then(Value::as_bool).unwrap_or_default(),
            coded: CodedAnswers {
                kind: code(values.incident.kind),
                ongoing: code(values.incident.ongoing),
                services: Some(services.join(" ")),
            },
            phone: text(values.contact.phone),
            email: text(values.contact.email),
            company: text(values.contact.company),
        }
    }

    /// Returns the applicant's mail address.
    pub fn email(&self) -> Option<&str> {
        self.email.as_deref()
    }

    /// Computes the keyed hashes of the values that are there.
    pub fn search_hashes(&self, key: &HashKey) -> Vec<SearchHash> {
        let phone = self.phone.as_deref().and_then(|phone| key.phone(phone));
        let email = self.email.as_deref().map(|email| key.email(email));
        let company = self.company.as_deref().map(|company| key.company(company));
        [(SearchKind::Phone, phone), (SearchKind::Email, email), (SearchKind::Company, company)]
            .into_iter()
            .filter_map(|(kind, hash)| hash.map(|hash| SearchHash { kind, hash }))
            .collect()
    }
}

/// Assesses the urgency of a case by its report; one that cannot be read is normal.
pub fn assessment(report: &[u8]) -> Assessment {
    #[derive(Deserialize)]
    struct Raw<'a> {
        #[serde(borrow)]
        values: &'a RawValue,
    }
    let values = serde_json::from_slice::<Raw<'_>>(report).map_or("", |report| report.values.get());
    urgency::assess(values.as_bytes())
}

/// Reads a telephone number as the form reads it: `0081 3 3211 9999` and `TEL: 03-3211-9999` give `+81332119999`. A number that
/// the form refuses stays as it is.
pub fn phone_as_in_the_form(phone: &str) -> String {
    kakekomi_core::rules::phone::read(phone).unwrap_or_else(|_| phone.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_telephone_number_is_found_however_it_is_written() {
        let key = HashKey::generate().unwrap();
        let hash = |written: &str| key.phone(&phone_as_in_the_form(written));
        for written in [
            "03-3211-9999",
            "０３－３２１１－９９９９",
            "０３ー３２１１ー９９９９",
            "+81 3 3211 9999",
            "+81(0)3-3211-9999",
            "81-3-3211-9999",
            "0081 3 3211 9999",
            "010-81-3-3211-9999",
            "+81332119999;ext=204",
            "(03) 3211.9999 内線 204",
            "03-3211-9999（内線２０４）",
            "03-3211-9999 ｅｘｔ．204",
            "03-3211-9999＃204",
            "TEL: 03-3211-9999",
        ] {
            assert_eq!(hash(written), key.phone("+81332119999"), "{written}");
        }
        assert_eq!(hash("+1 212 555 0100"), key.phone("+12125550100"));
        for nothing in ["", "-", "+", "内線 204", "0"] {
            assert_eq!(hash(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn coded_answers_come_from_the_values_and_unknown_has_its_code() {
        let report = |incident: &str, service: &str| {
            format!(r#"{{"values":{{"contact":{{"company":"れい"}},"incident":{incident},"service":{service}}}}}"#)
        };
        let coded = |incident: &str, service: &str| {
            let CodedAnswers { kind, ongoing, services } = ReportTerms::of(report(incident, service).as_bytes()).coded;
            (kind.unwrap_or_default(), ongoing.unwrap_or_default(), services.unwrap_or_default())
        };
        let expected =
            |kind: &str, ongoing: &str, services: &str| (kind.to_owned(), ongoing.to_owned(), services.to_owned());
        assert_eq!(
            coded(r#"{"kind":"ransomware","ongoing":{"unknown":true}}"#, r#"{"remote":{},"forensics":{"x":1}}"#),
            expected("ransomware", "unknown", "consultation remote forensics")
        );
        assert_eq!(coded("{}", "{}"), expected("", "", "consultation"));
        assert_eq!(ReportTerms::of(b"{"), ReportTerms::default());
    }

    #[test]
    fn the_urgency_is_that_of_the_values() {
        let report = br#"{"ruleset":"1","values":{"incident":{"kind":"ransomware","ongoing":"yes"}}}"#;
        assert_eq!(assessment(report).urgency.as_str(), "critical");
        for unreadable in [&b"{"[..], b"{}", br#"{"values":5}"#] {
            assert_eq!(assessment(unreadable).urgency.as_str(), "normal");
        }
    }

    #[test]
    fn each_value_that_is_there_has_its_hash() {
        let key = HashKey::generate().unwrap();
        let report = br#"{"values":{"contact":{"company":"A","phone":"+81332119999;ext=1","email":{"unknown":true}}}}"#;
        let hashes = ReportTerms::of(report).search_hashes(&key);
        let expected =
            [(SearchKind::Phone, key.phone("+81332119999").unwrap()), (SearchKind::Company, key.company("A"))];
        assert_eq!(hashes, expected.map(|(kind, hash)| SearchHash { kind, hash }));
    }
}
