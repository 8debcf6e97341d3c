//! The conversion of the cases of earlier versions, which are stored in clear.
//!
//! `convert(session, 64, &seal)` → 64 rows of `clear_cases` are sealed, inserted and removed; 0 at the end
//!
//! The migration renames the old table. Each batch is one transaction, so the conversion may be interrupted anywhere and
//! goes on where it stopped. Readers refuse the database until it ends.

use std::sync::Arc;

use sqlx::error::BoxDynError;
use sqlx::{Database, Decode, QueryBuilder, Type};

use crate::case::NewCase;
use crate::error::StoreError;
use crate::insert::{self, Placed};
use crate::query::{self, Bind, Value};
use crate::session::Session;

/// Cases that are converted in one transaction.
pub const CONVERTED_AT_ONCE: u32 = 64;
/// The actor of the events of cases that were received by an earlier version.
const SYSTEM: &str = "system";

/// A case as an earlier version stored it. Bytes of a text that are damaged become U+FFFD: one damaged row must not keep the
/// desk from starting.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct ClearCase {
    /// Position of the case in the store's sequence.
    pub seq: i64,
    /// As on the receipt.
    #[sqlx(try_from = "Lossy")]
    pub number: String,
    /// Milliseconds since the epoch, UTC.
    pub received_at: i64,
    /// The partner whose page sent it.
    #[sqlx(try_from = "OptionalLossy")]
    pub partner: Option<String>,
    /// True if it came with a partner's test key.
    pub test: bool,
    /// `ja` or `en`.
    #[sqlx(try_from = "Lossy")]
    pub locale: String,
    /// The verdict.
    pub accepted: bool,
    /// Version of the rules.
    #[sqlx(try_from = "Lossy")]
    pub ruleset: String,
    /// Digest of the module that judged, `sha256:<64 hex>`.
    #[sqlx(try_from = "Lossy")]
    pub module: String,
    /// Digest of the page's module.
    #[sqlx(try_from = "OptionalLossy")]
    pub page_module: Option<String>,
    /// The client's key of the submission.
    #[sqlx(try_from = "Lossy")]
    pub idempotency_key: String,
    /// SHA-256 of the text when it was stored.
    #[sqlx(try_from = "Lossy")]
    pub text_sha256: String,
    /// The consent record, JSON.
    #[sqlx(try_from = "Lossy")]
    pub consent: String,
    /// The receipt's bytes.
    pub receipt: Vec<u8>,
    /// The draft.
    pub text: Vec<u8>,
    /// The report of the current module.
    pub report: Vec<u8>,
    /// The report of the page's module.
    pub page_report: Option<Vec<u8>>,
}

/// A text whose bytes may be damaged.
struct Lossy(String);

/// As [`Lossy`], or NULL.
struct OptionalLossy(Option<String>);

impl From<Lossy> for String {
    fn from(Lossy(text): Lossy) -> String {
        text
    }
}

impl From<OptionalLossy> for Option<String> {
    fn from(OptionalLossy(text): OptionalLossy) -> Option<String> {
        text
    }
}

macro_rules! lossy {
    ($name:ident, $bytes:ty, $read:expr) => {
        impl<DB: Database> Type<DB> for $name
        where
            Vec<u8>: Type<DB>,
        {
            fn type_info() -> DB::TypeInfo {
                <Vec<u8> as Type<DB>>::type_info()
            }

            // A column of text is read by its bytes.
            fn compatible(_: &DB::TypeInfo) -> bool {
                true
            }
        }

        impl<'r, DB: Database> Decode<'r, DB> for $name
        where
            $bytes: Decode<'r, DB>,
        {
            fn decode(value: DB::ValueRef<'r>) -> Result<$name, BoxDynError> {
                let read: fn($bytes) -> $name = $read;
                <$bytes as Decode<'r, DB>>::decode(value).map(read)
            }
        }
    };
}

lossy!(Lossy, &'r [u8], |bytes| Lossy(String::from_utf8_lossy(bytes).into_owned()));
lossy!(OptionalLossy, Option<Lossy>, |text| OptionalLossy(text.map(String::from)));

/// Seals a case of an earlier version.
pub type Seal = Arc<dyn Fn(ClearCase) -> Result<NewCase, String> + Send + Sync>;

/// Converts the next cases; returns their number.
///
/// # Errors
/// [`StoreError`]: no case is converted.
pub(crate) async fn convert<S: Session>(session: &mut S, seal: &Seal) -> Result<usize, StoreError> {
    let columns = "SELECT seq, number, received_at, partner, test, locale, accepted, ruleset, module, page_module, \
        idempotency_key, text_sha256, consent, receipt, text, report, page_report FROM clear_cases ORDER BY seq LIMIT ";
    let mut query = QueryBuilder::new(columns);
    S::Database::bind(&mut query, i64::from(CONVERTED_AT_ONCE));
    let clear: Vec<ClearCase> = session.fetch(query).await?;
    let seqs: Vec<_> = clear.iter().map(|case| case.seq).collect();
    let cases = clear.into_iter().map(|case| {
        let seq = case.seq;
        seal(case).map(|case| (seq, case)).map_err(|why| StoreError::NotConverted(seq, why))
    });
    let cases = cases.collect::<Result<Vec<_>, _>>()?;
    let mut ends = insert::ends(session).await?;
    let mut placed = Vec::new();
    for (seq, case) in &cases {
        // Their places in the sequence stay: an export goes on where it stopped. A replay gets the receipt's bytes again.
        let receipt = case.receipt.0.clone();
        let (next, _) = Placed::after(ends, case, *seq, case.received_at, SYSTEM);
        let next = Placed { receipt, ..next };
        ends = next.ends();
        placed.push(next);
    }
    insert::write(session, &placed).await?;
    if !seqs.is_empty() {
        let mut delete = QueryBuilder::new("DELETE FROM clear_cases WHERE seq IN ");
        query::push_list(&mut delete, seqs.into_iter().map(Value::Integer));
        session.execute(delete).await?;
    }
    Ok(cases.len())
}

/// Counts the cases that are left; `None` without the table of the earlier version, which another host may have removed.
pub(crate) async fn left<S: Session>(session: &mut S) -> Result<Option<i64>, StoreError> {
    let has_table: Vec<(bool,)> = session.fetch(QueryBuilder::new(S::HAS_CLEAR_CASES)).await?;
    if has_table != [(true,)] {
        return Ok(None);
    }
    let count: Vec<(i64,)> = session.fetch(QueryBuilder::new(query::COUNT_CLEAR)).await?;
    Ok(count.first().map(|(count,)| *count))
}

/// Removes the empty table of the earlier version.
pub(crate) async fn end<S: Session>(session: &mut S) -> Result<(), StoreError> {
    session.execute(QueryBuilder::new("DROP TABLE IF EXISTS clear_cases")).await.map(drop)
}
