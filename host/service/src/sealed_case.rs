//! Sealing of a case before it is stored, and its opening with an identity.
//!
//! ```text
//! text, report, record → CaseSealer → one age file, keyed hashes, coded answers
//! stored case → CaseReader → OpenedCase { record, text, report, … }
//! ```
//!
//! A host that takes submissions needs the recipients and the key of the hashes, but no identity.

mod event;
mod record;
mod return_code;
mod terms;

use std::path::Path;

use kakekomi_sealing::{CaseContents, HashKey, Identities, KeyFolder, Recipients, SealingError};
use kakekomi_store::digest::sha256;
use kakekomi_store::receipt_number::Number;
use kakekomi_store::{
    ApplicantRequest, Case, ClearCase, Event, EventKind, NewCase, Store, StoreError, UnfinishedReceipt,
};
use serde_json::Value;
use serde_json::value::RawValue;

pub use event::{EventDraft, EventError, open_event, seal_event, seal_store_event};
pub use record::CaseRecord;
pub use return_code::{ReturnCodeCheck, return_code_text};
pub use terms::{ReportTerms, assessment, phone_as_in_the_form};

/// The name of the store's setting that identifies the key of its hashes.
pub const HASH_KEY_SETTING: &str = "hash_key";

/// Reports whether a store was written with a key of hashes; `None` where it was not written with any yet.
///
/// # Errors
/// [`StoreError`]: the setting cannot be read.
pub async fn is_written_with(store: &dyn Store, key: &HashKey) -> Result<Option<bool>, StoreError> {
    let known = store.setting(HASH_KEY_SETTING).await?;
    Ok(known.map(|known| known.as_slice() == key.check()))
}

/// The keys with which a host seals cases.
#[derive(Debug, Clone)]
pub struct CaseSealer {
    recipients: Recipients,
    hash_key: HashKey,
}

/// The contents of a case to be sealed, with the columns that stay clear.
#[derive(Debug)]
pub struct Contents<'a> {
    /// The body of `case.received`.
    pub record: CaseRecord,
    /// The draft, byte for byte.
    pub text: &'a [u8],
    /// The report of the current module.
    pub report: &'a [u8],
    /// The report of the page's older module.
    pub page_report: Option<&'a [u8]>,
    /// The receipt's JSON.
    pub receipt: Vec<u8>,
}

impl CaseSealer {
    /// Reads the keys of a folder; `recipients` names another file of recipients.
    ///
    /// # Errors
    /// [`SealingError`]: a file is missing or wrong.
    pub fn load(folder: &KeyFolder, recipients: Option<&Path>) -> Result<CaseSealer, SealingError> {
        Ok(CaseSealer { recipients: folder.recipients_or(recipients)?, hash_key: folder.hash_key()? })
    }

    /// Returns the recipients.
    pub fn recipients(&self) -> &Recipients {
        &self.recipients
    }

    /// Returns the key of the hashes.
    pub fn hash_key(&self) -> &HashKey {
        &self.hash_key
    }

    /// Computes the keyed hash that binds an idempotency key to its text.
    pub fn text_hash(&self, text: &[u8]) -> Vec<u8> {
        self.hash_key.text(text).to_vec()
    }

    /// Hashes an applicant's request, so that it is recognised when it is sent again: its idempotency key, and the address with
    /// its text.
    pub fn applicant_request(&self, key: &str, path: &str, text: &[u8]) -> ApplicantRequest {
        let hash = |value: &[u8]| self.hash_key.request(value);
        ApplicantRequest { key_hash: hash(key.as_bytes()), text_hash: hash(&[path.as_bytes(), b"\0", text].concat()) }
    }

    /// Seals a case, still without a return code.
    ///
    /// # Errors
    /// [`SealingError`]: there is no randomness, or the record is not a JSON object.
    pub fn seal(&self, contents: Contents<'_>) -> Result<NewCase, SealingError> {
        let Contents { record, text, report, page_report, receipt } = contents;
        let body = serde_json::to_vec(&record).map_err(|_| SealingError::Record)?;
        let sealed =
            kakekomi_sealing::seal(&self.recipients, &CaseContents { record: &body, text, report, page_report })?;
        let terms = ReportTerms::of(report);
        let number = Number::read(&record.number).map_err(|_| SealingError::Record)?;
        Ok(NewCase {
            number,
            received_at: record.received_at,
            partner: record.partner,
            test: record.test,
            locale: record.locale,
            key: record.key,
            accepted: record.accepted,
            ruleset: record.ruleset,
            module: record.module,
            page_module: record.page_module,
            text_hash: self.text_hash(text),
            recipient: sealed.recipient,
            search: terms.search_hashes(&self.hash_key),
            coded: terms.coded,
            first_events: first_events(terms.transfer_consent, record.taken_by.is_some()),
            first_urgency: record.urgency,
            taken_by: record.taken_by,
            receipt: UnfinishedReceipt(receipt),
            sealed: sealed.bytes,
            sealed_to: self.recipients.sealed_to(),
            commitment: sealed.commitment,
            return_code: None,
        })
    }

