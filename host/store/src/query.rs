//! SQL that both databases understand. All values are bound parameters.
//!
//! `page(LINE, 7, 100, &filter)` → `SELECT seq, … FROM cases WHERE seq > 7 AND … ORDER BY seq LIMIT 100`.

use std::sync::Arc;

use sqlx::{Database, Encode, QueryBuilder, Type};

use super::case::{Filter, NewCase};
use super::receipt_number::{Beginning, Number};

/// Columns of a [`super::CaseLine`].
pub const LINE: &str = "seq, number, received_at, status, accepted, module, ruleset, partner, test, locale";
/// Columns of a [`super::Case`].
pub const CASE: &str = "seq, number, received_at, status, accepted, module, ruleset, partner, test, locale, \
     page_module, text_sha256, text, report, page_report, consent, receipt";
/// Columns that identify a case.
pub const KEY: &str = "seq, number";
/// The number from a place on, as the indexes have it.
const FIFTH: &str = "substr(number, 5)";
const NINTH: &str = "substr(number, 9)";
/// Finds the `seq` of the last case; 0 without cases.
pub const LAST: &str = "SELECT coalesce(max(seq), 0) FROM cases";
/// Finds no case, if the table exists.
pub const NOTHING: &str = "SELECT count(*) FROM cases WHERE number = ''";

/// A database that takes values of a type as parameters.
pub trait Bind<T>: Database {
    fn bind(query: &mut QueryBuilder<Self>, value: T);
}

impl<DB: Database, T: for<'q> Encode<'q, DB> + Type<DB>> Bind<T> for DB {
    fn bind(query: &mut QueryBuilder<DB>, value: T) {
        query.push_bind(value);
    }
}

/// A database that takes all values of a [`Filter`]. Supertraits hold for every caller; bounds such as
/// `i64: Encode<'q, DB>` would have to be repeated at each.
pub trait Bindable: Bind<i64> + Bind<bool> + Bind<String> {}

impl<DB: Bind<i64> + Bind<bool> + Bind<String>> Bindable for DB {}

/// Selects the cases after a position of the sequence, in its order.
pub fn page<DB: Bindable>(columns: &str, after: i64, limit: u32, filter: &Filter) -> QueryBuilder<DB> {
    let mut query = QueryBuilder::new(format!("SELECT {columns} FROM cases WHERE seq > "));
    DB::bind(&mut query, after);
    narrow(&mut query, filter);
    DB::bind(query.push(" ORDER BY seq LIMIT "), i64::from(limit));
    query
}

/// Selects the case of a number.
pub fn numbered<DB: Bindable>(columns: &str, number: &Number) -> QueryBuilder<DB> {
    let mut query = QueryBuilder::new(format!("SELECT {columns} FROM cases WHERE number = "));
    DB::bind(&mut query, number.to_string());
    query
}

/// Selects the [`super::IdempotencyRecord`] of a key.
pub fn by_key<DB: Bindable>(key: &str) -> QueryBuilder<DB> {
    let mut query = QueryBuilder::new("SELECT seq, text_sha256, receipt, module FROM cases WHERE idempotency_key = ");
    DB::bind(&mut query, key.to_owned());
    query
}

/// Counts cases.
pub fn count<DB: Bindable>(filter: &Filter) -> QueryBuilder<DB> {
    let mut query = QueryBuilder::new("SELECT count(*) FROM cases WHERE 1 = 1");
    narrow(&mut query, filter);
    query
}

/// Appends the conditions of a filter, each after an AND.
fn narrow<DB: Bindable>(query: &mut QueryBuilder<DB>, filter: &Filter) {
    if let Some(seq) = filter.seq {
        DB::bind(query.push(" AND seq = "), seq);
    }
    if let Some(since) = filter.since {
        DB::bind(query.push(" AND received_at >= "), since);
    }
    if let Some(until) = filter.until {
        DB::bind(query.push(" AND received_at < "), until);
    }
    if let Some(status) = &filter.status {
        DB::bind(query.push(" AND status = "), status.clone());
    }
    if let Some(test) = filter.test {
        DB::bind(query.push(" AND test = "), test);
    }
    let mut before = " AND partner IN (";
    for key in &filter.partner_keys {
        DB::bind(query.push(before), key.clone());
        before = ", ";
    }
    if !filter.partner_keys.is_empty() {
        query.push(")");
    }
    if let Some(beginning) = &filter.number {
        // Ranges, so that each index is used; `~` sorts after every character of a number.
        let mut before = " AND seq IN (SELECT seq FROM cases WHERE ";
        for (place, begin, form) in places(beginning) {
            let end = format!("{begin}~");
            DB::bind(query.push(format_args!("{before}{place} >= ")), begin);
            DB::bind(query.push(format_args!(" AND {place} < ")), end);
            query.push(form);
            before = " UNION ALL SELECT seq FROM cases WHERE ";
        }
        query.push(")");
    }
}

/// Lists where a group may begin: an indexed expression, the characters that it then begins with, a further condition.
///
/// The indexes are those of the groups of three, at the characters 5 and 9, and the groups of four, at 6 and 11, are found by
/// them too: behind a hyphen, and behind any digit with a hyphen.
fn places(beginning: &Beginning) -> Vec<(&'static str, String, &'static str)> {
    let Beginning { digits, letters } = beginning;
    let mut places = Vec::new();
    if let Some(begin) = letters {
        let earlier = " AND length(number) = 11";
        places.extend(["number", FIFTH, NINTH].map(|place| (place, begin.clone(), earlier)));
    }
    if let Some(begin) = digits {
        places.extend([("number", begin.clone(), ""), (FIFTH, format!("-{begin}"), "")]);
        places.extend((0..10).map(|digit| (NINTH, format!("{digit}-{begin}"), "")));
    }
    places
}

/// Selects the idempotency keys of the cases that have a case already.
pub fn taken_keys<DB: Bindable>(cases: &[Arc<NewCase>]) -> QueryBuilder<DB> {
    let mut query = QueryBuilder::new("SELECT idempotency_key FROM cases WHERE idempotency_key");
    let mut before = " IN (";
    for case in cases {
        DB::bind(query.push(before), case.key.clone());
        before = ", ";
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
