//! The values that pass between a visit and its page: answers and additions come in, the state goes out.
//!
//! `{"number":"2609-4873-1059","state":"waiting","questions":[{"id":"q1",…}],…}` ← [`CaseState`]

use std::net::IpAddr;

use bytes::Bytes;
use kakekomi_core::Locale;
use kakekomi_core::questions::Question;
use serde::Serialize;
use serde_json::value::RawValue;

use super::case_file::CaseFile;
use crate::submit::{IdempotencyKey, PageModule};

/// A case as the applicant sees it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct CaseState {
    /// As on the receipt.
    pub number: String,
    /// Milliseconds since the epoch, UTC.
    pub received_at: i64,
    /// `received`, `in_progress`, `waiting` or `closed`.
    pub state: String,
    /// The outcome of a closed case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// The page of the vendor to whom the desk referred the applicant (clause 4⑤), `https://…`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vendor_link: Option<String>,
    /// The open questions of the desk, as the context has them.
    #[schema(value_type = Vec<Object>)]
    pub questions: Vec<Question>,
    /// The evidence files, in the order of their declarations.
    pub files: Vec<CaseFile>,
    /// What the desk disclosed, in its order, without the texts.
    pub disclosures: Vec<Disclosure>,
    /// The referral to the forensics company.
    pub referral: Referral,
    /// The context in which the answers are judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub context: Option<Box<RawValue>>,
    /// The module that judges them, `sha256:<64 hex>`.
    pub module: String,
}

/// The referral to the forensics company (clause 1②).
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Referral {
    /// `applied`, `recorded`, `intent`, `released`, `packaged`, `collected` or `withdrawn`; null where no introduction was
    /// wished.
    pub state: Option<String>,
    /// The moment of the valid intent; milliseconds since the epoch, UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<i64>,
    /// The purposes for which the company may use the information (clause 1⑦); empty where `state` is null.
    pub purposes: Vec<String>,
}

/// A text that the desk disclosed to the applicant, as it is listed.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Disclosure {
    /// Number of its event in the case.
    pub n: i64,
    /// Milliseconds since the epoch, UTC.
    pub at: i64,
    /// The moment from which it cannot be opened any more.
    pub expires_at: i64,
    /// True if it was opened before.
    pub opened: bool,
}

/// A text that the desk disclosed to the applicant.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct OpenedDisclosure {
    /// Number of its event in the case.
    pub n: i64,
    /// Milliseconds since the epoch, UTC.
    pub at: i64,
    /// The moment from which it cannot be opened any more.
    pub expires_at: i64,
    /// The text, which is confidential (clause 2①).
    pub text: String,
}

/// Answers of an applicant.
#[derive(Debug, Clone)]
pub struct Answers {
    /// The draft's text, byte for byte.
    pub text: Bytes,
    /// The client's key for these answers.
    pub key: IdempotencyKey,
    /// The module that the page ran.
    pub module: PageModule,
    /// The language of the sentences.
    pub locale: Locale,
    /// The address that they come from, for fair turns in the sandbox.
    pub client: Option<IpAddr>,
}

/// An addition, an intent or a withdrawal of an applicant.
#[derive(Debug, Clone)]
pub struct Addition {
    /// The body, byte for byte.
    pub body: Bytes,
    /// The client's key for it.
    pub key: IdempotencyKey,
    /// The language of the sentences.
    pub locale: Locale,
    /// The address that it comes from.
    pub client: Option<IpAddr>,
}
