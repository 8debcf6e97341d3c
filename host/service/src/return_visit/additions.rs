//! Additions to a case, and its withdrawal.
//!
//! `{"text":"VPNの装置も再起動しました。"}` → the event `amendment.received`; `{"what":"application"}` → `case.withdrawn`
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

/// Addresses, which are part of a request's hash.
const AMENDMENTS: &str = "amendments";
const WITHDRAWALS: &str = "withdrawals";
/// The `id` of the question whose answer an addition is.
const TEXT: &str = "text";

/// The body of an addition.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Amendment {
    text: String,
}

/// The body of a withdrawal.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Withdrawal {
    what: Withdrawn,
}

/// The thing that an applicant withdraws.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Withdrawn {
    Application,
    Intent,
}

impl ReturnVisits {
    /// Adds a text to a case; a closed one is open again.
    ///
    /// # Errors
    /// [`VisitRefusal`].
    pub async fn amend(&self, visit: &Visit, addition: &Addition, now: i64) -> Result<Added, VisitRefusal> {
        let Amendment { text } = serde_json::from_slice(&addition.body).map_err(|_| VisitRefusal::Body)?;
        let draft = json!({ "other": { TEXT: &text } }).to_string();
        let context = self.text_context(addition.locale, now)?;
        let current = self.intake.sandbox.current();
        accepted(self.intake.judge(addition.client, current, draft.into(), &context).await?)?;
        self.add(visit, addition, AMENDMENTS, EventKind::AmendmentReceived, json!({ "text": text }), now).await
    }

    /// Withdraws the application.
    ///
    /// # Errors
    /// [`VisitRefusal::Closed`]: the case is closed. [`VisitRefusal::NoReferral`]: there is no intent to withdraw.
    pub async fn withdraw(&self, visit: &Visit, addition: &Addition, now: i64) -> Result<Added, VisitRefusal> {
        let withdrawal: Withdrawal = serde_json::from_slice(&addition.body).map_err(|_| VisitRefusal::Body)?;
        if withdrawal.what == Withdrawn::Intent {
            return Err(VisitRefusal::NoReferral);
        }
        self.add(visit, addition, WITHDRAWALS, EventKind::CaseWithdrawn, json!({}), now).await
    }

    /// Makes the context that asks for one text.
    fn text_context(&self, locale: Locale, now: i64) -> Result<Context, VisitRefusal> {
        let context = self.intake.context(now, locale).ok_or(Outcome::EngineFailed)?;
        let title = Title { ja: "追記".to_owned(), en: Some("Addition".to_owned()) };
        let kind = QuestionKind::Text;
        let question = Question { id: TEXT.to_owned(), kind, required: true, title, choices: Vec::new() };
        Ok(Context { questions: vec![question], ..context })
    }

    /// Writes the event of a request, once for its key.
    async fn add(
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
        let case = store.show(&visit.number).await?.ok_or(VisitRefusal::Expired)?;
        let case = case.map_err(|damaged| engine_failed(&damaged))?;
        let event = self.sealed(Arc::new(case), kind, body, now).await?;
        added(self.append(addition.client, NewEvent { request: Some(request), ..event }).await?)
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
        let bytes = event.body.as_ref().map_or(0, Vec::len);
        self.intake.capacity.reserve(client, bytes).map_err(no_room)?;
        let outcomes = self.intake.store.append(vec![event]).await?;
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
        // The other refusals are of the clauses: there is no referral that allows it.
        Appended::Refused(_) => Err(VisitRefusal::NoReferral),
        Appended::Conflict { .. } => Err(Outcome::Busy.into()),
    }
}
