//! Answers to the desk's questions, judged by the current module in the context of the case.
//!
//! `{"other":{"q1":"yes"}}` → the event `answer.received` with draft and report, sealed to the case alone
//!
//! A question that is asked while the answers are judged makes them be judged again.

use std::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;
use kakekomi_core::{Context, Locale};
use kakekomi_store::{Appended, ApplicantRequest, EventKind, NewEvent};
use serde_json::json;

use super::exchange::Answers;
use super::state::ReadCase;
use super::{ATTEMPTS, Added, ReturnVisits, Visit, VisitRefusal, accepted};
use crate::submit::context_match::has_questions;
use crate::submit::{Outcome, Verdict, engine_failed};

/// The address of answers, which is part of the request's hash.
const PATH: &str = "answers";

impl ReturnVisits {
    /// Judges answers; nothing is stored.
    ///
    /// # Errors
    /// [`VisitRefusal`].
    pub async fn check(
        &self,
        visit: &Visit,
        client: Option<IpAddr>,
        text: Bytes,
        locale: Locale,
        now: i64,
    ) -> Result<Verdict, VisitRefusal> {
        let read = self.read(visit).await?;
        let context = self.questions_context(&read, locale, now)?;
        let verdict = self.intake.judge(client, self.intake.sandbox.current(), text, &context).await?;
        if verdict.text_code().is_some() { Err(Outcome::NotJson(verdict.into()).into()) } else { Ok(verdict) }
    }

    /// Stores answers if they are right.
    ///
    /// # Errors
    /// [`VisitRefusal`].
    pub async fn answer(&self, visit: &Visit, answers: &Answers, now: i64) -> Result<Added, VisitRefusal> {
        let request = self.intake.sealer.applicant_request(answers.key.as_str(), PATH, &answers.text);
        for _ in 0..ATTEMPTS {
            let read = self.read(visit).await?;
            // After the reading: another host may store this request in between, and then no question is left.
            if let Some(outcome) = self.intake.store.outcome_of(&visit.number, request).await? {
                return super::additions::added(outcome);
            }
            self.require_questions_known(&read, answers, now).await?;
            let context = self.questions_context(&read, answers.locale, now)?;
            let current = self.intake.sandbox.current();
            let verdict = self.intake.judge(answers.client, current, answers.text.clone(), &context).await?;
            let event = self.answer_event(&read, answers, accepted(verdict)?, request, now).await?;
            match self.append(answers.client, event).await? {
                Appended::Conflict { .. } => {}
                outcome => return super::additions::added(outcome),
            }
        }
        Err(Outcome::Busy.into())
    }

    /// Makes the context of a case with open questions.
    fn questions_context(&self, read: &ReadCase, locale: Locale, now: i64) -> Result<Context, VisitRefusal> {
        if read.questions.is_empty() { Err(VisitRefusal::NoQuestions) } else { self.context_of(read, locale, now) }
    }

    /// Refuses the answers of a page whose module knows no questions: it judged another form.
    async fn require_questions_known(&self, read: &ReadCase, answers: &Answers, now: i64) -> Result<(), VisitRefusal> {
        let digest = self.intake.module(&answers.module)?;
        if digest == *self.intake.sandbox.current() {
            return Ok(());
        }
        let context = self.questions_context(read, answers.locale, now)?;
        let verdict = self.intake.judge(answers.client, &digest, answers.text.clone(), &context).await?;
        if has_questions(verdict.report()) { Ok(()) } else { Err(VisitRefusal::ModuleOutdated) }
    }

    async fn answer_event(
        &self,
        read: &ReadCase,
        answers: &Answers,
        verdict: Verdict,
        request: ApplicantRequest,
        now: i64,
    ) -> Result<NewEvent, VisitRefusal> {
        let text = String::from_utf8(answers.text.to_vec()).map_err(|error| engine_failed(&error))?;
        let ruleset = verdict.ruleset().to_owned();
        let report = String::from_utf8(verdict.into_report()).map_err(|error| engine_failed(&error))?;
        let module = format!("sha256:{}", self.intake.sandbox.current());
        let body = json!({ "module": module, "ruleset": ruleset, "text": text, "report": report });
        let event = self.sealed(Arc::clone(&read.case), EventKind::AnswerReceived, body, now).await?;
        // A question that comes in between is not answered by these.
        Ok(NewEvent { after: Some(read.case.changed_n), request: Some(request), ..event })
    }
}
