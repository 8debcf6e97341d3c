//! Damage of the stored cases: the database's own look at its file, and the newest cases against their digests.
//!
//! SQLite's `integrity_check` sees torn pages and indexes that disagree with the table, and no changed text: a text is
//! held against its SHA-256 instead. Both have a time after which they say how far they came.

use std::time::{Duration, Instant};

use kakekomi_store::{CASES_A_PAGE, Filter, Store, StoreError};

use super::finding::Finding;

/// How long SQLite may look at its file: enough for some gigabytes.
const INTEGRITY_PATIENCE: Duration = Duration::from_mins(1);
/// How many of the newest cases are verified; `cases export` and `recheck` verify all.
const NEWEST: i64 = 1000;
/// How long that may take.
const NEWEST_PATIENCE: Duration = Duration::from_secs(30);
/// How many damaged cases are named.
const NAMED: usize = 5;

/// What there is to know of damage in a store.
pub async fn look(store: &dyn Store, shown: &str) -> Vec<Finding> {
    vec![integrity(store, shown).await, newest(store).await]
}

async fn integrity(store: &dyn Store, shown: &str) -> Finding {
    let found = match store.integrity(INTEGRITY_PATIENCE).await {
        Ok(found) => found,
        Err(error) => return Finding::error("integrity", error.to_string()),
    };
    if !found.faults.is_empty() {
        let faults = found.faults.join("; ");
        let said =
            format!("{shown} is damaged: {faults}: stop the desk, keep a copy of the file, restore the last backup");
        return Finding::error("integrity", said);
    }
    match found.complete {
        Some(true) => Finding::ok("integrity", format!("integrity_check finds nothing wrong with {shown}")),
        Some(false) => Finding::warning(
            "integrity",
            format!(
                "{shown} was not checked to its end within {INTEGRITY_PATIENCE:?}: PRAGMA integrity_check of sqlite3 does"
            ),
        ),
        None => Finding::ok("integrity", format!("{shown} checks its own files (data_checksums, pg_amcheck)")),
    }
}

async fn newest(store: &dyn Store) -> Finding {
    match verify(store).await {
        Err(error) => Finding::error("cases", error.to_string()),
        Ok((_, damaged)) if !damaged.is_empty() => {
            let named = damaged.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join("; ");
            let many = damaged.len();
            Finding::error("cases", format!("{named}; {many} in all; cases export names every damaged case"))
        }
        Ok((verified, _)) => Finding::ok("cases", format!("the newest {verified} are as they were stored")),
    }
}

/// How many cases were verified, and those that are damaged, in words.
async fn verify(store: &dyn Store) -> Result<(u64, Vec<String>), StoreError> {
    let started = Instant::now();
    let all = Filter::default();
    let mut after = store.last().await?.saturating_sub(NEWEST).max(0);
    let (mut verified, mut damaged) = (0, Vec::new());
    while started.elapsed() < NEWEST_PATIENCE {
        let cases = store.cases(after, CASES_A_PAGE, &all).await?;
        if cases.is_empty() {
            break;
        }
        for case in cases {
            verified += 1;
            match case {
                Err(unreadable) => {
                    after = unreadable.seq;
                    damaged.push(unreadable.to_string());
                }
                Ok(case) => {
                    after = case.line.seq;
                    let faults = case.faults();
                    if !faults.is_empty() {
                        damaged.push(format!(
                            "case {} (seq {after}) is damaged: {}",
                            case.line.number,
                            faults.join("; ")
                        ));
                    }
                }
            }
        }
    }
    Ok((verified, damaged))
}
