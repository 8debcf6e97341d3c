//! SQL that both databases understand. All values are bound parameters.
//!
//! `page(LINE, 7, 100, &filter)` → `SELECT seq, … FROM cases WHERE seq > 7 AND … ORDER BY seq LIMIT 100`.

use std::sync::Arc;

use sqlx::{Database, Encode, QueryBuilder, Type};

use super::case::{Filter, NewCase};
use super::receipt_number::Number;

/// Columns of a [`super::CaseLine`].
pub const LINE: &str = "seq, number, received_at, status, accepted, module, ruleset, partner, test, locale";
/// Columns of a [`super::Case`].
pub const CASE: &str = "seq, number, received_at, status, accepted, module, ruleset, partner, test, locale, \
     page_module, text_sha256, text, report, page_report, consent, receipt";
/// Columns that identify a case.
pub const KEY: &str = "seq, number";
/// Finds the case of an idempotency key; the caller appends the key's parameter.
pub const IDEMPOTENCY_RECORD: &str = "SELECT seq, text_sha256, receipt, module FROM cases WHERE idempotency_key = ";
/// Finds the `seq` of the last case; 0 without cases.
pub const LAST: &str = "SELECT coalesce(max(seq), 0) FROM cases";

/// Selects the cases after a position of the sequence, in its order.
pub fn page<DB>(columns: &str, after: i64, limit: u32, filter: &Filter) -> QueryBuilder<DB>
where
    DB: Database,
    for<'q> i64: Encode<'q, DB> + Type<DB>,
    for<'q> bool: Encode<'q, DB> + Type<DB>,
    for<'q> String: Encode<'q, DB> + Type<DB>,
{
    let mut query = QueryBuilder::new(format!("SELECT {columns} FROM cases WHERE seq > "));
    query.push_bind(after);
    narrow(&mut query, filter);
    query.push(" ORDER BY seq LIMIT ").push_bind(i64::from(limit));
    query
}

/// Selects the case of a number.
pub fn numbered<DB>(columns: &str, number: &Number) -> QueryBuilder<DB>
where
    DB: Database,
    for<'q> String: Encode<'q, DB> + Type<DB>,
{
    let mut query = QueryBuilder::new(format!("SELECT {columns} FROM cases WHERE number = "));
    query.push_bind(number.to_string());
    query
}

/// Counts cases.
pub fn count<DB>(filter: &Filter) -> QueryBuilder<DB>
where
    DB: Database,
    for<'q> i64: Encode<'q, DB> + Type<DB>,
    for<'q> bool: Encode<'q, DB> + Type<DB>,
    for<'q> String: Encode<'q, DB> + Type<DB>,
{
    let mut query = QueryBuilder::new("SELECT count(*) FROM cases WHERE 1 = 1");
    narrow(&mut query, filter);
    query
}

/// Appends the conditions of a filter, each after an AND.
fn narrow<DB>(query: &mut QueryBuilder<DB>, filter: &Filter)
where
    DB: Database,
    for<'q> i64: Encode<'q, DB> + Type<DB>,
    for<'q> bool: Encode<'q, DB> + Type<DB>,
    for<'q> String: Encode<'q, DB> + Type<DB>,
{
    if let Some(seq) = filter.seq {
        query.push(" AND seq = ").push_bind(seq);
    }
    if let Some(since) = filter.since {
        query.push(" AND received_at >= ").push_bind(since);
    }
    if let Some(until) = filter.until {
        query.push(" AND received_at < ").push_bind(until);
    }
    if let Some(status) = &filter.status {
        query.push(" AND status = ").push_bind(status.clone());
    }
    if let Some(test) = filter.test {
        query.push(" AND test = ").push_bind(test);
    }
    if let Some(partner) = &filter.partner {
        query.push(" AND partner = ").push_bind(partner.clone());
    }
    if let Some(begin) = &filter.number {
        // Ranges, so that each group's index is used; `~` sorts after every character of a number.
        let end = format!("{begin}~");
        let mut before = " AND seq IN (SELECT seq FROM cases WHERE ";
        for group in ["number", "substr(number, 5)", "substr(number, 9)"] {
            query.push(before).push(group).push(" >= ").push_bind(begin.clone());
            query.push(" AND ").push(group).push(" < ").push_bind(end.clone());
            before = " UNION ALL SELECT seq FROM cases WHERE ";
        }
        query.push(")");
    }
}

/// Selects those idempotency keys that have a case.
pub fn taken_keys<DB>(keys: &[&str]) -> QueryBuilder<DB>
where
    DB: Database,
    for<'q> &'q str: Encode<'q, DB> + Type<DB>,
{
    let mut query = QueryBuilder::new("SELECT idempotency_key FROM cases WHERE idempotency_key IN (");
    let mut list = query.separated(", ");
    for key in keys {
        list.push_bind(*key);
    }
    query.push(")");
    query
}

/// Inserts cases with one statement, which returns number and key of the stored ones.
pub fn insert<DB>(cases: &[Arc<NewCase>]) -> QueryBuilder<DB>
where
    DB: Database,
    for<'q> i64: Encode<'q, DB> + Type<DB>,
    for<'q> bool: Encode<'q, DB> + Type<DB>,
    for<'q> &'q str: Encode<'q, DB> + Type<DB>,
    for<'q> String: Encode<'q, DB> + Type<DB>,
    for<'q> Option<&'q str>: Encode<'q, DB> + Type<DB>,
    for<'q> &'q [u8]: Encode<'q, DB> + Type<DB>,
    for<'q> Option<&'q [u8]>: Encode<'q, DB> + Type<DB>,
{
    let mut query = QueryBuilder::new(
        "INSERT INTO cases (number, received_at, partner, test, locale, accepted, ruleset, module, page_module, \
         idempotency_key, text_sha256, consent, receipt, text, report, page_report) ",
    );
    query.push_values(cases, |mut row, case| {
        row.push_bind(case.number.to_string())
            .push_bind(case.received_at)
            .push_bind(case.partner.as_deref())
            .push_bind(case.test)
            .push_bind(case.locale)
            .push_bind(case.accepted)
            .push_bind(case.ruleset.as_str())
            .push_bind(case.module.as_str())
            .push_bind(case.page_module.as_deref())
            .push_bind(case.key.as_str())
            .push_bind(case.text_sha256.as_str())
            .push_bind(case.consent.as_str())
            .push_bind(case.receipt.as_slice())
            .push_bind(case.text.as_slice())
            .push_bind(case.report.as_slice())
            .push_bind(case.page_report.as_deref());
    });
    query.push(" ON CONFLICT DO NOTHING RETURNING number, idempotency_key");
    query
}
