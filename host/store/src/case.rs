//! A case before and after it is stored, and the filter of lists.
//!
//! `NewCase` → insert → `CaseLine` in a list, `Case` with all columns. The contents of a case are sealed: the store holds one
//! age file and cannot read it.

use crate::audit::AuditHead;
use crate::event::{ClauseStates, EventKind};
use crate::receipt_number::{Beginning, Number};

/// A case to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCase {
    /// As on the receipt.
    pub number: Number,
    /// Milliseconds since the epoch, UTC.
    pub received_at: i64,
    /// The partner whose page sent it; `None` for the desk's own page.
    pub partner: Option<String>,
    /// True if it came with a partner's test key.
    pub test: bool,
    /// `ja` or `en`.
    pub locale: String,
    /// The client's key of this submission.
    pub key: String,
    /// The verdict.
    pub accepted: bool,
    /// Version of the rules.
    pub ruleset: String,
    /// Digest of the current module, `sha256:<64 hex>`.
    pub module: String,
    /// Digest of the page's module, as the page reported it.
    pub page_module: Option<String>,
    /// Keyed hash of the draft, 32 bytes.
    pub text_hash: Vec<u8>,
    /// The case's own age recipient.
    pub recipient: String,
    /// The coded answers that a queue shows.
    pub coded: CodedAnswers,
    /// The urgency that the rules give it.
    pub first_urgency: Option<String>,
    /// The actor who took it by telephone; `None` where the applicant sent it.
    pub taken_by: Option<String>,
    /// The events that the draft itself causes after `case.received`. Their body is the case's record, so they have no body of
    /// their own.
    pub first_events: Vec<EventKind>,
    /// The receipt, still without its audit head.
    pub receipt: UnfinishedReceipt,
    /// The age file of the contents.
    pub sealed: Vec<u8>,
    /// Digest of the recipients that can open it.
    pub sealed_to: String,
    /// Keyed hashes for the search.
    pub search: Vec<SearchHash>,
    /// Commitment of the event `case.received`.
    pub commitment: [u8; 32],
    /// The hash of number and return code, with which the applicant comes back; `None` without a code.
    pub return_code: Option<[u8; 32]>,
}

impl NewCase {
    /// Sums the bytes of the long columns, which are nearly all of its size on disk.
    pub fn stored_bytes(&self) -> usize {
        self.sealed.len() + self.receipt.0.len()
    }
}

/// Coded answers of the draft, stored in clear for the queue; an erasure removes them.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, sqlx::FromRow)]
pub struct CodedAnswers {
    /// The kind of incident, a code of the form.
    pub kind: Option<String>,
    /// `yes`, `no` or `unknown`.
    pub ongoing: Option<String>,
    /// The wanted services, codes with blanks between them: `consultation remote`.
    pub services: Option<String>,
}

/// The kind of value behind a search hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SearchKind {
    /// A telephone number.
    Phone,
    /// An e-mail address.
    Email,
    /// A company's name.
    Company,
}

impl SearchKind {
    /// Returns the stored word.
    pub fn as_str(self) -> &'static str {
        match self {
            SearchKind::Phone => "phone",
            SearchKind::Email => "email",
            SearchKind::Company => "company",
        }
    }
}

/// A keyed hash of a normalized value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SearchHash {
    /// The kind of value.
    pub kind: SearchKind,
    /// HMAC-SHA256 of the value.
    pub hash: [u8; 32],
}

/// A receipt's JSON object, to which the store adds the head of the chain at the case's own first event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnfinishedReceipt(pub Vec<u8>);

impl UnfinishedReceipt {
    /// Appends the member `audit`: `{"number":"…"}` → `{"number":"…","audit":{"seq":5,"hash":"…"}}`.
    pub fn with_audit(&self, head: &AuditHead) -> Vec<u8> {
        let open = self.0.strip_suffix(b"}").unwrap_or(&self.0);
        let comma = if open == b"{" { "" } else { "," };
        let audit = format!("{comma}\"audit\":{{\"seq\":{},\"hash\":\"{}\"}}}}", head.seq, head.hex());
        [open, audit.as_bytes()].concat()
    }
}

/// Outcome of an insert.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inserted {
    /// The case is durable; its event `case.received` is this head of the chain.
    Stored(AuditHead),
    /// The key has a case already; nothing was stored.
    KeyTaken,
    /// The number has a case already; try another one.
    NumberTaken,
}

/// The case that an idempotency key is bound to.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct IdempotencyRecord {
    /// Position of the case in the store's sequence.
    pub seq: i64,
    /// As on the receipt.
    pub number: String,
    /// Keyed hash of the text that was sent with the key; `None` for an erased case.
    pub text_hash: Option<Vec<u8>>,
    /// The receipt's bytes; `None` for an erased case.
    pub receipt: Option<Vec<u8>>,
    /// Digest of the module that accepted it, `sha256:<64 hex>`.
    pub module: String,
    /// The hash of number and return code; `None` without a code, and for an erased case.
    pub return_code: Option<Vec<u8>>,
}

