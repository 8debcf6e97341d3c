//! Refusal of every purpose and recipient that no clause allows (1⑧).

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on stops"
)]

use kakekomi_core::form::Purpose;
use kakekomi_purposes::{Approval, CaseFacts, ExportRequest, Grant, LeftOut, Refusal};

const NOW: i64 = 1_795_140_000_000;

fn read(purpose: &str, recipient: Option<&str>) -> ExportRequest {
    ExportRequest::read(purpose, recipient).unwrap()
}

/// A case for which everything is allowed.
fn open_case() -> CaseFacts {
    let grant = |organization: &str, fields: &[&str], expires_at| Grant {
        organization: organization.to_owned(),
        package: "5f".to_owned(),
        fields: fields.iter().map(|&field| field.to_owned()).collect(),
        expires_at,
    };
    CaseFacts {
        withdrawn: false,
        sales_agreed: true,
        grants: vec![
            grant("helper", &["/devices"], NOW + 1),
            grant("helper", &["/contact/phone"], NOW + 2),
            grant("helper", &["/contact/email"], NOW),
            grant("other", &["/incident"], NOW + 1),
        ],
        approvals: vec![Approval {
            approval: "2609-4873-1059.1".to_owned(),
            recipient: "Insurer".to_owned(),
            fields: vec!["/incident/summary".to_owned()],
        }],
    }
}

#[test]
fn every_other_purpose_is_refused() {
    for word in ["", "marketing", "Service", "sales ", "approved", "approved:", "service:1", "referral:x", "all", "*"] {
        assert_eq!(ExportRequest::read(word, Some("Insurer")), Err(Refusal::Purpose(word.to_owned())), "{word}");
        assert_eq!(ExportRequest::read(word, None), Err(Refusal::Purpose(word.to_owned())), "{word}");
    }
    assert_eq!(ExportRequest::read("statistics", None), Err(Refusal::Statistics));
}

#[test]
fn a_referral_is_never_printed() {
    for recipient in [None, Some("ntt-at")] {
        let refused = ExportRequest::read("referral", recipient).unwrap_err();
        assert_eq!(refused, Refusal::Referral);
        assert!(refused.to_string().contains("kakekomi refer make"), "{refused}");
    }
}

#[test]
fn every_other_recipient_is_refused() {
    for own in ["service", "sales"] {
        assert_eq!(ExportRequest::read(own, Some("Insurer")), Err(Refusal::Recipient(own)));
        assert_eq!(read(own, Some(" ")).recipient(), None);
    }
    for others in ["subcontract", "approved:1"] {
        let purpose = others.split(':').next().unwrap();
        assert_eq!(ExportRequest::read(others, None), Err(Refusal::NoRecipient(purpose)));
    }
    let case = open_case();
    assert_eq!(read("subcontract", Some("ntt-at")).permit(&case, NOW), Ok(Err(LeftOut::NoGrant)));
    let approved = |id: &str, recipient| read(&format!("approved:{id}"), Some(recipient)).permit(&case, NOW);
    let refused = |id: &str| Err(Refusal::NoApproval(id.to_owned()));
    assert_eq!(approved("2609-4873-1059.1", "insurer"), refused("2609-4873-1059.1"), "another recipient");
    assert_eq!(approved("2609-4873-1059.2", "Insurer"), refused("2609-4873-1059.2"), "another approval");
}

#[test]
fn what_the_case_allows_is_permitted_with_its_fields_alone() {
    let case = open_case();
    let named = |purpose: &str, recipient| read(purpose, recipient).permit(&case, NOW).unwrap().unwrap();
    for (purpose, recipient) in [("service", None), ("sales", None)] {
        assert!(named(purpose, recipient).is_empty(), "{purpose}");
    }
    assert_eq!(named("subcontract", Some("helper")), ["/devices", "/contact/phone"], "without the expired grant");
    assert_eq!(named("approved:2609-4873-1059.1", Some("Insurer")), ["/incident/summary"]);
    assert_eq!(read("approved:x.1", Some("i")).label(), "approved:x.1");
    assert_eq!(read("sales", None).purpose(), Purpose::Sales);
}

#[test]
fn a_case_that_does_not_allow_the_purpose_is_left_out() {
    let closed = CaseFacts::default();
    let left_out = |purpose: &str, recipient, case: &CaseFacts| read(purpose, recipient).permit(case, NOW).unwrap();
    assert_eq!(left_out("sales", None, &closed), Err(LeftOut::SalesNotAgreed));
    assert_eq!(left_out("subcontract", Some("helper"), &closed), Err(LeftOut::NoGrant));
    assert_eq!(left_out("service", None, &closed), Ok(Vec::new()));
    let withdrawn = CaseFacts { withdrawn: true, ..open_case() };
    for (purpose, recipient) in
        [("sales", None), ("subcontract", Some("helper")), ("approved:2609-4873-1059.1", Some("Insurer"))]
    {
        assert_eq!(left_out(purpose, recipient, &withdrawn), Err(LeftOut::Withdrawn), "{purpose}");
    }
    assert_eq!(left_out("service", None, &withdrawn), Ok(Vec::new()), "the desk answers for what it did");
}

#[test]
fn a_grant_of_an_unknown_field_is_refused() {
    let mut case = open_case();
    case.grants[0].fields.push("/contact/fax".to_owned());
    let refused = read("subcontract", Some("helper")).permit(&case, NOW);
    assert_eq!(refused, Err(Refusal::UnknownField("/contact/fax".to_owned())));
}
