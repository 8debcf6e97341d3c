//! Queries of codes, tokens and requests, on either database.
//!
//! `SELECT number FROM return_tokens … WHERE token_hash = … AND expires_at > …` ← [`ReturnStore::visited`]

use sqlx::QueryBuilder;

use crate::backend::{Backend, Cases};
use crate::error::StoreFuture;
use crate::event::{Appended, ApplicantRequest};
use crate::query::{Bind, Bindable};
use crate::receipt_number::Number;
use crate::returns::{NewVisit, ReturnStore};
use crate::session::Session as _;

impl<B: Backend> ReturnStore for Cases<B> {
    fn return_code<'a>(&'a self, number: &'a Number) -> StoreFuture<'a, Option<Vec<u8>>> {
        Box::pin(async move {
            // One row for every number, so that an unknown one takes the same work.
            let mut query = QueryBuilder::new("SELECT (SELECT return_code FROM cases WHERE number = ");
            B::Database::bind(&mut query, number.to_string());
            query.push(")");
            let rows: Vec<(Option<Vec<u8>>,)> = self.backend.fetch(query).await?;
            Ok(rows.into_iter().next().and_then(|(return_code,)| return_code))
        })
    }

    fn begin_visit(&self, visit: NewVisit) -> StoreFuture<'_, bool> {
        Box::pin(async move {
            let mut session = self.backend.begin().await?;
            let mut ended = QueryBuilder::new("DELETE FROM return_tokens WHERE expires_at <= ");
            Bind::bind(&mut ended, visit.now);
            session.execute(ended).await?;
            let stored = session.execute(token_insert(&visit)).await?;
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

/// Inserts a token for the case that still has the code.
fn token_insert<DB: Bindable>(visit: &NewVisit) -> QueryBuilder<DB> {
    let mut query = QueryBuilder::new("INSERT INTO return_tokens (token_hash, case_seq, expires_at) SELECT ");
    DB::bind(&mut query, visit.token_hash.to_vec());
    DB::bind(query.push(", seq, "), visit.expires_at);
    DB::bind(query.push(" FROM cases WHERE number = "), visit.number.to_string());
    DB::bind(query.push(" AND return_code = "), visit.return_code.to_vec());
    query
}
