//! Round trips of cases and event bodies, and files that are refused.
//!
//! One flipped bit anywhere in a sealed case → an error, never other contents

use super::{RECORD, contents, pair};
use crate::{CaseContents, Identities, SealingError, age_file, hex, open, open_body, seal, seal_again, seal_body};

#[test]
fn every_recipient_opens_the_same_case() {
    let (desk, recovery, recipients) = pair();
    for page_report in [None, Some(b"".as_slice()), Some(b"older\n")] {
        let sealed = seal(&recipients, &CaseContents { page_report, ..contents() }).unwrap();
        for identities in [&desk, &recovery] {
            let opened = open(identities, &sealed.bytes).unwrap();
            assert_eq!(opened.record, RECORD);
            assert_eq!(opened.text, contents().text);
            assert_eq!(opened.report, contents().report);
            assert_eq!(opened.page_report.as_deref(), page_report);
            assert_eq!(opened.commitment(), sealed.commitment);
            assert_eq!(opened.identity.recipients(), [sealed.recipient.as_str()]);
        }
    }
}

#[test]
fn each_case_has_its_own_identity_and_salt() {
    let (desk, _, recipients) = pair();
    let [one, other] = [0; 2].map(|_| seal(&recipients, &contents()).unwrap());
    assert_ne!(one.recipient, other.recipient);
    assert_ne!(one.commitment, other.commitment);
    let case = open(&desk, &one.bytes).unwrap().identity;
    assert!(matches!(open(&case, &one.bytes), Err(SealingError::NoMatchingIdentity)));
    assert!(matches!(open(&Identities::generate(), &one.bytes), Err(SealingError::NoMatchingIdentity)));
}

#[test]
fn plaintext_has_the_documented_form() {
    let (desk, _, recipients) = pair();
    let sealed = seal(&recipients, &CaseContents { page_report: Some(b"older"), ..contents() }).unwrap();
    let opened = open(&desk, &sealed.bytes).unwrap();
    let file = opened.identity.to_file();
    let secret = file.lines().nth(1).unwrap();
    let salt = hex::encode(&opened.salt);
    let record = std::str::from_utf8(RECORD).unwrap();
    let line = format!(
        r#"{{"v":1,"identity":"{secret}","salt":"{salt}","record":{record},"text":8,"report":8,"page_report":5}}"#
    );
    let expected = [line.as_bytes(), b"\n", contents().text, contents().report, b"older"].concat();
    assert_eq!(*age_file::decrypt(&desk, &sealed.bytes).unwrap(), expected);
}

#[test]
fn one_flipped_bit_or_a_missing_byte_is_refused() {
    let (desk, _, recipients) = pair();
    let sealed = seal(&recipients, &contents()).unwrap().bytes;
    for at in 0..sealed.len() {
        for bit in [0x01, 0x80] {
            let mut flipped = sealed.clone();
            flipped[at] ^= bit;
            assert!(open(&desk, &flipped).is_err(), "byte {at} of {}", sealed.len());
        }
        assert!(open(&desk, &sealed[..at]).is_err(), "{at} bytes of {}", sealed.len());
    }
    assert!(open(&desk, &[sealed.as_slice(), b"\n"].concat()).is_err());
}

#[test]
fn case_sealed_again_keeps_its_contents_and_leaves_the_old_recipients() {
    let (desk, _, recipients) = pair();
    let (new_desk, _, new_recipients) = pair();
    let sealed = seal(&recipients, &contents()).unwrap();
    let again = seal_again(&desk, &new_recipients, &sealed.bytes).unwrap();
    assert!(matches!(open(&desk, &again), Err(SealingError::NoMatchingIdentity)));
    assert_eq!(*age_file::decrypt(&desk, &sealed.bytes).unwrap(), *age_file::decrypt(&new_desk, &again).unwrap());
    assert_eq!(open(&new_desk, &again).unwrap().commitment(), sealed.commitment);
    assert!(matches!(seal_again(&new_desk, &recipients, &sealed.bytes), Err(SealingError::NoMatchingIdentity)));
}

#[test]
fn record_that_is_no_object_on_one_line_is_refused() {
    let (_, _, recipients) = pair();
    for record in [b"".as_slice(), b"null", b"[]", b" {}", b"{} ", b"{\n}", b"{}{}", b"{", b"{\"a\":\"\xff\"}"] {
        let sealed = seal(&recipients, &CaseContents { record, ..contents() });
        assert!(matches!(sealed, Err(SealingError::Record)), "{record:?}");
    }
}

#[test]
fn sealed_bytes_that_are_no_case_are_refused() {
    let (desk, _, recipients) = pair();
    let identity = Identities::generate().to_file();
    let secret = identity.lines().nth(1).unwrap();
    let salt = "00".repeat(32);
    let line = |version: u32, salt: &str, text: &str| {
        let line = format!(r#"{{"v":{version},"identity":"{secret}","salt":"{salt}","record":{{}},"text":{text},"#);
        line + r#""report":0,"page_report":null}"# + "\nab"
    };
    let open_line = |line: &str| open(&desk, &age_file::encrypt(recipients.keys(), &[line.as_bytes()]).unwrap());
    assert!(open_line(&line(1, &salt, "2")).is_ok());
    let too_long = u64::MAX.to_string();
    for wrong in [
        line(2, &salt, "2"),
        line(1, &salt, "1"),
        line(1, &salt, "3"),
        line(1, &salt, &too_long),
        line(1, "00", "2"),
        line(1, &"zz".repeat(32), "2"),
        line(1, &"+0".repeat(32), "2"),
        line(1, &salt, "2").replace(secret, "AGE-SECRET-KEY-1"),
        String::new(),
    ] {
        assert!(matches!(open_line(&wrong), Err(SealingError::Contents)), "{wrong}");
    }
}

#[test]
fn body_is_opened_by_the_case_and_by_no_other() {
    let (desk, _, recipients) = pair();
    let case = open(&desk, &seal(&recipients, &contents()).unwrap().bytes).unwrap().identity;
    let sealed = seal_body(&[&case.recipients()[0]], b"{\"note\":1}").unwrap();
    let opened = open_body(&case, &sealed.sealed).unwrap();
    assert_eq!((opened.body.as_slice(), opened.commitment), (b"{\"note\":1}".as_slice(), sealed.commitment));
    assert!(matches!(open_body(&desk, &sealed.sealed), Err(SealingError::NoMatchingIdentity)));
    assert_ne!(seal_body(&[&case.recipients()[0]], b"{\"note\":1}").unwrap().commitment, sealed.commitment);
    assert!(matches!(seal_body(&["age1"], b""), Err(SealingError::Recipient)));

    let short = age_file::encrypt(recipients.keys(), &[&[0; 31]]).unwrap();
    assert!(matches!(open_body(&desk, &short), Err(SealingError::Contents)));
}
