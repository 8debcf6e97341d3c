//! The one use case: a draft's text becomes a case with a receipt, or is refused with a reason.
//!
//! ```text
//! text, key, module → the key's receipt again? → partner and module known? → judged in the sandbox → stored → Outcome
//! ```
//!
//! The draft of a page with an older module is judged by that module and by the current one. If both accept it, the case
//! is stored with both reports; if the current one refuses it, the page gets [`Outcome::Superseded`] and loads the current
//! module.
//!
//! The order of the checks is the contract's, so that the same submission always gets the same first refusal. This module
//! knows neither HTTP nor SQL: [`Outcome`] is mapped to HTTP in `host/http/src/submissions.rs`, the [`Store`] is a trait.
//! Only a durable case binds a key and gets a number; where the database cannot confirm that it is durable, the answer is
//! [`Outcome::StoreInDoubt`] until it can.

pub mod context_match;
mod idempotency_key;
mod insert;
mod outcome;
mod partner_referral;
mod verdict;

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;
use kakekomi_core::{Context, Locale};

use crate::capacity::{Capacity, Shortage};
use crate::desk::Desk;
use crate::receipt::PhoneConsent;
use crate::return_visit::ReturnHash;
use crate::sealed_case::CaseSealer;
pub use idempotency_key::{IdempotencyKey, KEY_MAX};
use kakekomi_sandbox::{Digest, Sandbox, SandboxError};
use kakekomi_store::{IdempotencyRecord, Store, StoreError};
pub use outcome::{Checked, Judged, Outcome};
pub use partner_referral::{PartnerReferral, Sender};
pub use verdict::{InvalidReport, Issue, Note, Verdict};

/// Longer reports are parsed on a blocking thread: the longest takes as long as a check.
const LONG_REPORT: usize = 64 << 10;
/// Longer texts are sealed on a blocking thread. Sealing a shorter one takes some hundred microseconds, less than the way to a
/// thread and back costs under load (docs/performance.md, Sealed cases).
const LONG_TEXT: usize = 64 << 10;

/// Parts that judge and store a draft.
#[derive(Clone)]
pub struct Intake {
    /// Documents, calendar, words.
    pub desk: Arc<Desk>,
    /// The modules, by digest.
    pub sandbox: Arc<Sandbox>,
    /// The cases.
    pub store: Arc<dyn Store>,
    /// The keys that seal a case.
    pub sealer: Arc<CaseSealer>,
    /// Room for one more case.
    pub capacity: Arc<Capacity>,
    /// Modules that are no longer accepted, though the sandbox may still have them.
    pub retired: Arc<BTreeSet<Digest>>,
    /// The version of each module's rules, where a description beside it names it.
    pub rulesets: Arc<BTreeMap<Digest, String>>,
}

/// A request of an applicant's page.
#[derive(Debug, Clone)]
pub struct Submission {
    /// The draft's text, byte for byte.
    pub text: Bytes,
    /// The client's key for this submission.
    pub key: IdempotencyKey,
    /// The module that the page ran.
    pub module: PageModule,
    /// The language of the sentences.
    pub locale: Locale,
    /// The hash of the code with which the applicant comes back; `None` without a code.
    pub return_hash: Option<ReturnHash>,
    /// The partner's page that it names as its origin.
    pub through: Option<PartnerReferral>,
    /// The agreement by telephone; `None` where the applicant pressed the button.
    pub by_phone: Option<PhoneConsent>,
    /// The address that it comes from, for fair turns in the sandbox. It is not stored.
    pub client: Option<IpAddr>,
}

/// The module that the page ran, as it reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PageModule {
    /// It reports none: the current one.
    Current,
    /// This one.
    Named(Digest),
    /// It reports a text that is no digest.
    Unreadable,
}

impl Intake {
    /// Judges a client's text by the current module, at a moment of the host's clock; nothing is stored.
    pub async fn check(&self, client: Option<IpAddr>, text: Bytes, locale: Locale, now: i64) -> Checked {
        let Some(context) = self.context(now, locale) else {
            return Checked::EngineFailed;
        };
        match self.judge(client, self.sandbox.current(), text, &context).await {
            Ok(verdict) => Checked::Verdict(verdict.into()),
            Err(Outcome::Busy) => Checked::Busy,
            Err(_) => Checked::EngineFailed,
        }
    }

    /// Judges a submission and stores it if it is right, at a moment of the host's clock.
    pub async fn submit(&self, submission: Submission, now: i64) -> Judged {
        let text_hash = self.sealer.text_hash(&submission.text);
        match self.store.by_key(submission.key.as_str()).await {
            Ok(Some(bound)) => return replay(bound, &submission, &text_hash),
            Ok(None) => {}
            Err(error) => return self.by_current(store_failed(&error)),
        }
        if let Some(Err(outcome)) = submission.through.as_ref().map(|through| through.partner(&self.desk, now)) {
            return self.by_current(outcome);
        }
        let digest = match self.module(&submission.module) {
            Ok(digest) => digest,
            Err(outcome) => return self.by_current(outcome),
        };
        let module = format!("sha256:{digest}");
        match self.judge_and_store(submission, digest, &text_hash, now).await {
            Ok(judged) => judged,
            Err(outcome) => Judged { outcome, module, return_bound: None },
        }
    }

