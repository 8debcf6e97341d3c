//! `kakekomi audit verify`: each event against its hash, each case against its events, and the chain against kept heads.
//!
//! one changed actor → `event 7 of kind "case.viewed" is not as it was written: its hash does not match`, exit 5

use std::collections::HashMap;
use std::time::{Duration, Instant};

use clap::Args;
use kakekomi_store::receipt_number::Number;
use kakekomi_store::{
    self as store, AuditCheck, AuditFault, AuditHead, CaseLine, Event, EventKind, Filter, LINES_A_PAGE, Store,
    StoreError,
};
use serde::Serialize;

use crate::cli::args::{FormatArgs, StorageArgs};
use crate::cli::doctor::{is_for_service, is_of_account};
use crate::cli::print;
use crate::config::Settings;
use crate::error::{CliError, Exit};

/// The number of faults that are named; the others are counted.
const NAMED_FAULTS: usize = 20;

/// Flags of `audit verify`.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    #[command(flatten)]
    storage: StorageArgs,
    /// A head that was kept elsewhere; may be given several times
    #[arg(long, value_name = "SEQ:HASH")]
    head: Vec<AuditHead>,
    #[command(flatten)]
    format: FormatArgs,
}

/// The result of a verification.
#[derive(Debug, Default, Serialize)]
pub struct Verification {
    /// Events that were read.
    pub events: u64,
    /// Cases that were compared with their events.
    pub cases: u64,
    /// The last event that was read, `SEQ:HASH`.
    pub head: String,
    /// The first faults.
    pub faults: Vec<String>,
    /// The number of all faults.
    pub fault_count: usize,
    /// False where the time limit ended it.
    pub complete: bool,
    /// The events that say how accounts have to be.
    #[serde(skip)]
    pub of_accounts: Vec<Event>,
    /// The last event that is sealed to the service as well and still has its body.
    #[serde(skip)]
    pub for_service: Option<Event>,
    /// The position of the last event.
    #[serde(skip)]
    pub last_seq: i64,
}

/// Verifies the events and prints the result.
pub async fn run(args: VerifyArgs, file: Settings) -> Result<Exit, CliError> {
    let store = store::open_existing(&args.storage.settings(file).database_url()).await?;
    let verified = Verification::of(&*store, &args.head, None).await?;
    store.close().await?;
    let exit = if verified.fault_count == 0 { Exit::Accepted } else { Exit::Io };
    if args.format.is_json() {
        print::record(&verified)?;
        return Ok(exit);
    }
    for fault in &verified.faults {
        print::words(&format!("kakekomi: {fault}"));
    }
    let Verification { events, cases, head, fault_count, .. } = &verified;
    print::line(format!("{events} events of {cases} cases, {fault_count} faults, head {head}"))?;
    Ok(exit)
}

impl Verification {
    /// Reads all events, within a time limit if there is one.
    ///
    /// # Errors
    /// [`StoreError`]: the events cannot be read.
    pub async fn of(
        store: &dyn Store,
        heads: &[AuditHead],
        within: Option<Duration>,
    ) -> Result<Verification, StoreError> {
        let started = Instant::now();
        let is_late = || within.is_some_and(|within| started.elapsed() > within);
        // Before the events: the events of a case that arrives meanwhile come after those that are read.
        let last_case = store.last().await?;
        let mut reading = Reading { heads: heads.to_vec(), ..Reading::default() };
        loop {
            let events = store.events(reading.check.head().seq, LINES_A_PAGE, None).await?;
            if events.is_empty() {
                reading.at_the_end();
                break;
            }
            for event in &events {
                reading.read(event);
            }
            if is_late() {
                return Ok(reading.found);
            }
        }
        reading.compare_cases(store, last_case).await?;
        reading.found.complete = true;
        Ok(reading.found)
    }

    /// Keeps an event whose body `doctor` opens.
    fn keep(&mut self, event: &Event) {
        self.last_seq = event.seq;
        if is_of_account(event) {
            self.of_accounts.push(event.clone());
        }
        if is_for_service(event) && event.body.is_some() {
            self.for_service = Some(event.clone());
        }
    }

    fn add(&mut self, fault: String) {
        self.fault_count += 1;
        if self.faults.len() < NAMED_FAULTS {
            self.faults.push(fault);
        }
    }
}

/// The last event of a case, and the bodies of all its events.
#[derive(Debug, Clone, Copy, Default)]
struct LastEvent {
    /// Its number in the case.
    n: i64,
    is_erasure: bool,
    /// The commitment of `case.received`, whose body is in the seal. The events that the draft caused itself have the same one,
    /// and no body of their own.
    record: [u8; 32],
    /// The first other event whose body is missing.
    without_body: Option<i64>,
    /// The first event that has a body.
    with_body: Option<i64>,
}

