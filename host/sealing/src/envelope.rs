//! The envelope of a case: one age file with the case's own identity, the consent record, the text and the reports.
//!
//! `{"v":1,"identity":"AGE-SECRET-KEY-1…","salt":"9f86…","record":{…},"text":4,"report":2,"page_report":null}`, a line feed,
//! `text{}` → sealed to the desk's recipients
//!
//! Later events are sealed to the case's own recipient. Rotation therefore seals only this file again, and erasure deletes
//! it.

use std::fmt;

use age::secrecy::ExposeSecret as _;
use age::x25519::Identity;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use zeroize::Zeroizing;

use crate::{Identities, Recipients, SealingError, age_file, hex, salt};

/// The contents of a case that are sealed at its submission.
#[derive(Clone, Copy)]
pub struct CaseContents<'a> {
    /// The body of `case.received`: a JSON object on one line.
    pub record: &'a [u8],
    /// The draft's bytes.
    pub text: &'a [u8],
    /// The report's bytes.
    pub report: &'a [u8],
    /// The bytes of the report of the page's older module.
    pub page_report: Option<&'a [u8]>,
}

/// A sealed case.
#[derive(Debug, Clone)]
pub struct Sealed {
    /// One age file.
    pub bytes: Vec<u8>,
    /// The case's own recipient, `age1…`, to which later events are sealed.
    pub recipient: String,
    /// SHA-256 over the salt and the record: the commitment of `case.received`.
    pub commitment: [u8; 32],
}

/// An opened case.
#[derive(Clone)]
pub struct OpenedCase {
    /// The case's own identity, which opens the bodies of its events.
    pub identity: Identities,
    /// The body of `case.received`, as it was sealed.
    pub record: Vec<u8>,
    /// The draft's bytes.
    pub text: Vec<u8>,
    /// The report's bytes.
    pub report: Vec<u8>,
    /// The bytes of the report of the page's older module.
    pub page_report: Option<Vec<u8>>,
    /// The random bytes of the commitment.
    pub salt: [u8; 32],
}

impl OpenedCase {
    /// Computes the commitment that the case's first event must have.
    pub fn commitment(&self) -> [u8; 32] {
        salt::commitment(&self.salt, &self.record)
    }
}

impl fmt::Debug for OpenedCase {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("OpenedCase").field("identity", &self.identity).finish_non_exhaustive()
    }
}

/// Seals a case with a new identity of its own, which is then forgotten.
///
/// # Errors
/// [`SealingError::Record`]: the record is not a JSON object on one line. [`SealingError::Randomness`].
pub fn seal(recipients: &Recipients, contents: &CaseContents<'_>) -> Result<Sealed, SealingError> {
    // First, since a system without randomness is an error here and a panic in age.
    let salt = salt::random()?;
    let identity = Identity::generate();
    let secret = identity.to_string();
    let head = Head {
        v: VERSION,
        identity: secret.expose_secret(),
        salt: &hex::encode(&salt),
        record: record_of(contents.record)?,
        text: contents.text.len(),
        report: contents.report.len(),
        page_report: contents.page_report.map(<[u8]>::len),
    };
    // With room for the whole line, so that the buffer never moves and leaves no copy of the identity.
    let mut line = Zeroizing::new(Vec::with_capacity(contents.record.len() + HEAD_BYTES));
    serde_json::to_writer(&mut *line, &head).map_err(|_| SealingError::Record)?;
    line.push(b'\n');
    let page_report = contents.page_report.unwrap_or_default();
    let bytes = age_file::encrypt(recipients.keys(), &[&line, contents.text, contents.report, page_report])?;
    let commitment = salt::commitment(&salt, contents.record);
    Ok(Sealed { bytes, recipient: identity.to_public().to_string(), commitment })
}

/// Opens a case with the desk's or the recovery identity.
///
/// # Errors
/// [`SealingError::NoMatchingIdentity`], [`SealingError::Damaged`]; [`SealingError::Contents`]: the file is not a case.
pub fn open(identities: &Identities, sealed: &[u8]) -> Result<OpenedCase, SealingError> {
    let plain = age_file::decrypt(identities, sealed)?;
    parse(&plain).ok_or(SealingError::Contents)
}

/// Seals a case to other recipients. Its contents, its identity and its commitment do not change.
///
/// # Errors
/// As [`open`].
pub fn seal_again(identities: &Identities, recipients: &Recipients, sealed: &[u8]) -> Result<Vec<u8>, SealingError> {
    let plain = age_file::decrypt(identities, sealed)?;
    parse(&plain).ok_or(SealingError::Contents)?;
    age_file::encrypt(recipients.keys(), &[&plain])
}

/// The version of the envelope.
const VERSION: u32 = 1;

/// Room for the first line without its record.
const HEAD_BYTES: usize = 512;

/// The first line of the envelope.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head<'a> {
    v: u32,
    identity: &'a str,
    salt: &'a str,
    #[serde(borrow)]
    record: &'a RawValue,
    text: usize,
    report: usize,
    page_report: Option<usize>,
}

/// Checks that the record is an object whose bytes fit into the first line unchanged.
fn record_of(bytes: &[u8]) -> Result<&RawValue, SealingError> {
    let record: &RawValue = serde_json::from_slice(bytes).map_err(|_| SealingError::Record)?;
    let as_it_is = record.get().as_bytes() == bytes && bytes.starts_with(b"{") && !bytes.contains(&b'\n');
    if as_it_is { Ok(record) } else { Err(SealingError::Record) }
}

fn parse(plain: &[u8]) -> Option<OpenedCase> {
    let end = plain.iter().position(|byte| *byte == b'\n')?;
    let (line, rest) = plain.split_at_checked(end)?;
    let head: Head<'_> = serde_json::from_slice(line).ok()?;
    if head.v != VERSION {
        return None;
    }
    let (text, rest) = rest.get(1..)?.split_at_checked(head.text)?;
    let (report, page_report) = rest.split_at_checked(head.report)?;
    (page_report.len() == head.page_report.unwrap_or_default()).then_some(())?;
    Some(OpenedCase {
        identity: Identities::of(head.identity.parse().ok()?),
        record: head.record.get().as_bytes().to_vec(),
        text: text.to_vec(),
        report: report.to_vec(),
        page_report: head.page_report.map(|_| page_report.to_vec()),
        salt: hex::decode(head.salt)?,
    })
}
