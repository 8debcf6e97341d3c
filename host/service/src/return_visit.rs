//! The return of an applicant to a case, by reception number and return code.
//!
//! ```text
//! number, code → token for half an hour → state, questions, disclosures → answers, additions, a withdrawal, each an event
//! ```
//!
//! - [`ReturnCode`], [`ReturnHash`]: the code, and the hash that a case stores
//! - `failures`: the limit of wrong codes; `state`: the case as the applicant sees it
//! - `case_file`: the case's evidence files, without their names
//! - `shared_text`, `disclosures`: what the desk disclosed, and its opening until it expires
//! - `answers`: answers to questions, judged by the module; `additions`, `intents`, `withdrawals`
//!
//! Answers and additions are sealed to the case alone: neither this host nor the applicant can read them back. Questions and
//! disclosures are sealed to this host's own identity too.

mod additions;
mod answers;
mod case_file;
mod code;
mod disclosures;
mod exchange;
mod failures;
mod intents;
mod shared_text;
mod state;
mod withdrawals;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kakekomi_core::{Context, Locale};
use kakekomi_sealing::{Identities, KeyFolder, SealingError};
use kakekomi_store::receipt_number::Number;
use kakekomi_store::{NewVisit, StoreError};
use sha2::{Digest as _, Sha256};

use crate::submit::{Intake, Outcome, Verdict, engine_failed, store_failed};
pub use case_file::CaseFile;
pub use code::{ReturnCode, ReturnHash};
pub use exchange::{Addition, Answers, CaseState, Disclosure, OpenedDisclosure, Referral};
pub use failures::{FAILURE_WINDOW_MS, FAILURES};
use failures::{FailedAttempts, Pair};
pub use shared_text::DISCLOSURE_MS;

/// The time for which a token is valid, in milliseconds.
pub const VISIT_MS: i64 = 30 * 60 * 1000;
/// The most often that a request is tried anew while its case changes.
const ATTEMPTS: usize = 5;
/// Random bytes of a token.
const TOKEN_BYTES: usize = 32;

/// The use case: an applicant comes back to a case.
#[derive(Clone)]
pub struct ReturnVisits {
    /// Modules, store and keys, as for a submission.
    pub intake: Intake,
    /// The parts of the return alone.
    pub parts: Arc<ReturnParts>,
}

/// The parts of the return that outlast a reload of the desk.
#[derive(Debug)]
pub struct ReturnParts {
    /// The identity of this host, which opens questions and disclosures.
    service: Identities,
    /// The failed attempts at this host.
    failures: FailedAttempts,
}

impl ReturnParts {
    /// Reads the identity of this host.
    ///
    /// # Errors
    /// [`SealingError`]: the file is missing or wrong.
    pub fn load(folder: &KeyFolder) -> Result<ReturnParts, SealingError> {
        Ok(ReturnParts { service: folder.service()?, failures: FailedAttempts::default() })
    }
}

/// The case that a valid token opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    number: Number,
}

impl Visit {
    /// The number of the case.
    pub fn number(&self) -> &Number {
        &self.number
    }
}

/// A visit that has begun.
#[derive(Debug)]
pub struct Opened {
    /// The token, which is not stored.
    pub token: String,
    /// The moment at which it ends; milliseconds since the epoch, UTC.
    pub expires_at: i64,
    /// The case, without the context of its questions.
    pub state: CaseState,
}

/// The event that a request has caused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Added {
    /// Its number in the case.
    pub n: i64,
    /// True if an earlier request with this key caused it.
    pub replayed: bool,
}

/// The reason why a request is refused.
#[derive(Debug)]
pub enum VisitRefusal {
    /// Number and code do not belong together, or there is no such case.
    Refused,
    /// Too many wrong codes for this number from this address.
    Locked(Duration),
    /// The token is unknown, or has ended.
    Expired,
    /// The body has another shape.
    Body,
    /// The case has no open question.
    NoQuestions,
    /// The page's module knows no questions.
    ModuleOutdated,
    /// The case is closed already.
    Closed,
    /// The case has no referral.
    NoReferral,
    /// The intent was given already, and is valid.
    IntentKnown,
    /// The intent names a document that is not in force; the context names the current one.
    Stale(Box<Context>),
    /// The case has no such disclosure.
    NoDisclosure,
    /// The disclosure cannot be opened any more.
    DisclosureExpired,
    /// A refusal or failure that a submission can meet as well.
    As(Outcome),
}

impl From<Outcome> for VisitRefusal {
    fn from(outcome: Outcome) -> VisitRefusal {
        VisitRefusal::As(outcome)
    }
}

impl From<StoreError> for VisitRefusal {
    fn from(error: StoreError) -> VisitRefusal {
        VisitRefusal::As(store_failed(&error))
    }
}

impl ReturnVisits {
    /// Begins a visit with number and code as they were typed.
    ///
    /// # Errors
    /// [`VisitRefusal::Refused`] after the same work for a wrong number and a wrong code; [`VisitRefusal::Locked`].
    pub async fn open(
        &self,
        client: Option<IpAddr>,
        number: &str,
        code: &str,
        locale: Locale,
        now: i64,
    ) -> Result<Opened, VisitRefusal> {
        let (read, pair) = self.count_attempt(client, number, now)?;
        let begun = self.begin(read, code, now).await;
        self.settle_attempt(&pair, &begun, now);
        let (number, token, expires_at) = begun?;
        let state = self.state(&Visit { number }, locale, now).await?;
        Ok(Opened { token, expires_at, state: CaseState { context: None, ..state } })
    }