/// A case in a list: enough to find it again.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, sqlx::FromRow)]
pub struct CaseLine {
    /// Position in the store's sequence: a later case has a larger one, independent of the clock. There may be gaps.
    pub seq: i64,
    /// As on the receipt.
    pub number: String,
    /// Milliseconds since the epoch, UTC.
    pub received_at: i64,
    /// State of the case: `received`, `in_progress`, `waiting`, `closed` or `erased`.
    pub status: String,
    /// True if the rules accepted the draft.
    pub accepted: bool,
    /// Digest of the module that accepted it, `sha256:<64 hex>`.
    pub module: String,
    /// Version of the rules.
    pub ruleset: String,
    /// The partner whose page sent it; null for the desk's own page.
    pub partner: Option<String>,
    /// True if it came with a partner's test key.
    pub test: bool,
    /// The applicant's language.
    pub locale: String,
    /// The coded answers of the draft.
    #[sqlx(flatten)]
    #[serde(flatten)]
    pub coded: CodedAnswers,
    /// The outcome of a closed case.
    pub outcome: Option<String>,
    /// The operator who works on it.
    pub assignee: Option<String>,
    /// Its urgency: the first one, or the one that an operator set; null is treated as `normal`.
    pub urgency: Option<String>,
    /// True while it must not be erased.
    pub held: bool,
}

/// A case with all its columns.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Case {
    /// The columns of a list.
    #[sqlx(flatten)]
    pub line: CaseLine,
    /// Digest of the page's module, as the page reported it.
    pub page_module: Option<String>,
    /// The client's key of the submission.
    pub idempotency_key: String,
    /// Keyed hash of the text; `None` for an erased case.
    pub text_hash: Option<Vec<u8>>,
    /// The urgency that the rules gave it; `None` for a case of an earlier version or an erased one.
    pub first_urgency: Option<String>,
    /// The case's own age recipient; `None` for an erased case.
    pub recipient: Option<String>,
    /// The receipt's bytes; `None` for an erased case.
    pub receipt: Option<Vec<u8>>,
    /// The age file of its contents; `None` for an erased case.
    pub sealed: Option<Vec<u8>>,
    /// Digest of the recipients that can open it.
    pub sealed_to: Option<String>,
    /// The moment since which the applicant waits for the desk; milliseconds since the epoch, UTC.
    pub waiting_since: Option<i64>,
    /// The date to look at it again; milliseconds since the epoch, UTC.
    pub follow_up: Option<i64>,
    /// The clauses' part of its state.
    #[sqlx(flatten)]
    pub clauses: ClauseStates,
    /// The number of its last event.
    pub last_n: i64,
    /// The number of its last event that is no reading.
    pub changed_n: i64,
}

/// A row of a case that was read: a line of a list, or all its columns.
pub trait CaseRow {
    /// Returns the columns of a list.
    fn line(&self) -> &CaseLine;
}

impl CaseRow for CaseLine {
    fn line(&self) -> &CaseLine {
        self
    }
}

impl CaseRow for Case {
    fn line(&self) -> &CaseLine {
        &self.line
    }
}

/// Returns the position of a row in the store's sequence, readable or not: a page after it goes on from there.
pub fn seq_of<T: CaseRow>(row: &Read<T>) -> i64 {
    row.as_ref().map_or_else(|damaged| damaged.seq, |row| row.line().seq)
}

/// The fault of a case without a row in the table of states.
pub(crate) const NO_STATE: &str = "its state is missing: kakekomi rebuild makes it again";

/// Conditions on cases; a case must meet all that are set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// At this position of the store's sequence.
    pub seq: Option<i64>,
    /// Received at this moment or later; milliseconds since the epoch, UTC.
    pub since: Option<i64>,
    /// Received before this moment.
    pub until: Option<i64>,
    /// With this status.
    pub status: Option<String>,
    /// Sent with a partner's test key, or without.
    pub test: Option<bool>,
    /// Sent through the pages with these keys of a partner; without keys, through any.
    pub partner_keys: Vec<String>,
    /// One group of the number begins with these characters ([`Number::begin`]).
    pub number: Option<Beginning>,
    /// With a value of this keyed hash.
    pub search: Option<SearchHash>,
    /// Sealed to other recipients than those of this digest.
    pub not_sealed_to: Option<String>,
}

/// A case that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("case {} (seq {seq}) is damaged: {why}", number.as_deref().unwrap_or("without a readable number"))]
pub struct Damaged {
    /// Its position in the store's sequence.
    pub seq: i64,
    /// Its stored number, if that can be read. It may be any text.
    pub number: Option<String>,
    /// The reason, for the operator.
    pub why: String,
}

/// A case, or its damage.
pub type Read<T> = Result<T, Damaged>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receipt_gets_the_audit_head_as_its_last_member() {
        let head = AuditHead { seq: 5, hash: [0xab; 32] };
        let audit = format!(r#""audit":{{"seq":5,"hash":"{}"}}"#, "ab".repeat(32));
        for (before, after) in
            [(r#"{"number":"1"}"#, format!(r#"{{"number":"1",{audit}}}"#)), ("{}", format!("{{{audit}}}"))]
        {
            let receipt = UnfinishedReceipt(before.as_bytes().to_vec());
            assert_eq!(String::from_utf8(receipt.with_audit(&head)).unwrap(), after);
        }
    }
}
