//! SQL that both databases understand. All values are bound parameters.
//!
//! `page(LINE, 7, 100, &filter)` → `SELECT seq, … FROM cases WHERE seq > 7 AND … ORDER BY seq LIMIT 100`.

use sqlx::{Database, Encode, QueryBuilder, Type};

use super::case::Filter;
use super::event::EventKind;
use super::queue::{Assignee, QueueFilter, QueueKey, rank};
use super::receipt_number::{Beginning, Number};

/// Columns of a [`super::CaseLine`].
pub const LINE: &str = "cases.seq, number, received_at, status, accepted, module, ruleset, partner, test, locale, \
     kind, ongoing, services, outcome, assignee, urgency, held";
/// Columns of a [`super::QueueLine`].
const QUEUE: &str = "cases.seq, number, received_at, status, accepted, module, ruleset, partner, test, locale, \
     kind, ongoing, services, outcome, assignee, urgency, held, waiting_since, follow_up, referral, changed_n";
/// Selects [`FileLine`](crate::files::FileLine)s.
pub const FILE: &str = "SELECT files.seq, id, number, recipient, what, log, length, declared_sha256, sha256, state, declared_n, \
     created_at, changed_at, expires_at, \
     coalesce((SELECT start + file_parts.length FROM file_parts WHERE file_seq = files.seq ORDER BY start DESC LIMIT 1), 0) \
     AS received \
     FROM files JOIN cases ON cases.seq = files.case_seq WHERE ";
/// Columns of a [`super::Case`].
pub const CASE: &str = "cases.seq, number, received_at, status, accepted, module, ruleset, partner, test, locale, \
     kind, ongoing, services, outcome, assignee, urgency, held, \
     page_module, idempotency_key, text_hash, first_urgency, recipient, receipt, sealed, sealed_to, waiting_since, follow_up, \
     referral, remote, recorded_by, coalesce(reported, 1 = 0) AS reported, last_n, changed_n";
/// Columns that identify a case.
pub const KEY: &str = "cases.seq, number";
/// The states of the cases in the queue.
const OPEN: [&str; 3] = ["received", "in_progress", "waiting"];
/// The tables of [`LINE`]. A case whose state is missing is damaged, and not left out.
const LINES: &str = "cases LEFT JOIN projections ON projections.case_seq = cases.seq";
/// The tables of [`CASE`].
const CASES: &str = "cases LEFT JOIN projections ON projections.case_seq = cases.seq \
     LEFT JOIN case_seals ON case_seals.case_seq = cases.seq";
/// Columns of an [`super::Event`].
pub const EVENT: &str = "seq, case_number, n, at, actor, kind, body, commitment, hash";
/// The number from a place on, as the indexes have it.
const FIFTH: &str = "substr(number, 5)";
const NINTH: &str = "substr(number, 9)";
/// Finds the `seq` of the last case; 0 without cases.
pub const LAST: &str = "SELECT coalesce(max(seq), 0) FROM cases";
/// Finds the last event.
pub const HEAD: &str = "SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1";
/// Finds the `seq` of the last case and the last event; 0, 0 and NULL without them.
pub const ENDS: &str = "SELECT (SELECT coalesce(max(seq), 0) FROM cases), (SELECT coalesce(max(seq), 0) FROM events), \
     (SELECT hash FROM events ORDER BY seq DESC LIMIT 1)";
/// Counts the cases that an earlier version stored in clear.
pub const COUNT_CLEAR: &str = "SELECT count(*) FROM clear_cases";
/// Finds no case of an earlier version, if its table has the columns that it had.
pub const EARLIER_VERSION: &str = "SELECT seq, number, text, report, receipt FROM cases LIMIT 0";
/// Counts all cases, of this or an earlier version.
pub const COUNT_ALL: &str = "SELECT count(*) FROM cases";
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

/// A database that takes all values of this store. Supertraits hold for every caller; bounds such as
/// `i64: Encode<'q, DB>` would have to be repeated at each.
pub trait Bindable:
    Bind<i64> + Bind<Option<i64>> + Bind<bool> + Bind<String> + Bind<Option<String>> + Bind<Vec<u8>> + Bind<Option<Vec<u8>>>
{
}

impl<DB> Bindable for DB where
    DB: Bind<i64>
        + Bind<Option<i64>>
        + Bind<bool>
        + Bind<String>
        + Bind<Option<String>>
        + Bind<Vec<u8>>
        + Bind<Option<Vec<u8>>>
{
}

/// A value of a row that is inserted.
#[derive(Debug, Clone)]
pub enum Value {
    /// An integer.
    Integer(i64),
    /// An integer, or NULL.
    OptionalInteger(Option<i64>),
    /// A truth value.
    Boolean(bool),
    /// A text.
    Text(String),
    /// A text, or NULL.
    OptionalText(Option<String>),
    /// Bytes.
    Bytes(Vec<u8>),
    /// Bytes, or NULL.
    OptionalBytes(Option<Vec<u8>>),
}

