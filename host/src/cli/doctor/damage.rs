//! Damage of the stored cases: the database's own check of its file, and the newest cases against their digests.
//!
//! SQLite's `integrity_check` finds torn pages and indexes that disagree with the table, but no changed text: a text is
//! compared with its SHA-256 instead. Both checks stop at a time limit, and the finding names how far they came.

use std::time::{Duration, Instant};

use kakekomi_store::{CASES_A_PAGE, Filter, Store, StoreError};

use super::finding::{Finding, Outcome, error, warning};

/// Time limit of SQLite's check: enough for some gigabytes.
const INTEGRITY_TIMEOUT: Duration = Duration::from_mins(1);
/// Number of the newest cases that are verified; `cases export` and `recheck` verify all.
const NEWEST_CASES: i64 = 1000;
/// Time limit of that verification.
const NEWEST_TIMEOUT: Duration = Duration::from_secs(30);
/// Number of damaged cases that the message names.
const NAMED_CASES: usize = 5;

/// Checks a store for damage; `shown` is its name in the messages.
pub async fn look(store: &dyn Store, shown: &str) -> [Finding; 2] {
    [Finding::new("integrity", integrity(store, shown).await), Finding::new("cases", newest(store).await)]
}

async fn integrity(store: &dyn Store, shown: &str) -> Outcome {
    let found = store.integrity(INTEGRITY_TIMEOUT).await?;
    if !found.faults.is_empty() {
        let faults = found.faults.join("; ");
        return error(format!(
            "{shown} is damaged: {faults}: stop the desk, keep a copy of the file, restore the last backup"
        ));
    }
    match found.complete {
        Some(true) => Ok(format!("integrity_check finds nothing wrong with {shown}")),
        Some(false) => warning(format!(
            "{shown} was not checked to its end within {INTEGRITY_TIMEOUT:?}: PRAGMA integrity_check of sqlite3 does"
        )),
        None => Ok(format!("{shown} checks its own files (data_checksums, pg_amcheck)")),
    }
}

async fn newest(store: &dyn Store) -> Outcome {
    let (verified, damaged) = verify(store).await?;
    if damaged.is_empty() {
        return Ok(format!("the newest {verified} are as they were stored"));
    }
    let named = damaged.iter().take(NAMED_CASES).map(String::as_str).collect::<Vec<_>>().join("; ");
    error(format!("{named}; {} in all; cases export names every damaged case", damaged.len()))
}

/// Counts the verified cases, and describes the damaged ones.
async fn verify(store: &dyn Store) -> Result<(u64, Vec<String>), StoreError> {
    let started = Instant::now();
    let mut after = store.last().await?.saturating_sub(NEWEST_CASES).max(0);
    let (mut verified, mut damaged) = (0, Vec::new());
    while started.elapsed() < NEWEST_TIMEOUT {
        let cases = store.cases(after, CASES_A_PAGE, &Filter::default()).await?;
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
                    let faults = case.faults().join("; ");
                    if !faults.is_empty() {
                        damaged.push(format!("case {} (seq {after}) is damaged: {faults}", case.line.number));
                    }
                }
            }
        }
    }
    Ok((verified, damaged))
}
