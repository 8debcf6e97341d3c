//! The case as the applicant sees it: its state, the open questions, and what the desk disclosed.
//!
//! events of `2609-4873-1059` → `{"number":"2609-4873-1059","state":"waiting","questions":[{"id":"q1",…}],…}`
//!
//! Open are the questions after the last answer. Each disclosure is recorded as opened before it is shown.

use std::collections::BTreeSet;
use std::sync::Arc;

use kakekomi_core::questions::{self, Question};
use kakekomi_core::{Context, Locale};
use kakekomi_sealing::Identities;
use kakekomi_store::{Appended, Case, Event, EventKind, NewEvent};
use serde_json::{Value, json};

use super::case_file::CaseFile;
use super::exchange::{CaseState, Disclosure};
use super::{ReturnVisits, Visit, VisitRefusal};
use crate::sealed_case::{EventDraft, EventError, open_event, seal_event};
use crate::submit::engine_failed;

/// Events that are read at a time.
const EVENTS_A_PAGE: u32 = 200;
/// The actor of an event that the applicant caused.
pub(super) const APPLICANT: &str = "applicant";
/// The state of a closed case.
const CLOSED: &str = "closed";

/// A case with what its events say to the applicant.
#[derive(Debug, Clone)]
pub(super) struct ReadCase {
    pub case: Arc<Case>,
    pub questions: Vec<Question>,
    pub disclosures: Vec<Disclosure>,
    /// The disclosures that were opened before.
    opened: BTreeSet<i64>,
}

impl ReturnVisits {
    /// Reads the case of a visit, and records the disclosures that it shows for the first time.
    ///
    /// # Errors
    /// [`VisitRefusal`].
    pub async fn state(&self, visit: &Visit, locale: Locale, now: i64) -> Result<CaseState, VisitRefusal> {
        let read = self.read(visit).await?;
        self.record_opened(&read, now).await?;
        let context = self.context_of(&read, locale, now)?.to_bytes();
        let context = serde_json::from_slice(&context).map_err(|error| engine_failed(&error))?;
        let files = self.intake.store.files_of(&visit.number).await?;
        let files = files.into_iter().map(|line| CaseFile::from(line.at(now))).collect();
        let line = &read.case.line;
        Ok(CaseState {
            number: line.number.clone(),
            received_at: line.received_at,
            state: line.status.clone(),
            outcome: line.outcome.clone(),
            questions: read.questions,
            files,
            disclosures: read.disclosures,
            context: Some(context),
            module: format!("sha256:{}", self.intake.sandbox.current()),
        })
    }

    /// Reads a case and its events.
    pub(super) async fn read(&self, visit: &Visit) -> Result<ReadCase, VisitRefusal> {
        let store = &self.intake.store;
        let case = store.show(&visit.number).await?.ok_or(VisitRefusal::Expired)?;
        let case = case.map_err(|damaged| engine_failed(&damaged))?;
        if case.line.is_erased() {
            return Err(VisitRefusal::Expired);
        }
        let (mut events, mut after) = (Vec::new(), 0);
        loop {
            let page = store.events(after, EVENTS_A_PAGE, Some(&visit.number)).await?;
            let Some(last) = page.last() else { break };
            after = last.seq;
            events.extend(page);
        }
        let parts = Arc::clone(&self.parts);
        // Each body takes some hundred microseconds of processor time.
        let read = tokio::task::spawn_blocking(move || ReadCase::of(case, &events, &parts.service)).await;
        read.map_err(|error| engine_failed(&error))?.map_err(|error| engine_failed(&error).into())
    }

    /// Makes the context in which answers to the open questions are judged.
    pub(super) fn context_of(&self, read: &ReadCase, locale: Locale, now: i64) -> Result<Context, VisitRefusal> {
        let context = self.intake.context(now, locale).ok_or(crate::submit::Outcome::EngineFailed)?;
        Ok(Context { questions: read.questions.clone(), ..context })
    }

    /// Records the disclosures that are opened now; each once, also where two requests arrive together.
    async fn record_opened(&self, read: &ReadCase, now: i64) -> Result<(), VisitRefusal> {
        let unopened = read.disclosures.iter().filter(|disclosure| !read.opened.contains(&disclosure.n));
        let events = unopened.map(|disclosure| self.opening(read, disclosure.n, now));
        let events = events.collect::<Result<Vec<_>, _>>().map_err(|error| engine_failed(&error))?;
        if events.is_empty() {
            return Ok(());
        }
        let outcomes = self.intake.store.append(events).await?;
        let is_recorded = |outcome: &Appended| matches!(outcome, Appended::Stored { .. } | Appended::Replayed { .. });
        // No event, no disclosure. The case was erased meanwhile.
        if outcomes.iter().all(is_recorded) { Ok(()) } else { Err(VisitRefusal::Expired) }
    }

    fn opening(&self, read: &ReadCase, n: i64, now: i64) -> Result<NewEvent, EventError> {
        let service = self.parts.service.recipients();
        let draft = EventDraft {
            at: now,
            actor: APPLICANT,
            kind: EventKind::DisclosureOpened,
            body: &json!({ "n": n }),
            after: None,
            // This host reads later which were opened.
            also_to: service.first().map(String::as_str),
        };
        let request = self.intake.sealer.applicant_request(&n.to_string(), draft.kind.as_str(), b"");
        Ok(NewEvent { request: Some(request), ..seal_event(&read.case, &draft)? })
    }
}

impl ReadCase {
    /// Reads the events of a case; a closed one has no open question.
    fn of(case: Case, events: &[Event], service: &Identities) -> Result<ReadCase, EventError> {
        let is_closed = case.line.status == CLOSED;
        let mut read =
            ReadCase { case: Arc::new(case), questions: Vec::new(), disclosures: Vec::new(), opened: BTreeSet::new() };
        for event in events {
            match event.kind.parse() {
                Ok(EventKind::QuestionAsked) if !is_closed => read.questions.extend(questions_of(event, service)?),
                Ok(EventKind::AnswerReceived) => read.questions.clear(),
                Ok(EventKind::DisclosureShared) => read.disclosures.extend(disclosure_of(event, service)?),
                Ok(EventKind::DisclosureOpened) => {
                    let body = open_event(service, event)?;
                    read.opened.extend(body.as_ref().and_then(|body| body.get("n")?.as_i64()));
                }
                _ => {}
            }
        }
        Ok(read)
    }
}

/// Reads the questions of an event.
fn questions_of(event: &Event, service: &Identities) -> Result<Vec<Question>, EventError> {
    let Some(body) = open_event(service, event)? else { return Ok(Vec::new()) };
    let list = body.get("questions").map(Value::to_string).unwrap_or_default();
    questions::read(list.as_bytes()).map_err(|_| EventError::Body(EventKind::QuestionAsked))
}

/// Reads the disclosure of an event.
fn disclosure_of(event: &Event, service: &Identities) -> Result<Option<Disclosure>, EventError> {
    let Some(body) = open_event(service, event)? else { return Ok(None) };
    let text = body.get("text").and_then(Value::as_str).ok_or(EventError::Body(EventKind::DisclosureShared))?;
    Ok(event.n.map(|n| Disclosure { n, at: event.at, text: text.to_owned() }))
}