    /// Chooses the module to judge by: the page's own, so that page and server have the same verdict.
    pub(crate) fn module(&self, page: &PageModule) -> Result<Digest, Outcome> {
        match page {
            PageModule::Current => Ok(self.sandbox.current().clone()),
            PageModule::Unreadable => Err(Outcome::ModuleUnreadable),
            PageModule::Named(digest) if self.retired.contains(digest) => Err(Outcome::ModuleRetired),
            PageModule::Named(digest) if !self.sandbox.has(digest) => Err(Outcome::ModuleUnknown),
            PageModule::Named(digest) => Ok(digest.clone()),
        }
    }

    async fn judge_and_store(
        &self,
        submission: Submission,
        digest: Digest,
        text_hash: &[u8],
        now: i64,
    ) -> Result<Judged, Outcome> {
        let context = self.context(now, submission.locale).ok_or(Outcome::EngineFailed)?;
        let verdict = self.judge(submission.client, &digest, submission.text.clone(), &context).await?;
        if verdict.text_code().is_some() {
            return Err(Outcome::NotJson(verdict.into()));
        }
        if verdict.has("consent.stale") {
            return Err(Outcome::Stale(verdict.into(), context.into()));
        }
        if !verdict.accepted() {
            return Err(Outcome::Issues(verdict.into()));
        }
        if digest == *self.sandbox.current() {
            return self.insert(&submission, &verdict, None, &context, text_hash).await;
        }
        // A page from before a deployment: a stored draft must be accepted by the current rules, too.
        let current = self.judge(submission.client, self.sandbox.current(), submission.text.clone(), &context).await?;
        if !current.accepted() {
            return Ok(self.by_current(Outcome::Superseded(current.into())));
        }
        self.insert(&submission, &current, Some(&verdict), &context, text_hash).await
    }

    /// Runs a module on the unchanged text, in the host's own context.
    pub(crate) async fn judge(
        &self,
        client: Option<IpAddr>,
        digest: &Digest,
        text: Bytes,
        context: &Context,
    ) -> Result<Verdict, Outcome> {
        let context: Arc<[u8]> = context.to_bytes().into();
        let report =
            self.sandbox.check(client, digest, text, Arc::clone(&context)).await.map_err(|error| match error {
                SandboxError::Busy => Outcome::Busy,
                other => engine_failed(&other),
            })?;
        let ruleset = self.rulesets.get(digest).cloned();
        let long = report.len() > LONG_REPORT;
        let read = move || Verdict::answering(report, &context, ruleset.as_deref());
        let verdict =
            if long { tokio::task::spawn_blocking(read).await.map_err(|error| engine_failed(&error))? } else { read() };
        verdict.map_err(|error| engine_failed(&error))
    }

    pub(crate) fn context(&self, now: i64, locale: Locale) -> Option<Context> {
        let context = self.desk.context(now, locale);
        context.inspect_err(|error| tracing::error!(%error, "no context can be made")).ok()
    }

    /// Makes an outcome of the current module.
    fn by_current(&self, outcome: Outcome) -> Judged {
        Judged { outcome, module: format!("sha256:{}", self.sandbox.current()), return_bound: None }
    }
}

/// Answers a key that has its case: the same text gets the receipt again. Its code stays: another one is not bound.
fn replay(bound: IdempotencyRecord, submission: &Submission, text_hash: &[u8]) -> Judged {
    let is_bound = |hash: ReturnHash| bound.return_code.as_deref() == Some(&hash.bound_to_text(&bound.number)[..]);
    let return_bound = submission.return_hash.map(is_bound);
    let outcome = match (bound.text_hash, bound.receipt) {
        (Some(stored), Some(receipt)) if stored == text_hash => Outcome::Replayed(receipt),
        (Some(_), Some(_)) => Outcome::Reused,
        _ => Outcome::Erased,
    };
    Judged { outcome, module: bound.module, return_bound }
}

pub(crate) fn engine_failed(error: &dyn std::fmt::Display) -> Outcome {
    tracing::error!(%error, "the rule engine failed");
    Outcome::EngineFailed
}

/// Logs the shortage of room for a case.
pub(crate) fn no_room(shortage: Shortage) -> Outcome {
    match shortage {
        // One client caused it, and others are served.
        Shortage::AddressQuota { .. } => tracing::warn!(?shortage, "no room for a case"),
        Shortage::FreeSpace | Shortage::DailyQuota { .. } => tracing::error!(?shortage, "no room for a case"),
    }
    Outcome::NoRoom(shortage)
}

pub(crate) fn store_failed(error: &StoreError) -> Outcome {
    if matches!(error, StoreError::Busy) {
        return Outcome::Busy;
    }
    tracing::error!(%error, "the store failed");
    if error.is_in_doubt() { Outcome::StoreInDoubt } else { Outcome::StoreFailed }
}
