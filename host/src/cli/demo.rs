//! `kakekomi demo`: fills a database with 30 invented cases, in all states and with all outcomes.
//!
//! `kakekomi demo --data trial` → `30 invented cases are in the database`
//!
//! The cases are data ([`CASES`]). Each is judged and stored as a submission is, and its later events are sealed as an operator's
//! are; only their moments lie in the past. A second run stores nothing: the cases have fixed idempotency keys.

use std::sync::Arc;

use clap::Args;
use kakekomi_core::Locale;
use kakekomi_sandbox::Sandbox;
use kakekomi_service::capacity::{Capacity, CapacityLimits};
use kakekomi_service::desk::Desk;
use kakekomi_service::embedded_module::sandbox_config;
use kakekomi_service::example::example;
use kakekomi_service::sealed_case::{CaseSealer, EventDraft, seal_event};
use kakekomi_service::submit::{IdempotencyKey, Intake, Outcome, PageModule, Submission};
use kakekomi_store::receipt_number::Number;
use kakekomi_store::{self as store, Appended, EventKind, Store, StoreError, clock};
use serde::Deserialize;
use serde_json::{Value, json};

use super::args::{DeskArgs, StorageArgs};
use super::block_on::block_on;
use super::keys_at_start::{demand_same_hash_key, seal_store};
use super::print;
use crate::config::Settings;
use crate::error::{CliError, Exit};

/// The cases and their events.
const CASES: &str = include_str!("demo/cases.toml");
/// Milliseconds of a minute.
const MINUTE: i64 = 60_000;
/// Time between the discovery of an incident and its application, in milliseconds.
const DISCOVERED_BEFORE: i64 = 50 * MINUTE;
/// Milliseconds of a day.
const DAY: i64 = 24 * 60 * MINUTE;

/// Flags of `demo`.
#[derive(Debug, Args)]
pub struct DemoArgs {
    #[command(flatten)]
    storage: StorageArgs,
    #[command(flatten)]
    desk: DeskArgs,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DemoCases {
    case: Vec<DemoCase>,
}

/// An invented case.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DemoCase {
    minutes_ago: i64,
    /// Its kind of incident, whose example gives the other answers.
    kind: String,
    company: String,
    person: String,
    phone: String,
    ongoing: String,
    summary: String,
    #[serde(default)]
    steps: Vec<DemoStep>,
}

/// A later event of an invented case.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DemoStep {
    /// Minutes after the case arrived.
    minutes: i64,
    /// The operator; the applicant without one.
    by: Option<String>,
    kind: String,
    #[serde(default)]
    body: Value,
    /// Days from now until the follow-up date.
    follow_up_days: Option<i64>,
    /// The other case, by its place in the list.
    duplicate_of: Option<usize>,
    /// The answers of the applicant, by question.
    answers: Option<Value>,
}

/// Stores the cases that are not there yet.
pub fn run(args: DemoArgs, file: Settings) -> Result<Exit, CliError> {
    let desk = args.desk.load(&file)?;
    block_on(fill(desk, args.storage.settings(file)))?
}

async fn fill(desk: Desk, settings: Settings) -> Result<Exit, CliError> {
    let DemoCases { case: cases } = toml::from_str(CASES).map_err(|error| CliError::Usage(error.to_string()))?;
    settings.create_data_folder()?;
    // Beside a desk that serves, or before the first one does.
    let (store, sealer) = open(&settings).await?;
    let service = settings.key_folder()?.service()?.recipients().into_iter().next();
    let intake = Intake {
        desk: Arc::new(desk),
        sandbox: Arc::new(Sandbox::new(sandbox_config())?),
        store,
        sealer,
        capacity: Arc::new(Capacity::new(
            CapacityLimits { min_free_mib: 0, address_quota_mib: 0, daily_quota_mib: 0 },
            None,
        )),
        retired: Arc::default(),
        rulesets: Arc::default(),
    };
    let demo = Demo { intake, now: clock::now(), service, numbers: vec![None; cases.len()] };
    let stored = demo.play(&cases).await?;
    print::words(&match stored {
        0 => "kakekomi: the invented cases are in the database already".to_owned(),
        stored => format!("kakekomi: {stored} invented cases are in the database"),
    });
    Ok(Exit::Accepted)
}