    /// Finds the case of number and code for a single request, without a token. Wrong codes count as those of
    /// [`ReturnVisits::open`].
    ///
    /// # Errors
    /// [`VisitRefusal::Refused`], [`VisitRefusal::Locked`].
    pub async fn identify(
        &self,
        client: Option<IpAddr>,
        number: &str,
        code: &str,
        now: i64,
    ) -> Result<Visit, VisitRefusal> {
        let (read, pair) = self.count_attempt(client, number, now)?;
        let found = self.matching(read, code).await.and_then(|found| found.ok_or(VisitRefusal::Refused));
        self.settle_attempt(&pair, &found, now);
        found.map(|(number, _)| Visit { number })
    }

    /// Counts an attempt with a typed number before its code is compared.
    fn count_attempt(
        &self,
        client: Option<IpAddr>,
        number: &str,
        now: i64,
    ) -> Result<(Option<Number>, Pair), VisitRefusal> {
        let read = Number::read(number).ok();
        let typed = read.as_ref().map_or_else(|| number.to_owned(), ToString::to_string);
        let pair = Pair::new(client, &typed);
        self.parts.failures.count(pair.clone(), now).map_err(VisitRefusal::Locked)?;
        Ok((read, pair))
    }

    fn settle_attempt<T>(&self, pair: &Pair, judged: &Result<T, VisitRefusal>, now: i64) {
        match judged {
            Ok(_) => self.parts.failures.forget(pair),
            // A code that nobody compared is not a wrong one.
            Err(VisitRefusal::As(_)) => self.parts.failures.take_back(pair, now),
            Err(_) => {}
        }
    }

    /// Compares a code and stores a token; returns the number, the token and its end.
    async fn begin(&self, number: Option<Number>, code: &str, now: i64) -> Result<(Number, String, i64), VisitRefusal> {
        let (number, return_code) = self.matching(number, code).await?.ok_or(VisitRefusal::Refused)?;
        let token = random_token()?;
        let expires_at = now.saturating_add(VISIT_MS);
        let visit = NewVisit { number: number.clone(), return_code, token_hash: token_hash(&token), now, expires_at };
        let is_begun = self.intake.store.begin_visit(visit).await?;
        if is_begun { Ok((number, token, expires_at)) } else { Err(VisitRefusal::Refused) }
    }

    /// Compares a code with that of a case. An unreadable number is looked up as another one, so that it takes the same time.
    async fn matching(&self, number: Option<Number>, code: &str) -> Result<Option<(Number, [u8; 32])>, VisitRefusal> {
        let is_readable = number.is_some();
        let number = match number {
            Some(number) => number,
            None => Number::random().map_err(|error| engine_failed(&error))?,
        };
        let stored = self.intake.store.return_code(&number).await?.unwrap_or_default();
        let typed = ReturnHash::of_typed(code).bound_to(&number);
        let is_right = is_readable & is_equal(&stored, &typed);
        Ok(is_right.then_some((number, typed)))
    }

    /// Finds the visit of a token.
    ///
    /// # Errors
    /// [`VisitRefusal::Expired`].
    pub async fn visit(&self, token: &str, now: i64) -> Result<Visit, VisitRefusal> {
        let number = self.intake.store.visited(token_hash(token), now).await?.ok_or(VisitRefusal::Expired)?;
        Number::read(&number).map(|number| Visit { number }).map_err(|error| engine_failed(&error).into())
    }

    /// Ends the visit of a token.
    ///
    /// # Errors
    /// [`VisitRefusal::As`]: the store failed.
    pub async fn end(&self, token: &str) -> Result<(), VisitRefusal> {
        Ok(self.intake.store.end_visit(token_hash(token)).await?)
    }
}

/// Compares hashes in the same time wherever they differ.
fn is_equal(one: &[u8], other: &[u8; 32]) -> bool {
    let difference = one.iter().zip(other).fold(0, |difference, (one, other)| difference | (one ^ other));
    one.len() == other.len() && difference == 0
}

fn random_token() -> Result<String, VisitRefusal> {
    let mut bytes = [0; TOKEN_BYTES];
    getrandom::fill(&mut bytes).map_err(|error| engine_failed(&error))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

fn token_hash(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}

/// Refuses a verdict with issues, or of a text that is no JSON.
fn accepted(verdict: Verdict) -> Result<Verdict, Outcome> {
    if verdict.text_code().is_some() {
        return Err(Outcome::NotJson(verdict.into()));
    }
    if verdict.accepted() { Ok(verdict) } else { Err(Outcome::Issues(verdict.into())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_equal_only_as_a_whole() {
        assert!(is_equal(&[7; 32], &[7; 32]));
        for other in [&[7; 31][..], &[7; 33], &[], &[8; 32]] {
            assert!(!is_equal(other, &[7; 32]));
        }
        let mut last = [7; 32];
        last[31] = 8;
        assert!(!is_equal(&last, &[7; 32]));
    }

    #[test]
    fn a_token_has_256_random_bits_in_url_safe_letters() {
        let [one, other] = [random_token().unwrap(), random_token().unwrap()];
        assert!(
            one.len() == 43 && one.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)),
            "{one}"
        );
        assert_ne!(token_hash(&one), token_hash(&other));
    }
}
