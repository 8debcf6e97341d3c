//! The fields of a form as a browser sends them, and their errors.
//!
//! `Fields::new([("text", " a ")]).text("text", TEXT_BYTES_MAX)` → `Ok("a")`; without the field `text: required`

use std::fmt;

/// The fields of a form, in their order.
#[derive(Debug, Clone, Default)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// Takes the fields of a form.
    pub fn new<N: Into<String>, V: Into<String>>(fields: impl IntoIterator<Item = (N, V)>) -> Fields {
        Fields(fields.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }

    /// Finds the first value of a field; without white space around it. `None` where it is missing or empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        let (_, value) = self.0.iter().find(|(field, _)| field == name)?;
        Some(value.trim()).filter(|value| !value.is_empty())
    }
}

/// A wrong field of a form.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct FieldError {
    /// The name of the field.
    pub field: String,
    /// The reason.
    pub code: FieldCode,
}

impl FieldError {
    pub(crate) fn new(field: impl Into<String>, code: FieldCode) -> FieldError {
        FieldError { field: field.into(), code }
    }
}

impl fmt::Display for FieldError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.field, self.code.as_str())
    }
}

/// The reason why a field is wrong; the words are stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldCode {
    /// It is missing or empty.
    Required,
    /// It is longer than its limit.
    TooLong,
    /// It is no word of its list.
    Unknown,
    /// It is no moment.
    NotAMoment,
    /// It lies too far in the past.
    TooEarly,
    /// It lies too far in the future.
    TooLate,
    /// No account that may work on cases has this name.
    NoSuchOperator,
    /// It is no reception number, or its check digit does not fit.
    NotANumber,
    /// No case has this number.
    NoSuchCase,
    /// It is the number of this very case.
    SameCase,
    /// It is no link that begins with `https://`.
    NotHttps,
    /// There are too many.
    TooMany,
    /// There are too few.
    TooFew,
    /// It was not confirmed.
    NotConfirmed,
    /// It is no SHA-256 of 64 hexadecimal digits.
    NotADigest,
    /// No organization for forensics has this id, or it is disabled.
    NoSuchOrganization,
    /// The organization is not the desk's company, and no approval in writing names it (1⑧).
    NeedsApproval,
    /// The organization did not receive the case, so that no report of it is accepted (clause 3).
    NotReceived,
    /// Remote work has no order that has not ended.
    NoOrder,
    /// It is not the version of the notice that is in force, or that was read out last.
    OtherNotice,
    /// The notice that was read out is that of guided work.
    GuidedNotice,
    /// It is not the number of an event with which a forensics report came.
    NoSuchReport,
}

impl FieldCode {
    /// All codes.
    pub const ALL: [FieldCode; 22] = [
        FieldCode::Required,
        FieldCode::TooLong,
        FieldCode::Unknown,
        FieldCode::NotAMoment,
        FieldCode::TooEarly,
        FieldCode::TooLate,
        FieldCode::NoSuchOperator,
        FieldCode::NotANumber,
        FieldCode::NoSuchCase,
        FieldCode::SameCase,
        FieldCode::NotHttps,
        FieldCode::TooMany,
        FieldCode::TooFew,
        FieldCode::NotConfirmed,
        FieldCode::NotADigest,
        FieldCode::NoSuchOrganization,
        FieldCode::NeedsApproval,
        FieldCode::NotReceived,
        FieldCode::NoOrder,
        FieldCode::OtherNotice,
        FieldCode::GuidedNotice,
        FieldCode::NoSuchReport,
    ];

    /// Returns the stable word.
    pub fn as_str(self) -> &'static str {
        match self {
            FieldCode::Required => "required",
            FieldCode::TooLong => "too_long",
            FieldCode::Unknown => "unknown",
            FieldCode::NotAMoment => "not_a_moment",
            FieldCode::TooEarly => "too_early",
            FieldCode::TooLate => "too_late",
            FieldCode::NoSuchOperator => "no_such_operator",
            FieldCode::NotANumber => "not_a_number",
            FieldCode::NoSuchCase => "no_such_case",
            FieldCode::SameCase => "same_case",
            FieldCode::NotHttps => "not_https",
            FieldCode::TooMany => "too_many",
            FieldCode::TooFew => "too_few",
            FieldCode::NotConfirmed => "not_confirmed",
            FieldCode::NotADigest => "not_a_digest",
            FieldCode::NoSuchOrganization => "no_such_organization",
            FieldCode::NeedsApproval => "needs_approval",
            FieldCode::NotReceived => "not_received",
            FieldCode::NoOrder => "no_order",
            FieldCode::OtherNotice => "other_notice",
            FieldCode::GuidedNotice => "guided_notice",
            FieldCode::NoSuchReport => "no_such_report",
        }
    }
}

/// Checks that a text is there and not too long.
pub(crate) fn required(field: &str, text: &str, max: usize) -> Option<FieldError> {
    let code = match text.len() {
        _ if text.trim().is_empty() => FieldCode::Required,
        length if length > max => FieldCode::TooLong,
        _ => return None,
    };
    Some(FieldError::new(field, code))
}

/// Checks a SHA-256 in hexadecimal digits.
pub(crate) fn digest_error(field: &str, digest: &str) -> Option<FieldError> {
    let is_digest = digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit());
    (!is_digest).then(|| FieldError::new(field, FieldCode::NotADigest))
}
