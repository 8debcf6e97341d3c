//! Additions to a case.
//!
//! `{"text":"VPNの装置も再起動しました。"}` → the event `amendment.received`
//!
//! The module judges an addition as the answer to a question of text, so that the form's rules for texts hold.

use std::net::IpAddr;
use std::sync::Arc;

use kakekomi_core::questions::{Question, QuestionKind, Title};
use kakekomi_core::{Context, Locale};
use kakekomi_store::{Appended, Case, EventKind, NewEvent, Refusal};
use serde::Deserialize;
use serde_json::{Value, json};

use super::exchange::Addition;
use super::state::APPLICANT;
use super::{Added, ReturnVisits, Visit, VisitRefusal, accepted};
use crate::sealed_case::{EventDraft, seal_event};
use crate::submit::{Outcome, engine_failed, no_room};

/// The address, which is part of a request's hash.
const AMENDMENTS: &str = "amendments";
/// The `id` of the question whose answer an addition is.
const TEXT: &str = "text";

/// The body of an addition.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Amendment {
    text: String,
}

impl ReturnVisits {
    /// Adds a text to a case; a closed one is open again.
    ///
    /// # Errors
    /// [`VisitRefusal`].
    pub async fn amend(&self, visit: &Visit, addition: &Addition, now: i64) -> Result<Added, VisitRefusal> {
        let Amendment { text } = serde_json::from_slice(&addition.body).map_err(|_| VisitRefusal::Body)?;
        let draft = json!({ "other": { TEXT: &text } }).to_string();
        let context = self.texts_context(&[(TEXT, ["追記", "Addition"])], addition.locale, now)?;
        let current = self.intake.sandbox.current();
        accepted(self.intake.judge(addition.client, current, draft.into(), &context).await?)?;
        self.add(visit, addition, AMENDMENTS, EventKind::AmendmentReceived, json!({ "text": text }), now).await
    }

    /// Makes the context that asks for texts, each by the name of its member.
    pub(super) fn texts_context(
        &self,
        asked: &[(&str, [&str; 2])],
        locale: Locale,
        now: i64,
    ) -> Result<Context, VisitRefusal> {
        let context = self.intake.context(now, locale).ok_or(Outcome::EngineFailed)?;
        let question = |&(id, [ja, en]): &(&str, [&str; 2])| Question {
            id: id.to_owned(),
            kind: QuestionKind::Text,
            required: true,
            title: Title { ja: ja.to_owned(), en: Some(en.to_owned()) },
            choices: Vec::new(),
        };
        Ok(Context { questions: asked.iter().map(question).collect(), ..context })
    }

    /// Writes the event of a request, once for its key.
    pub(super) async fn add(
        &self,
        visit: &Visit,
        addition: &Addition,
        path: &str,
        kind: EventKind,
        body: Value,
        now: i64,
    ) -> Result<Added, VisitRefusal> {
        let store = &self.intake.store;
        let request = self.intake.sealer.applicant_request(addition.key.as_str(), path, &addition.body);
        if let Some(outcome) = store.outcome_of(&visit.number, request).await? {
            return added(outcome);
        }
        let case = self.case(visit).await?;
        let event = self.sealed(case, kind, body, now).await?;
        added(self.append(addition.client, NewEvent { request: Some(request), ..event }).await?)
    }

    /// Reads the case of a visit.
    pub(super) async fn case(&self, visit: &Visit) -> Result<Arc<Case>, VisitRefusal> {
        let case = self.intake.store.show(&visit.number).await?.ok_or(VisitRefusal::Expired)?;
        Ok(Arc::new(case.map_err(|damaged| engine_failed(&damaged))?))
    }

    /// Seals an event of the applicant to the case alone.
    pub(super) async fn sealed(
        &self,
        case: Arc<Case>,
        kind: EventKind,
        body: Value,
        now: i64,
    ) -> Result<NewEvent, VisitRefusal> {
        if case.line.is_erased() {
            return Err(VisitRefusal::Expired);
        }
        let seal = move || {
            let draft = EventDraft { at: now, actor: APPLICANT, kind, body: &body, after: None, also_to: None };
            seal_event(&case, &draft)
        };
        let event = tokio::task::spawn_blocking(seal).await.map_err(|error| engine_failed(&error))?;
        event.map_err(|error| engine_failed(&error).into())
    }

    /// Writes an event of the applicant, if there is room for it.
    pub(super) async fn append(&self, client: Option<IpAddr>, event: NewEvent) -> Result<Appended, VisitRefusal> {
        self.append_all(client, vec![event]).await
    }

    /// Writes an event of the applicant and those that follow from it, in one transaction; returns the outcome of the first.
    pub(super) async fn append_all(
        &self,
        client: Option<IpAddr>,
        events: Vec<NewEvent>,
    ) -> Result<Appended, VisitRefusal> {
        let bytes = events.iter().filter_map(|event| event.body.as_ref()).map(Vec::len).sum();
        self.intake.capacity.reserve(client, bytes).map_err(no_room)?;
        let outcomes = self.intake.store.append(events).await?;
        Ok(outcomes.first().copied().unwrap_or(Appended::NoCase))
    }
}

/// Maps the outcome of writing an applicant's event.
pub(super) fn added(outcome: Appended) -> Result<Added, VisitRefusal> {
    match outcome {
        Appended::Stored { n: Some(n), .. } => Ok(Added { n, replayed: false }),
        Appended::Replayed { n } => Ok(Added { n, replayed: true }),
        Appended::KeyReused => Err(Outcome::Reused.into()),
        Appended::Refused(Refusal::Closed | Refusal::NotClosed | Refusal::Held) => Err(VisitRefusal::Closed),
        // The case was erased meanwhile, and the visit has ended with it.
        Appended::Stored { n: None, .. } | Appended::NoCase | Appended::Refused(Refusal::Erased) => {
            Err(VisitRefusal::Expired)
        }
        Appended::Refused(Refusal::IntentKnown) => Err(VisitRefusal::IntentKnown),
        // The other refusals are of the clauses: there is no referral that allows it.
        Appended::Refused(_) => Err(VisitRefusal::NoReferral),
        Appended::Conflict { .. } => Err(Outcome::Busy.into()),
    }
}
