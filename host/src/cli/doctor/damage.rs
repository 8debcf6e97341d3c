//! Damage of the stored cases: the database's own check of its file, the newest cases, and the chain of events.
//!
//! SQLite's `integrity_check` finds torn pages and indexes that disagree with the table, but no changed values: the cases
//! are opened and compared with their columns and events, and the events with their hashes. Each check stops at a time
//! limit, and the finding says how many cases or events it verified.

use std::time::{Duration, Instant};

use kakekomi_service::sealed_case::{CaseReader, ReturnCodeCheck};
use kakekomi_store::receipt_number::Number;
use kakekomi_store::{CASES_A_PAGE, Case, Event, Filter, Store, StoreError};

use super::finding::{Finding, Outcome, error, warning};
use super::{accounts, keys, organizations};
use crate::cli::audit::Verification;
use crate::cli::cases::{open_and_compare, search_fault};
use crate::cli::rebuild::{all_events, differences, state_of, stored};
use crate::config::Settings;

/// Time limit of SQLite's check: enough for some gigabytes.
const INTEGRITY_TIMEOUT: Duration = Duration::from_mins(1);
/// Number of the newest cases that are verified; `cases export` and `recheck` verify all.
const NEWEST_CASES: i64 = 1000;
/// Time limit of that verification.
const NEWEST_TIMEOUT: Duration = Duration::from_secs(30);
/// Time limit of the verification of the chain.
const CHAIN_TIMEOUT: Duration = Duration::from_secs(30);
/// Number of damaged cases that the message names.
const NAMED_CASES: usize = 5;

/// Checks a store for damage; `shown` is its name in the messages.
pub async fn look(store: &dyn Store, settings: &Settings, shown: &str) -> Vec<Finding> {
    // A wrong key is reported by `keys`.
    let reader = settings.reader().ok().flatten();
    let mut found = vec![
        Finding::new("integrity", integrity(store, shown).await),
        Finding::new("cases", newest(store, reader.as_ref()).await),
    ];
    match Verification::of(store, &[], Some(CHAIN_TIMEOUT)).await {
        Ok(verified) => {
            found.push(Finding::new("audit", chain(&verified)));
            found.push(Finding::new("accounts", of_accounts(store, settings, &verified).await));
            found.push(Finding::new("organizations", of_organizations(store, settings).await));
            found.extend(keys::service_opens(settings, verified.for_service.as_ref()));
        }
        Err(error) => found.push(Finding::new("audit", Err(error.into()))),
    }
    found
}

/// Compares the accounts with the events that were read.
async fn of_accounts(store: &dyn Store, settings: &Settings, verified: &Verification) -> Outcome {
    if !verified.complete {
        return warning("they were not compared with their events, since not all events were read in time");
    }
    match keys::identities(settings)? {
        Some(identities) => accounts::compare(store, &identities, &verified.of_accounts, verified.last_seq).await,
        None => Ok("they are not compared with their events: no identity is here to open these".to_owned()),
    }
}

/// Compares the register of organizations with its events.
async fn of_organizations(store: &dyn Store, settings: &Settings) -> Outcome {
    match keys::identities(settings)? {
        Some(identities) => organizations::compare(store, &identities).await,
        None => Ok("they are not compared with their events: no identity is here to open these".to_owned()),
    }
}