/// Opens the database of a desk with its keys, or makes a new one.
async fn open(settings: &Settings) -> Result<(Arc<dyn Store>, Arc<CaseSealer>), CliError> {
    let url = settings.database_url();
    match store::open_to_write(&url).await {
        Ok(store) => {
            let sealer = settings.sealer()?;
            // A database on a server may be another data folder's, with other keys.
            demand_same_hash_key(&*store, &sealer, &settings.key_folder()?).await?;
            Ok((store, Arc::new(sealer)))
        }
        Err(StoreError::Missing(_)) => seal_store(settings).await,
        Err(StoreError::Foreign(_)) if is_empty(&url).await => seal_store(settings).await,
        Err(error) => Err(error.into()),
    }
}

/// Reports whether a database on a server has none of the tables yet.
async fn is_empty(url: &str) -> bool {
    store::file_of(url).is_none() && store::migrations(url).await.is_ok_and(|steps| steps.iter().all(|step| !step.done))
}

/// A database that is being filled.
struct Demo {
    intake: Intake,
    now: i64,
    /// The recipient of what the applicant may read.
    service: Option<String>,
    /// The numbers of the cases that were stored.
    numbers: Vec<Option<Number>>,
}

impl Demo {
    /// Stores all cases and events in the order of their moments; returns the number of stored cases.
    async fn play(mut self, cases: &[DemoCase]) -> Result<usize, CliError> {
        let mut moments: Vec<(i64, usize, Option<&DemoStep>)> = Vec::new();
        for (place, case) in cases.iter().enumerate() {
            let received_at = self.now - case.minutes_ago * MINUTE;
            moments.push((received_at, place, None));
            moments.extend(case.steps.iter().map(|step| (received_at + step.minutes * MINUTE, place, Some(step))));
        }
        moments.sort_by_key(|(at, place, step)| (*at, *place, step.is_some()));
        for (at, place, step) in moments {
            match (step, cases.get(place)) {
                (None, Some(case)) => self.receive(place, case, at).await?,
                (Some(step), _) => self.step(place, step, at).await?,
                (None, None) => {}
            }
        }
        self.intake.store.close().await?;
        Ok(self.numbers.iter().flatten().count())
    }

    /// Submits a case; one that an earlier run stored is left as it is.
    async fn receive(&mut self, place: usize, case: &DemoCase, at: i64) -> Result<(), CliError> {
        let key = IdempotencyKey::read(format!("kakekomi-demo-{place}").as_bytes())
            .ok_or_else(|| CliError::Usage("the key of a demo case".to_owned()))?;
        let text = case.draft(&self.intake.desk, at)?;
        let submission = Submission {
            by_phone: None,
            text: text.into_bytes().into(),
            key,
            module: PageModule::Current,
            locale: Locale::Ja,
            through: None,
            client: None,
            return_hash: None,
        };
        match self.intake.submit(submission, at).await.outcome {
            Outcome::Stored(receipt) => {
                let receipt: Value = serde_json::from_slice(&receipt)?;
                let number = receipt.get("number").and_then(Value::as_str).and_then(|number| Number::read(number).ok());
                if let Some(slot) = self.numbers.get_mut(place) {
                    *slot = number;
                }
                Ok(())
            }
            Outcome::Reused | Outcome::Replayed(_) | Outcome::Erased => Ok(()),
            refused => Err(CliError::Usage(format!("demo case {place} was refused: {refused:?}"))),
        }
    }

    async fn step(&self, place: usize, step: &DemoStep, at: i64) -> Result<(), CliError> {
        let Some(Some(number)) = self.numbers.get(place) else { return Ok(()) };
        let store = &*self.intake.store;
        let kind: EventKind =
            step.kind.parse().map_err(|_| CliError::Usage(format!("demo case {place}: no event {}", step.kind)))?;
        let actor = step.by.as_ref().map_or_else(|| "applicant".to_owned(), |name| format!("operator:{name}"));
        let is_for_applicant = [EventKind::QuestionAsked, EventKind::DisclosureShared].contains(&kind);
        let draft = EventDraft {
            at,
            actor: &actor,
            kind,
            body: &self.body(step),
            after: None,
            also_to: self.service.as_deref().filter(|_| is_for_applicant),
        };
        let Some(Ok(case)) = store.show(number).await? else { return Err(CliError::NoCase(number.to_string())) };
        match store.append(vec![seal_event(&case, &draft)?]).await?.first() {
            Some(Appended::Stored { .. }) => Ok(()),
            refused => Err(CliError::Usage(format!("demo case {place}: {} was refused: {refused:?}", step.kind))),
        }
    }