/// The state between two events.
#[derive(Debug, Default)]
struct Reading {
    check: AuditCheck,
    heads: Vec<AuditHead>,
    cases: HashMap<Box<str>, LastEvent>,
    found: Verification,
}

impl Reading {
    fn read(&mut self, event: &Event) {
        self.found.events += 1;
        self.found.keep(event);
        if let Err(fault) = self.check.next(event) {
            self.found.add(fault.to_string());
        }
        for fault in self.heads.iter().filter_map(|kept| self.check.compare(kept).err()) {
            self.found.add(fault.to_string());
        }
        if let Some(fault) = self.order_fault(event) {
            self.found.add(fault);
        }
    }

    /// Finds an event that does not follow the last one of its case.
    fn order_fault(&mut self, event: &Event) -> Option<String> {
        let seq = event.seq;
        let Some((number, n)) = event.case_number.as_deref().zip(event.n) else {
            return event.body.is_none().then(|| format!("event {seq} of the store has lost its body"));
        };
        let kind: Option<EventKind> = event.kind.parse().ok();
        let is_erasure = kind == Some(EventKind::CaseErased);
        let is_first = kind == Some(EventKind::CaseReceived);
        let before = self.cases.get(number).copied().unwrap_or_default();
        let (last, was_erased) = (before.n, before.is_erasure);
        let commitment = event.commitment.as_slice().try_into().unwrap_or_default();
        let record = if is_first { commitment } else { before.record };
        let now = LastEvent {
            n,
            is_erasure,
            record,
            without_body: before.without_body.or((event.body.is_none() && commitment != record).then_some(seq)),
            with_body: before.with_body.or(event.body.is_some().then_some(seq)),
        };
        self.cases.insert(number.into(), now);
        if n != last.saturating_add(1) {
            return Some(format!("event {seq} is number {n} of case {number}, after number {last}"));
        }
        if was_erased {
            return Some(format!("event {seq} follows the erasure of case {number}"));
        }
        (is_first != (n == 1)).then(|| format!("event {seq} of case {number} is {:?} as number {n}", event.kind))
    }

    fn at_the_end(&mut self) {
        let head = self.check.head();
        self.found.head = head.to_string();
        for kept in self.heads.iter().filter(|kept| kept.seq > head.seq) {
            self.found.add(AuditFault::Short { last: head.seq, kept: kept.seq }.to_string());
        }
    }

    /// Finds cases without events, and cases whose state contradicts the erasure among them.
    async fn compare_cases(&mut self, store: &dyn Store, last: i64) -> Result<(), StoreError> {
        let (mut after, filter) = (0, Filter::default());
        while after < last {
            let lines = store.lines(after, LINES_A_PAGE, &filter).await?;
            if lines.is_empty() {
                break;
            }
            for line in lines {
                let line = match line {
                    Ok(line) => line,
                    Err(damaged) => {
                        after = damaged.seq;
                        self.found.add(damaged.to_string());
                        continue;
                    }
                };
                after = line.seq;
                if after > last {
                    break;
                }
                self.found.cases += 1;
                if let Some(fault) = case_fault(&line, self.cases.remove(line.number.as_str())) {
                    self.found.add(fault);
                }
            }
        }
        self.find_missing_cases(store).await
    }

    /// Finds events of cases that do not exist; a case that arrived meanwhile exists.
    async fn find_missing_cases(&mut self, store: &dyn Store) -> Result<(), StoreError> {
        for number in std::mem::take(&mut self.cases).into_keys() {
            let exists = match Number::read(&number) {
                Ok(read) => store.show(&read).await?.is_some(),
                Err(_) => false,
            };
            if !exists {
                self.found.add(format!("case {number} has events, but does not exist"));
            }
        }
        Ok(())
    }
}

/// Finds a contradiction between a case and its events: no events, another state, bodies of an erased case, or bodies that
/// are missing though the case was not erased.
fn case_fault(line: &CaseLine, last: Option<LastEvent>) -> Option<String> {
    let case = format!("case {} (seq {})", line.number, line.seq);
    let Some(last) = last else { return Some(format!("{case} has no events")) };
    if last.is_erasure != line.is_erased() {
        return Some(format!("{case} is {:?}, which its events contradict", line.status));
    }
    match (last.is_erasure, last.without_body, last.with_body) {
        (false, Some(event), _) => Some(format!("event {event} has lost its body, and {case} was not erased")),
        (true, _, Some(event)) => Some(format!("event {event} still has its body, though {case} was erased")),
        _ => None,
    }
}