impl Value {
    pub fn bind<DB: Bindable>(self, query: &mut QueryBuilder<DB>) {
        match self {
            Value::Integer(value) => DB::bind(query, value),
            Value::OptionalInteger(value) => DB::bind(query, value),
            Value::Boolean(value) => DB::bind(query, value),
            Value::Text(value) => DB::bind(query, value),
            Value::OptionalText(value) => DB::bind(query, value),
            Value::Bytes(value) => DB::bind(query, value),
            Value::OptionalBytes(value) => DB::bind(query, value),
        }
    }
}

/// Rows of one table.
#[derive(Debug)]
pub struct TableRows {
    /// The table with its columns.
    pub into: &'static str,
    pub rows: Vec<Vec<Value>>,
}

impl TableRows {
    pub fn new<const N: usize>(into: &'static str, rows: impl IntoIterator<Item = [Value; N]>) -> TableRows {
        TableRows { into, rows: rows.into_iter().map(Vec::from).collect() }
    }
}

/// The numbers of rows of an INSERT, and of values in a list: a statement of another number would be prepared again.
pub const SIZES: [usize; 7] = [64, 32, 16, 8, 4, 2, 1];

/// Appends a list of texts for IN, filled up to one of [`SIZES`] with its last one.
pub fn push_texts<DB: Bindable>(query: &mut QueryBuilder<DB>, mut texts: Vec<String>) {
    let size = SIZES.into_iter().rev().find(|size| *size >= texts.len()).unwrap_or(texts.len());
    if let Some(last) = texts.last().cloned() {
        texts.resize(size, last);
    }
    push_list(query, texts.into_iter().map(Value::Text));
}

/// Appends `(value, value, …)`.
pub fn push_list<DB: Bindable>(query: &mut QueryBuilder<DB>, values: impl IntoIterator<Item = Value>) {
    let mut before = "(";
    for value in values {
        value.bind(query.push(before));
        before = ", ";
    }
    query.push(")");
}

/// Selects the cases after a position of the sequence, in its order.
pub fn page<DB: Bindable>(columns: &str, after: i64, limit: u32, filter: &Filter) -> QueryBuilder<DB> {
    let tables = tables(columns);
    // The index of the states has the sequence too, so that a page needs no sorting.
    let seq = if filter.status.is_some() { "projections.case_seq" } else { "cases.seq" };
    let mut query = QueryBuilder::new(format!("SELECT {columns} FROM {tables} WHERE {seq} > "));
    DB::bind(&mut query, after);
    narrow(&mut query, filter);
    DB::bind(query.push(format_args!(" ORDER BY {seq} LIMIT ")), i64::from(limit));
    query
}

/// Selects the cases of the queue after a place of its order. The plan begins with the states, so that none sorts them all; for
/// test cases it begins with these, which are few.
pub fn queue<DB: Bindable>(filter: &QueueFilter, after: Option<QueueKey>, limit: u32) -> QueryBuilder<DB> {
    let (tables, tests) = if filter.test == Some(true) {
        ("cases CROSS JOIN projections", format!(" AND {}", is_test::<DB>()))
    } else {
        ("projections CROSS JOIN cases", String::new())
    };
    let mut query =
        QueryBuilder::new(format!("SELECT {QUEUE} FROM {tables} WHERE cases.seq = projections.case_seq{tests}"));
    let order = match &filter.status {
        Some(status) if !OPEN.contains(&status.as_str()) => {
            DB::bind(query.push(" AND status = "), status.clone());
            if let Some(urgency) = &filter.urgency {
                DB::bind(query.push(" AND coalesce(urgency, 'normal') = "), urgency.clone());
            }
            if let Some(after) = after {
                DB::bind(query.push(" AND case_seq < "), after.seq);
            }
            "case_seq DESC"
        }
        status => {
            query.push(" AND queue_rank IS NOT NULL");
            if let Some(status) = status {
                // Not the index of the states: its cases would have to be sorted.
                DB::bind(query.push(" AND NOT status <> "), status.clone());
            }
            if let Some(urgency) = &filter.urgency {
                // The index begins with the rank.
                DB::bind(query.push(" AND queue_rank = "), rank(Some(urgency)));
            }
            if let Some(QueueKey { rank, waiting_since, seq }) = after {
                let place = [rank, waiting_since, seq].map(Value::Integer);
                push_list(query.push(" AND (queue_rank, queue_since, case_seq) > "), place);
            }
            "queue_rank, queue_since, case_seq"
        }
    };
    narrow_queue(&mut query, filter);
    DB::bind(query.push(format_args!(" ORDER BY {order} LIMIT ")), i64::from(limit));
    query
}

