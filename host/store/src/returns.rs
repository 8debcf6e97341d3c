//! Codes, tokens and requests of applicants who come back to their case.
//!
//! `begin_visit(number, hash of number and code)` → a token's hash is stored for half an hour; `visited(hash)` → the number
//!
//! The store holds hashes alone. Between hosts the database decides: a code that is replaced while a visit begins opens
//! nothing.

use sqlx::QueryBuilder;

use crate::error::{StoreError, StoreFuture};
use crate::event::{Appended, ApplicantRequest};
use crate::query::{Bind, Value};
use crate::receipt_number::Number;
use crate::session::Session;

/// A visit to be begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewVisit {
    /// The case.
    pub number: Number,
    /// The hash of number and code, as the case has it.
    pub return_code: [u8; 32],
    /// SHA-256 of the token.
    pub token_hash: [u8; 32],
    /// The present moment; tokens that have ended by now are removed. Milliseconds since the epoch, UTC.
    pub now: i64,
    /// The moment at which the token ends.
    pub expires_at: i64,
}

/// The part of a store that serves applicants who come back.
pub trait ReturnStore {
    /// Reads the hash of number and return code of a case; `None` without such a case, without a code, and after an erasure.
    fn return_code<'a>(&'a self, number: &'a Number) -> StoreFuture<'a, Option<Vec<u8>>>;

    /// Stores a token; `false` if the case does not have this code any more.
    fn begin_visit(&self, visit: NewVisit) -> StoreFuture<'_, bool>;

    /// Finds the number of the case that a token opens at a moment.
    fn visited(&self, token_hash: [u8; 32], now: i64) -> StoreFuture<'_, Option<String>>;

    /// Removes a token.
    fn end_visit(&self, token_hash: [u8; 32]) -> StoreFuture<'_, ()>;

    /// Finds the outcome of a request that has caused an event already: [`Appended::Replayed`] or [`Appended::KeyReused`]. The
    /// event is durable; where that cannot be confirmed now, this is [`StoreError::InDoubt`].
    fn outcome_of<'a>(&'a self, number: &'a Number, request: ApplicantRequest) -> StoreFuture<'a, Option<Appended>>;
}

/// Replaces the code of a case, and ends the visits with the one of before.
pub(crate) async fn replace_code<S: Session>(
    session: &mut S,
    case_seq: i64,
    return_code: [u8; 32],
) -> Result<(), StoreError> {
    let mut update = QueryBuilder::new("UPDATE cases SET return_code = ");
    S::Database::bind(&mut update, return_code.to_vec());
    S::Database::bind(update.push(" WHERE seq = "), case_seq);
    session.execute(update).await?;
    let mut delete = QueryBuilder::new("DELETE FROM return_tokens WHERE case_seq = ");
    S::Database::bind(&mut delete, case_seq);
    session.execute(delete).await.map(drop)
}

/// Builds the row of a request and the event that it caused.
pub(crate) fn request_row(case_seq: i64, key_hash: [u8; 32], text_hash: [u8; 32], n: i64) -> [Value; 4] {
    [Value::Integer(case_seq), Value::Bytes(key_hash.into()), Value::Bytes(text_hash.into()), Value::Integer(n)]
}
