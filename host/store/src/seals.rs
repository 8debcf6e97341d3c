//! Rotation of the seals, settings of the store, and states that are made again.
//!
//! `reseal(session, [Resealed { seq: 7, … }])` → the row of `case_seals` is replaced, and nothing else changes.

use sqlx::QueryBuilder;

use crate::append::write_state;
use crate::error::StoreError;
use crate::event::Projection;
use crate::insert::{PROJECTIONS, projection_row};
use crate::query::{self, Bind, TableRows, Value};
use crate::session::Session;

/// A case's contents, sealed to other recipients.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resealed {
    /// Position of the case in the store's sequence.
    pub seq: i64,
    /// Digest of the recipients before: a case that was sealed again meanwhile is left alone.
    pub before: String,
    /// The age file.
    pub sealed: Vec<u8>,
    /// Digest of the recipients that can open it.
    pub sealed_to: String,
}

/// Replaces seals; returns the number of replaced ones. An erased case gets no new one.
pub(crate) async fn reseal<S: Session>(session: &mut S, seals: Vec<Resealed>) -> Result<u64, StoreError> {
    let mut replaced = 0;
    for seal in seals {
        let mut query = QueryBuilder::new("UPDATE case_seals SET sealed = ");
        S::Database::bind(&mut query, seal.sealed);
        S::Database::bind(query.push(", sealed_to = "), seal.sealed_to);
        S::Database::bind(query.push(" WHERE case_seq = "), seal.seq);
        S::Database::bind(query.push(" AND sealed_to = "), seal.before);
        replaced += session.execute(query).await?;
    }
    Ok(replaced)
}

/// Writes a setting unless it has a value; returns the value that it has then.
pub(crate) async fn set_once<S: Session>(session: &mut S, name: &str, value: Vec<u8>) -> Result<Vec<u8>, StoreError> {
    let found: Vec<(Vec<u8>,)> = session.fetch(query::setting(name)).await?;
    if let Some((value,)) = found.into_iter().next() {
        return Ok(value);
    }
    let row = [Value::Text(name.to_owned()), Value::Bytes(value.clone())];
    session.insert(TableRows::new("settings (name, value)", [row])).await?;
    Ok(value)
}

/// Replaces the states of cases, by their positions in the store's sequence, or makes those that are missing. A case that
/// got another event meanwhile is left alone; returns the positions of these.
pub(crate) async fn rebuild<S: Session>(
    session: &mut S,
    states: Vec<(i64, Projection)>,
) -> Result<Vec<i64>, StoreError> {
    let mut changed = Vec::new();
    for (seq, state) in states {
        let last = "SELECT coalesce(max(n), 0), (SELECT count(*) FROM projections WHERE case_seq = cases.seq) \
            FROM cases LEFT JOIN events ON events.case_number = cases.number WHERE cases.seq = ";
        let mut query = QueryBuilder::new(last);
        S::Database::bind(&mut query, seq);
        query.push(" GROUP BY cases.seq");
        match session.fetch::<(i64, i64)>(query).await?.first() {
            Some((last_n, _)) if *last_n != state.last_n => changed.push(seq),
            Some((_, 0)) => {
                session.insert(TableRows::new(PROJECTIONS, [projection_row(seq, state)])).await?;
            }
            Some(_) => write_state(session, seq, state).await?,
            None => {}
        }
    }
    Ok(changed)
}