    /// Seals a case that an earlier version stored in clear. The digests are those of its row, so that earlier damage is still
    /// found. A damaged row is sealed as well, since the desk cannot start before all are: with the number on its receipt, or
    /// a new one if that is lost too, and without a consent record that is no JSON.
    ///
    /// # Errors
    /// [`SealingError`]: as of [`CaseSealer::seal`].
    pub fn seal_clear(&self, case: &ClearCase) -> Result<NewCase, SealingError> {
        let consent = Some(case.consent.clone()).filter(|consent| !consent.contains('\n'));
        let record = CaseRecord {
            number: number_of(case)?.to_string(),
            received_at: case.received_at,
            partner: case.partner.clone(),
            test: case.test,
            locale: case.locale.clone(),
            accepted: case.accepted,
            ruleset: case.ruleset.clone(),
            module: case.module.clone(),
            page_module: case.page_module.clone(),
            key: case.idempotency_key.clone(),
            consent: consent
                .and_then(|consent| RawValue::from_string(consent).ok())
                .unwrap_or_else(|| RawValue::NULL.to_owned()),
            text_sha256: case.text_sha256.clone(),
            report_sha256: sha256(&case.report),
            page_report_sha256: case.page_report.as_deref().map(sha256),
            urgency: None,
            taken_by: None,
            return_code: Some(None),
        };
        self.seal(Contents {
            record,
            text: &case.text,
            report: &case.report,
            page_report: case.page_report.as_deref(),
            receipt: case.receipt.clone(),
        })
    }
}

/// Lists the events that a draft causes itself: the intent of clause 1②. One that was said by telephone waits for a second person.
fn first_events(transfer_consent: bool, is_by_phone: bool) -> Vec<EventKind> {
    let intent = if is_by_phone { EventKind::IntentRecorded } else { EventKind::IntentGiven };
    if transfer_consent { vec![intent] } else { Vec::new() }
}

/// Reads the number of a case of an earlier version from its column, or from its receipt if the column is damaged.
fn number_of(case: &ClearCase) -> Result<Number, SealingError> {
    let on_receipt = || {
        let receipt: serde_json::Value = serde_json::from_slice(&case.receipt).ok()?;
        Number::read(receipt.get("number")?.as_str()?).ok()
    };
    match Number::read(&case.number).ok().or_else(on_receipt) {
        Some(number) => Ok(number),
        None => Ok(Number::random()?),
    }
}

/// The identities with which a host reads cases, and the key of the hashes if the host has it.
#[derive(Debug, Clone)]
pub struct CaseReader {
    identities: Identities,
    hash_key: Option<HashKey>,
}

/// A case whose contents were opened.
#[derive(Clone)]
pub struct OpenedCase {
    /// The body of `case.received`.
    pub record: CaseRecord,
    /// The draft, byte for byte.
    pub text: Vec<u8>,
    /// The report of the current module.
    pub report: Vec<u8>,
    /// The report of the page's older module.
    pub page_report: Option<Vec<u8>>,
    /// The case's own identity, which opens the bodies of its events.
    pub identity: Identities,
    commitment: [u8; 32],
}

impl CaseReader {
    /// Reads the identities of a file, or those of the desk in the folder; `None` where there are no identities.
    ///
    /// # Errors
    /// [`SealingError`]: a file is wrong.
    pub fn load(folder: &KeyFolder, identity: Option<&Path>) -> Result<Option<CaseReader>, SealingError> {
        let identities = match identity {
            Some(file) => Some(Identities::read(file)?),
            None => folder.desk()?,
        };
        let hash_key = folder.hash_key_file().exists().then(|| folder.hash_key()).transpose()?;
        Ok(identities.map(|identities| CaseReader { identities, hash_key }))
    }

    /// Opens the contents of a case; `None` for one that was erased.
    ///
    /// # Errors
    /// [`SealingError`]: it is sealed to others, or damaged.
    pub fn open(&self, case: &Case) -> Result<Option<OpenedCase>, SealingError> {
        let Some(sealed) = &case.sealed else { return Ok(None) };
        let opened = kakekomi_sealing::open(&self.identities, sealed)?;
        let commitment = opened.commitment();
        let record = serde_json::from_slice(&opened.record).map_err(|_| SealingError::Contents)?;
        Ok(Some(OpenedCase {
            record,
            text: opened.text,
            report: opened.report,
            page_report: opened.page_report,
            identity: opened.identity,
            commitment,
        }))
    }