    fn body(&self, step: &DemoStep) -> Value {
        if let Some(answers) = &step.answers {
            let text = json!({ "other": answers }).to_string();
            let (module, ruleset) = (format!("sha256:{}", self.intake.sandbox.current()), kakekomi_core::RULESET);
            return json!({ "module": module, "ruleset": ruleset, "text": text, "report": Value::Null });
        }
        let mut body = step.body.as_object().cloned().unwrap_or_default();
        if let Some(days) = step.follow_up_days {
            body.insert("at".to_owned(), (self.now + days * DAY).into());
        }
        if let Some(Some(other)) = step.duplicate_of.map(|other| self.numbers.get(other).cloned().flatten()) {
            body.insert("duplicate_of".to_owned(), other.to_string().into());
        }
        body.into()
    }
}

impl DemoCase {
    /// Makes the draft out of the example of its kind.
    fn draft(&self, desk: &Desk, at: i64) -> Result<String, CliError> {
        let example =
            example(&self.kind, desk).ok_or_else(|| CliError::Usage(format!("no example of {}", self.kind)))?;
        let mut draft: Value = serde_json::from_str(&example)?;
        let ongoing = if self.ongoing == "unknown" { json!({ "unknown": true }) } else { json!(self.ongoing) };
        let contact = json!({ "company": self.company, "person": self.person, "phone": self.phone,
            "responsible": { "unknown": true } });
        let discovered_at = clock::format_rfc3339(at - DISCOVERED_BEFORE, &desk.profile().calendar.offset);
        let discovered_at = discovered_at.get(.."2026-11-20T09:30".len()).unwrap_or_default();
        let incident = [
            ("summary", json!(self.summary)),
            ("ongoing", ongoing),
            ("discovered_at", json!({ "at": discovered_at })),
            ("occurred_at", json!({ "unknown": true })),
        ];
        if let Value::Object(sections) = &mut draft {
            sections.insert("contact".to_owned(), contact);
            if let Some(Value::Object(fields)) = sections.get_mut("incident") {
                fields.extend(incident.map(|(name, value)| (name.to_owned(), value)));
                fields.retain(|name, _| !["target", "operation", "requests", "purpose"].contains(&name.as_str()));
                fields.insert("purpose".to_owned(), json!({ "unknown": true }));
            }
            if let Some(Value::Object(consent)) = sections.get_mut("consent") {
                consent.insert("agreed_at".to_owned(), (at - MINUTE).into());
            }
            sections.remove("service");
        }
        Ok(draft.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    use kakekomi_store::OUTCOMES;

    #[test]
    fn cases_have_an_intent_remote_work_and_a_report() {
        let DemoCases { case: cases } = toml::from_str(CASES).unwrap();
        let kinds: BTreeSet<_> = cases.iter().flat_map(|case| &case.steps).map(|step| step.kind.as_str()).collect();
        for kind in ["intent.recorded", "intent.given", "handover.released", "remote.action", "forensics_report.used"] {
            assert!(kinds.contains(kind), "{kind}");
        }
    }

    #[test]
    fn there_are_30_cases_with_all_outcomes() {
        let DemoCases { case: cases } = toml::from_str(CASES).unwrap();
        assert_eq!(cases.len(), 30);
        let outcomes: BTreeSet<_> = cases
            .iter()
            .flat_map(|case| &case.steps)
            .filter_map(|step| match step.kind.as_str() {
                "case.withdrawn" => Some("withdrawn"),
                _ => step.body.get("outcome").and_then(Value::as_str),
            })
            .collect();
        assert_eq!(outcomes, OUTCOMES.into_iter().collect());
    }
}