/// Reports the verification of the chain of events.
fn chain(verified: &Verification) -> Outcome {
    if verified.fault_count > 0 {
        let named = verified.faults.iter().take(NAMED_CASES).map(String::as_str).collect::<Vec<_>>().join("; ");
        return error(format!("{named}; {} in all; kakekomi audit verify names them", verified.fault_count));
    }
    let events = verified.events;
    if !verified.complete {
        return warning(format!(
            "{events} events were verified within {CHAIN_TIMEOUT:?}; kakekomi audit verify verifies all"
        ));
    }
    Ok(format!("all {events} events match their hashes"))
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

async fn newest(store: &dyn Store, reader: Option<&CaseReader>) -> Outcome {
    let Verified { count, is_late, damaged, without_code } = verify(store, reader).await?;
    if !damaged.is_empty() {
        let named = damaged.iter().take(NAMED_CASES).map(String::as_str).collect::<Vec<_>>().join("; ");
        return error(format!("{named}; {} in all; cases export names every damaged case", damaged.len()));
    }
    let far = if is_late { format!(" (as many as {NEWEST_TIMEOUT:?} allowed)") } else { String::new() };
    Ok(match reader {
        Some(_) if without_code > 0 => format!(
            "the newest {count}{far} were opened, and are as they were stored; the return codes of {without_code} cannot be \
             compared, since an earlier version did not seal them"
        ),
        Some(_) => format!("the newest {count}{far} were opened, and are as they were stored"),
        None => format!(
            "the clear columns of the newest {count}{far} are as they were stored; no identity is here to open them"
        ),
    })
}

/// The result of a verification of cases.
#[derive(Debug, Default)]
struct Verified {
    count: u64,
    is_late: bool,
    damaged: Vec<String>,
    /// Cases of an earlier version, which sealed no hash of the return code.
    without_code: u64,
}

/// Counts the verified cases, and describes the damaged ones.
async fn verify(store: &dyn Store, reader: Option<&CaseReader>) -> Result<Verified, StoreError> {
    let (started, mut verified) = (Instant::now(), Verified::default());
    let mut after = store.last().await?.saturating_sub(NEWEST_CASES).max(0);
    loop {
        let cases = store.cases(after, CASES_A_PAGE, &Filter::default()).await?;
        if cases.is_empty() {
            return Ok(verified);
        }
        if started.elapsed() > NEWEST_TIMEOUT {
            return Ok(Verified { is_late: true, ..verified });
        }
        for case in cases {
            verified.count += 1;
            match case {
                Err(unreadable) => {
                    after = unreadable.seq;
                    verified.damaged.push(unreadable.to_string());
                }
                Ok(case) => {
                    after = case.line.seq;
                    let faults = faults(store, reader, &case, &mut verified.without_code).await?.join("; ");
                    if !faults.is_empty() {
                        verified.damaged.push(format!("case {} (seq {after}) is damaged: {faults}", case.line.number));
                    }
                }
            }
        }
    }
}

/// Lists the faults of a case: of its clear columns, of its events, and with an identity of its contents and its state.
async fn faults(
    store: &dyn Store,
    reader: Option<&CaseReader>,
    case: &Case,
    without_code: &mut u64,
) -> Result<Vec<String>, StoreError> {
    let mut faults = case.faults();
    let Ok(number) = Number::read(&case.line.number) else { return Ok(faults) };
    let events = all_events(store, &number).await?;
    if let Some(reader) = reader {
        faults.extend(contents(store, reader, case, &events, without_code).await?);
    }
    let (last_n, state) = (case.last_n, state_of(reader, case, &events));
    match state {
        Ok(state) => faults.extend(differences(&stored(case), &state)),
        // Without an identity only the number of its events is comparable.
        Err(_) if reader.is_none() && events.last().is_some_and(|event| event.n == Some(last_n)) => {}
        Err(_) if reader.is_none() => {
            faults.push(format!("its state ends at event {last_n}, which is not its last event"));
        }
        Err(why) => faults.push(format!("its state cannot be compared: {why}")),
    }
    Ok(faults)
}

async fn contents(
    store: &dyn Store,
    reader: &CaseReader,
    case: &Case,
    events: &[Event],
    without_code: &mut u64,
) -> Result<Vec<String>, StoreError> {
    let mut faults = Vec::new();
    let Some(opened) = open_and_compare(reader, case, &mut faults) else { return Ok(faults) };
    faults.extend(search_fault(store, reader, case, &opened).await?);
    if events.first().is_none_or(|first| first.commitment.as_slice() != opened.commitment()) {
        faults.push("its first event committed to other contents".to_owned());
    }
    let Ok(number) = Number::read(&case.line.number) else { return Ok(faults) };
    match opened.check_return_code(events, store.return_code(&number).await?.as_deref()) {
        Ok(ReturnCodeCheck::Same) => {}
        Ok(ReturnCodeCheck::NotSealed) => *without_code = without_code.saturating_add(1),
        Ok(ReturnCodeCheck::Different) => {
            faults.push("the hash of its return code is not the one that was sealed last".to_owned());
        }
        Err(error) => faults.push(format!("its return code cannot be compared: {error}")),
    }
    Ok(faults)
}
