//! The case as the applicant sees it: its state, the open questions, and what the desk disclosed.
//!
//! events of `2609-4873-1059` → `{"number":"2609-4873-1059","state":"waiting","questions":[{"id":"q1",…}],…}`
//!
//! Open are the questions after the last answer.

use std::collections::BTreeSet;
use std::sync::Arc;

use kakekomi_core::questions::{self, Question};
use kakekomi_core::{Context, Locale};
use kakekomi_sealing::Identities;
use kakekomi_store::{Case, Event, EventKind};
use serde_json::Value;

use super::case_file::CaseFile;
use super::exchange::{CaseState, Referral};
use super::shared_text::SharedText;
use super::{ReturnVisits, Visit, VisitRefusal};
use crate::sealed_case::{EventError, open_event};
use crate::submit::engine_failed;

/// Events that are read at a time.
const EVENTS_A_PAGE: u32 = 200;
/// The actor of an event that the applicant caused.
pub(super) const APPLICANT: &str = "applicant";
/// The state of a closed case.
const CLOSED: &str = "closed";
/// The outcome of a case whose applicant was referred to a vendor.
const REFERRED: &str = "referred_to_vendor";
/// The states of a referral with a valid intent.
const WITH_INTENT: [&str; 4] = ["intent", "released", "packaged", "collected"];

/// A case with what its events say to the applicant.
#[derive(Debug, Clone)]
pub(super) struct ReadCase {
    pub case: Arc<Case>,
    pub questions: Vec<Question>,
    pub shared: Vec<SharedText>,
    /// The disclosures that were opened before.
    pub opened: BTreeSet<i64>,
    /// The moment of the last intent.
    intent_at: Option<i64>,
    /// The vendor's page of a case that was closed with it.
    vendor_link: Option<String>,
}

impl ReturnVisits {
    /// Reads the case of a visit.
    ///
    /// # Errors
    /// [`VisitRefusal`].
    pub async fn state(&self, visit: &Visit, locale: Locale, now: i64) -> Result<CaseState, VisitRefusal> {
        let read = self.read(visit).await?;
        let context = self.context_of(&read, locale, now)?.to_bytes();
        let context = serde_json::from_slice(&context).map_err(|error| engine_failed(&error))?;
        let files = self.intake.store.files_of(&visit.number).await?;
        let files = files.into_iter().map(|line| CaseFile::from(line.at(now))).collect();
        let referral = self.referral(&read, locale);
        let disclosures = read.shared.iter().map(|shared| shared.line(read.opened.contains(&shared.n))).collect();
        let line = &read.case.line;
        Ok(CaseState {
            number: line.number.clone(),
            received_at: line.received_at,
            state: line.status.clone(),
            outcome: line.outcome.clone(),
            vendor_link: read.vendor_link.filter(|_| line.outcome.as_deref() == Some(REFERRED)),
            questions: read.questions,
            files,
            disclosures,
            referral,
            context: Some(context),
            module: format!("sha256:{}", self.intake.sandbox.current()),
        })
    }

    /// Says how far the referral is, and who would receive the information for which purposes.
    fn referral(&self, read: &ReadCase, locale: Locale) -> Referral {
        let state = read.case.clauses.referral.clone();
        let is_valid = state.as_deref().is_some_and(|state| WITH_INTENT.contains(&state));
        let profile = self.intake.desk.profile();
        let purposes = state.as_ref().map(|_| profile.referral_purposes(locale).to_vec());
        Referral { since: read.intent_at.filter(|_| is_valid), purposes: purposes.unwrap_or_default(), state }
    }

    /// Reads a case and its events.
    pub(super) async fn read(&self, visit: &Visit) -> Result<ReadCase, VisitRefusal> {
        let store = &self.intake.store;
        let case = self.case(visit).await?;
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
}

impl ReadCase {
    /// Reads the events of a case; a closed one has no open question.
    fn of(case: Arc<Case>, events: &[Event], service: &Identities) -> Result<ReadCase, EventError> {
        let is_closed = case.line.status == CLOSED;
        let (questions, shared, opened) = (Vec::new(), Vec::new(), BTreeSet::new());
        let mut read = ReadCase { case, questions, shared, opened, intent_at: None, vendor_link: None };
        for event in events {
            match event.kind.parse() {
                Ok(EventKind::QuestionAsked) if !is_closed => read.questions.extend(questions_of(event, service)?),
                Ok(EventKind::AnswerReceived) => read.questions.clear(),
                Ok(EventKind::DisclosureShared) => read.shared.extend(SharedText::of(event, service)?),
                Ok(EventKind::DisclosureOpened) => {
                    let body = open_event(service, event)?;
                    read.opened.extend(body.as_ref().and_then(|body| body.get("n")?.as_i64()));
                }
                Ok(EventKind::CaseClosed) if is_closed => {
                    let body = open_event(service, event)?;
                    read.vendor_link = body.and_then(|body| Some(body.get("link")?.as_str()?.to_owned()));
                }
                Ok(EventKind::IntentGiven) => read.intent_at = Some(event.at),
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