/// Appends the other conditions of the queue, each after an AND.
fn narrow_queue<DB: Bindable>(query: &mut QueryBuilder<DB>, filter: &QueueFilter) {
    match &filter.assignee {
        Some(Assignee::Name(name)) => DB::bind(query.push(" AND assignee = "), name.clone()),
        Some(Assignee::Nobody) => drop(query.push(" AND assignee IS NULL")),
        None => {}
    }
    if let Some(kind) = &filter.kind {
        DB::bind(query.push(" AND kind = "), kind.clone());
    }
    if filter.test == Some(false) {
        DB::bind(query.push(" AND test = "), false);
    }
    if let Some(before) = filter.follow_up_before {
        DB::bind(query.push(" AND follow_up < "), before);
    }
    if filter.waiting_only {
        query.push(" AND waiting_since IS NOT NULL");
    }
}

/// Writes the condition of the index of test cases; SQLite compares it word by word, and takes no parameter for it.
fn is_test<DB: Database>() -> &'static str {
    if DB::NAME == "SQLite" { "test = 1" } else { "test" }
}

/// Names the tables that hold columns.
fn tables(columns: &str) -> &'static str {
    match columns {
        CASE => CASES,
        LINE => LINES,
        _ => "cases",
    }
}

/// Selects the case of a number.
pub fn numbered<DB: Bindable>(columns: &str, number: &Number) -> QueryBuilder<DB> {
    let tables = tables(columns);
    let mut query = QueryBuilder::new(format!("SELECT {columns} FROM {tables} WHERE number = "));
    DB::bind(&mut query, number.to_string());
    query
}

/// Selects the [`super::IdempotencyRecord`] of a key.
pub fn by_key<DB: Bindable>(key: &str) -> QueryBuilder<DB> {
    let mut query = QueryBuilder::new(
        "SELECT seq, number, text_hash, receipt, module, return_code FROM cases WHERE idempotency_key = ",
    );
    DB::bind(&mut query, key.to_owned());
    query
}

/// Selects the events after a position of the chain, of one case or of all.
pub fn events<DB: Bindable>(after: i64, limit: u32, case: Option<&Number>) -> QueryBuilder<DB> {
    let mut query = QueryBuilder::new(format!("SELECT {EVENT} FROM events WHERE seq > "));
    DB::bind(&mut query, after);
    if let Some(number) = case {
        DB::bind(query.push(" AND case_number = "), number.to_string());
    }
    DB::bind(query.push(" ORDER BY seq LIMIT "), i64::from(limit));
    query
}

/// Selects the events of the store with a kind, the last one first.
pub fn store_events<DB: Bindable>(kind: EventKind, before: Option<i64>, limit: u32) -> QueryBuilder<DB> {
    let mut query = QueryBuilder::new(format!("SELECT {EVENT} FROM events WHERE case_number IS NULL AND kind = "));
    DB::bind(&mut query, kind.as_str().to_owned());
    DB::bind(query.push(" AND seq < "), before.unwrap_or(i64::MAX));
    DB::bind(query.push(" ORDER BY seq DESC LIMIT "), i64::from(limit));
    query
}

/// Selects the search hashes of a case, by its position in the sequence.
pub fn search_hashes<DB: Bindable>(seq: i64) -> QueryBuilder<DB> {
    let mut query = QueryBuilder::new("SELECT kind, hash FROM case_search WHERE case_seq = ");
    DB::bind(&mut query, seq);
    query
}

/// Selects the value of a setting.
pub fn setting<DB: Bindable>(name: &str) -> QueryBuilder<DB> {
    let mut query = QueryBuilder::new("SELECT value FROM settings WHERE name = ");
    DB::bind(&mut query, name.to_owned());
    query
}

/// Counts cases.
pub fn count<DB: Bindable>(filter: &Filter) -> QueryBuilder<DB> {
    let mut query = QueryBuilder::new(format!("SELECT count(*) FROM {LINES} WHERE 1 = 1"));
    narrow(&mut query, filter);
    query
}

/// Appends the conditions of a filter, each after an AND.
fn narrow<DB: Bindable>(query: &mut QueryBuilder<DB>, filter: &Filter) {
    if let Some(seq) = filter.seq {
        DB::bind(query.push(" AND cases.seq = "), seq);
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
    if let Some(search) = &filter.search {
        query.push(" AND cases.seq IN (SELECT case_seq FROM case_search WHERE hash = ");
        DB::bind(query, search.hash.to_vec());
        DB::bind(query.push(" AND kind = "), search.kind.as_str().to_owned());
        query.push(")");
    }
    if let Some(recipients) = &filter.not_sealed_to {
        // Not IN: each page would begin with a list of all such cases.
        query.push(" AND EXISTS (SELECT 1 FROM case_seals WHERE case_seq = cases.seq AND sealed_to <> ");
        DB::bind(query, recipients.clone());
        query.push(")");
    }
    if let Some(beginning) = &filter.number {
        // Ranges, so that each index is used; `~` sorts after every character of a number.
        let mut before = " AND cases.seq IN (SELECT seq FROM cases WHERE ";
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

/// Lists the places where a group may begin: an indexed expression, the characters that it then begins with, a further condition.
///
/// The indexes are those of the groups of three, at the characters 5 and 9, and the groups of four, at 6 and 11, are found by
/// them too: after a hyphen, and after any digit with a hyphen.
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
