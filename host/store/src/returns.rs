//! Codes, tokens and requests of applicants who come back to their case.
//!
//! `begin_visit(number, hash of number and code)` → a token's hash is stored for half an hour; `visited(hash)` → the number
//!
//! The store holds hashes alone. Between hosts the database decides: a code that is replaced while a visit begins opens
//! nothing.

use sqlx::QueryBuilder;

use crate::backend::{Backend, Cases};
use crate::error::{StoreError, StoreFuture};
use crate::event::{Appended, ApplicantRequest};
use crate::query::{Bind, Bindable, Value};
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

impl<B: Backend> ReturnStore for Cases<B> {
    fn return_code<'a>(&'a self, number: &'a Number) -> StoreFuture<'a, Option<Vec<u8>>> {
        Box::pin(async move {
            let number = number.to_string();
            let rows: Vec<(String, Option<Vec<u8>>)> = self.backend.fetch(nearest_code(&number)).await?;
            let nearest = rows.into_iter().next().filter(|(found, _)| *found == number);
            Ok(nearest.and_then(|(_, return_code)| return_code))
        })
    }

    fn begin_visit(&self, visit: NewVisit) -> StoreFuture<'_, bool> {
        Box::pin(async move {
            let mut session = self.backend.begin().await?;
            let mut ended = QueryBuilder::new("DELETE FROM return_tokens WHERE expires_at <= ");
            Bind::bind(&mut ended, visit.now);
            session.execute(ended).await?;
            let stored = session.execute(token_insert(visit)).await?;
            session.commit().await?;
            Ok(stored > 0)
        })
    }

    fn visited(&self, token_hash: [u8; 32], now: i64) -> StoreFuture<'_, Option<String>> {
        Box::pin(async move {
            let mut query = QueryBuilder::new(
                "SELECT number FROM return_tokens JOIN cases ON cases.seq = return_tokens.case_seq WHERE token_hash = ",
            );
            B::Database::bind(&mut query, token_hash.to_vec());
            B::Database::bind(query.push(" AND expires_at > "), now);
            let rows: Vec<(String,)> = self.backend.fetch(query).await?;
            Ok(rows.into_iter().next().map(|(number,)| number))
        })
    }

    fn end_visit(&self, token_hash: [u8; 32]) -> StoreFuture<'_, ()> {
        Box::pin(async move {
            let mut session = self.backend.begin().await?;
            let mut delete = QueryBuilder::new("DELETE FROM return_tokens WHERE token_hash = ");
            Bind::bind(&mut delete, token_hash.to_vec());
            session.execute(delete).await?;
            session.commit().await
        })
    }

    fn outcome_of<'a>(&'a self, number: &'a Number, request: ApplicantRequest) -> StoreFuture<'a, Option<Appended>> {
        Box::pin(async move {
            let mut query = QueryBuilder::new(
                "SELECT applicant_requests.text_hash, n FROM applicant_requests JOIN cases ON cases.seq = applicant_requests.case_seq \
                 WHERE number = ",
            );
            B::Database::bind(&mut query, number.to_string());
            B::Database::bind(query.push(" AND key_hash = "), request.key_hash.to_vec());
            let rows: Vec<(Vec<u8>, i64)> = self.backend.fetch(query).await?;
            self.backend.confirm(!rows.is_empty()).await?;
            Ok(rows.first().map(|(text_hash, n)| request.repeated(text_hash, *n)))
        })
    }
}

/// Selects the code of the case whose number is this one or the nearest: a row is read whether or not there is the number, so
/// that the time does not tell.
fn nearest_code<DB: Bindable>(number: &str) -> QueryBuilder<DB> {
    let mut query = QueryBuilder::new("SELECT * FROM (SELECT number, return_code FROM cases WHERE number >= ");
    DB::bind(&mut query, number.to_owned());
    query.push(" ORDER BY number LIMIT 1) AS following UNION ALL ");
    query.push("SELECT * FROM (SELECT number, return_code FROM cases WHERE number < ");
    DB::bind(&mut query, number.to_owned());
    query.push(" ORDER BY number DESC LIMIT 1) AS preceding LIMIT 1");
    query
}

/// Inserts a token for the case that still has the code.
fn token_insert<DB: Bindable>(visit: NewVisit) -> QueryBuilder<DB> {
    let mut query = QueryBuilder::new("INSERT INTO return_tokens (token_hash, case_seq, expires_at) SELECT ");
    DB::bind(&mut query, visit.token_hash.to_vec());
    DB::bind(query.push(", seq, "), visit.expires_at);
    DB::bind(query.push(" FROM cases WHERE number = "), visit.number.to_string());
    DB::bind(query.push(" AND return_code = "), visit.return_code.to_vec());
    query
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