    /// Opens the body of an event of the store.
    ///
    /// # Errors
    /// [`EventError`]: it is sealed to others, damaged, or not the one that was committed to.
    pub fn open_store_event(&self, event: &Event) -> Result<Option<Value>, EventError> {
        open_event(&self.identities, event)
    }

    /// Lists the contradictions between a case's contents and its columns, for the operator; empty where it is valid.
    pub fn faults(&self, case: &Case, opened: &OpenedCase) -> Vec<String> {
        let mut faults = opened.record.faults(case);
        faults.extend(opened.digest_faults());
        if case.recipient.as_ref().is_none_or(|recipient| !opened.identity.recipients().contains(recipient)) {
            faults.push("its recipient is not the one of its own identity".to_owned());
        }
        if ReportTerms::of(&opened.report).coded != case.line.coded {
            faults.push("its coded answers are not those of the report".to_owned());
        }
        if let (Some(key), Some(stored)) = (&self.hash_key, &case.text_hash)
            && key.text(&opened.text).as_slice() != stored.as_slice()
        {
            faults.push("the keyed hash of its text is of another text".to_owned());
        }
        faults
    }

    /// Reports whether the stored search hashes of a case are those of its report, in any order; `None` without the key.
    pub fn search_matches(&self, opened: &OpenedCase, stored: &[(String, Vec<u8>)]) -> Option<bool> {
        let expected = ReportTerms::of(&opened.report).search_hashes(self.hash_key.as_ref()?);
        let is_stored = |search: &kakekomi_store::SearchHash| {
            stored.iter().any(|(kind, hash)| kind == search.kind.as_str() && hash.as_slice() == search.hash)
        };
        Some(expected.len() == stored.len() && expected.iter().all(is_stored))
    }
}

impl OpenedCase {
    /// Returns the commitment that the case's first event must have.
    pub fn commitment(&self) -> [u8; 32] {
        self.commitment
    }

    /// Finds a text that differs from the one that was sealed with the record.
    pub fn text_fault(&self) -> Option<String> {
        let (found, stored) = (sha256(&self.text), &self.record.text_sha256);
        (found != *stored).then(|| format!("the text is not the one that was stored: SHA-256 {found}, not {stored}"))
    }

    fn digest_faults(&self) -> Vec<String> {
        let mut faults: Vec<_> = self.text_fault().into_iter().collect();
        if sha256(&self.report) != self.record.report_sha256 {
            faults.push("the report is not the one that was stored".to_owned());
        }
        if self.page_report.as_deref().map(sha256) != self.record.page_report_sha256 {
            faults.push("the report of the page's module is not the one that was stored".to_owned());
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_case_of_an_earlier_version_is_sealed_with_the_number_of_its_receipt() {
        let recipients = [Identities::generate(), Identities::generate()].map(|pair| pair.recipients().concat());
        let recipients = Recipients::parse(&recipients.join("\n"), Path::new("recipients")).unwrap();
        let sealer = CaseSealer { recipients, hash_key: HashKey::generate().unwrap() };
        let number = Number::random().unwrap().to_string();
        let clear = |number: &str, consent: &str, receipt: String| ClearCase {
            seq: 7,
            number: number.to_owned(),
            received_at: 1,
            partner: Some("\u{fffd}".to_owned()),
            test: false,
            locale: "ja".to_owned(),
            accepted: true,
            ruleset: String::new(),
            module: String::new(),
            page_module: None,
            idempotency_key: "key".to_owned(),
            text_sha256: String::new(),
            consent: consent.to_owned(),
            receipt: receipt.into_bytes(),
            text: b"{}".to_vec(),
            report: b"{".to_vec(),
            page_report: None,
        };
        let receipt = format!(r#"{{"number":"{number}"}}"#);
        for damaged in ["", "\u{fffd}", "1111-1111-1112", number.as_str()] {
            let case = sealer.seal_clear(&clear(damaged, "{\"a\":\n1}", receipt.clone())).unwrap();
            assert_eq!(case.number.to_string(), number, "{damaged}");
        }
        for lost in ["", "{}", r#"{"number":"1"}"#, r#"{"number":5}"#] {
            assert_ne!(
                sealer.seal_clear(&clear("x", "{", lost.to_owned())).unwrap().number.to_string(),
                number,
                "{lost}"
            );
        }
    }
}
