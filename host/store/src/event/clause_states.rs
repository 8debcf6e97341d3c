//! The states that the consent document's clauses give a case: its referral (clauses 1② and 3), and its remote or guided work (4③④⑥).
//!
//! ```text
//! none → applied → recorded → intent → released → packaged → collected ; withdrawn           next("intent", handover.released) → "released"
//! none → ordered → notified → acknowledged → ended                                           next(none, remote.action) → NotAcknowledged
//! ```
//!
//! They follow from the kinds of the events alone, so that the database's triggers can refuse the same.

use super::kind::EventKind;
use super::refusal::Refusal;

/// The states of a referral.
const APPLIED: &str = "applied";
const RECORDED: &str = "recorded";
const INTENT: &str = "intent";
const RELEASED: &str = "released";
const PACKAGED: &str = "packaged";
const COLLECTED: &str = "collected";
const WITHDRAWN: &str = "withdrawn";
/// The states whose next step is the desk's: a confirmation by a second person, a release by a lead, a package.
pub(crate) const STEP_OF_DESK: [&str; 3] = [RECORDED, INTENT, RELEASED];
/// The states of remote or guided work.
const ORDERED: &str = "ordered";
const NOTIFIED: &str = "notified";
const ACKNOWLEDGED: &str = "acknowledged";
const ENDED: &str = "ended";

/// The part of a case's state that the clauses of the consent document give it.
#[derive(Debug, Clone, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct ClauseStates {
    /// `applied`, `recorded`, `intent`, `released`, `packaged`, `collected` or `withdrawn` (clause 1②); `None`: no referral.
    pub referral: Option<String>,
    /// `ordered`, `notified`, `acknowledged` or `ended` (clauses 4③④⑥); `None`: no remote or guided work.
    pub remote: Option<String>,
    /// The actor who recorded an intent that was said by telephone and waits for another one's confirmation.
    pub recorded_by: Option<String>,
    /// True once a forensics report was received (clause 3).
    pub reported: bool,
}

/// The service of a company for incident response and forensics, as the coded answers name it.
const FORENSICS: &str = "forensics";

impl ClauseStates {
    /// Reports whether there is a package that was not collected.
    pub(crate) fn has_package(&self) -> bool {
        self.referral.as_deref() == Some(PACKAGED)
    }

    /// The states of a case that was just received: who wants the service of the forensics company has applied for it.
    pub(super) fn of_services(services: Option<&str>) -> ClauseStates {
        let is_wanted = services.is_some_and(|services| services.split(' ').any(|service| service == FORENSICS));
        ClauseStates { referral: is_wanted.then(|| APPLIED.to_owned()), ..ClauseStates::default() }
    }

    /// Reports whether the clauses allow an event.
    pub(super) fn allows(&self, kind: EventKind) -> Result<(), Refusal> {
        next_referral(self.referral.as_deref(), kind)?;
        next_remote(self.remote.as_deref(), kind)?;
        if kind == EventKind::ForensicsReportUsed && !self.reported {
            return Err(Refusal::NoReport);
        }
        Ok(())
    }

    /// Adds an event that is allowed.
    pub(super) fn apply(&mut self, kind: EventKind, actor: &str) {
        if let Ok(next) = next_referral(self.referral.as_deref(), kind) {
            self.referral = next.map(str::to_owned);
        }
        if let Ok(next) = next_remote(self.remote.as_deref(), kind) {
            self.remote = next.map(str::to_owned);
        }
        self.recorded_by = match kind {
            EventKind::IntentRecorded => Some(actor.to_owned()),
            _ => self.recorded_by.take().filter(|_| self.referral.as_deref() == Some(RECORDED)),
        };
        match kind {
            EventKind::ForensicsReportReceived => self.reported = true,
            EventKind::CaseErased => self.reported = false,
            _ => {}
        }
    }
}

/// Computes the state of a referral after an event.
///
/// # Errors
/// [`Refusal`]: the state does not allow the event.
#[expect(clippy::match_same_arms, reason = "a line for each step of the order")]
fn next_referral(state: Option<&str>, kind: EventKind) -> Result<Option<&str>, Refusal> {
    let next = match (kind, state) {
        (EventKind::CaseErased, _) | (EventKind::CaseWithdrawn, None) => return Ok(None),
        (EventKind::CaseWithdrawn, Some(_)) => WITHDRAWN,
        (EventKind::ReferralApplied, None | Some(WITHDRAWN)) => APPLIED,
        (EventKind::IntentRecorded | EventKind::IntentGiven, Some(INTENT | RELEASED | PACKAGED)) => {
            return Err(Refusal::IntentKnown);
        }
        (EventKind::IntentRecorded, _) => RECORDED,
        (EventKind::IntentGiven, _) => INTENT,
        (EventKind::IntentWithdrawn, None | Some(APPLIED | WITHDRAWN)) => return Err(Refusal::NoIntent),
        (EventKind::IntentWithdrawn, _) => WITHDRAWN,
        (EventKind::HandoverReleased, Some(INTENT | RELEASED)) => RELEASED,
        (EventKind::HandoverReleased, Some(PACKAGED)) => return Err(Refusal::PackageKnown),
        (EventKind::HandoverReleased, _) => return Err(Refusal::NoIntent),
        (EventKind::HandoverCreated, Some(RELEASED)) => PACKAGED,
        (EventKind::HandoverCreated, _) => return Err(Refusal::NotReleased),
        (EventKind::HandoverCollected, Some(PACKAGED | COLLECTED)) => COLLECTED,
        // One intent allows one package: the next one needs a new intent.
        (EventKind::HandoverDestroyed, Some(PACKAGED)) => APPLIED,
        (EventKind::HandoverDestroyed, Some(WITHDRAWN)) => WITHDRAWN,
        (EventKind::HandoverCollected | EventKind::HandoverDestroyed, _) => return Err(Refusal::NoPackage),
        (EventKind::ForensicsReportReceived, None) => return Err(Refusal::NotApplied),
        _ => return Ok(state),
    };
    Ok(Some(next))
}

/// Computes the state of remote or guided work after an event. The mode of a notice is sealed: an order before remote work is the
/// caller's to check.
///
/// # Errors
/// [`Refusal`]: the state does not allow the event.
#[expect(clippy::match_same_arms, reason = "a line for each step of the order")]
fn next_remote(state: Option<&str>, kind: EventKind) -> Result<Option<&str>, Refusal> {
    let next = match (kind, state) {
        (EventKind::CaseErased, _) => return Ok(None),
        (EventKind::RemoteOrdered, _) => ORDERED,
        (EventKind::RemoteNotice, _) => NOTIFIED,
        (EventKind::RemoteAcknowledged, Some(NOTIFIED | ACKNOWLEDGED)) => ACKNOWLEDGED,
        (EventKind::RemoteAcknowledged, _) => return Err(Refusal::NoNotice),
        (EventKind::RemoteAction, Some(ACKNOWLEDGED)) => ACKNOWLEDGED,
        (EventKind::RemoteAction, _) => return Err(Refusal::NotAcknowledged),
        (EventKind::RemoteEnded, None | Some(ENDED)) => return Err(Refusal::NoRemoteWork),
        (EventKind::RemoteEnded, _) => ENDED,
        _ => return Ok(state),
    };
    Ok(Some(next))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Leads a state through events; each comes with the state or the refusal that is expected.
    fn lead(
        next: fn(Option<&str>, EventKind) -> Result<Option<&str>, Refusal>,
        steps: &[(EventKind, Result<&str, Refusal>)],
    ) {
        let mut state: Option<String> = None;
        for (kind, expected) in steps {
            let found = next(state.as_deref(), *kind).map(|state| state.unwrap_or_default().to_owned());
            assert_eq!(found.as_deref().map_err(|refusal| *refusal), *expected, "{kind} from {state:?}");
            if let Ok(found) = found {
                state = Some(found).filter(|state| !state.is_empty());
            }
        }
    }

    #[test]
    fn a_package_needs_an_intent_and_a_release() {
        use EventKind as Kind;
        lead(
            next_referral,
            &[
                (Kind::HandoverReleased, Err(Refusal::NoIntent)),
                (Kind::ForensicsReportReceived, Err(Refusal::NotApplied)),
                (Kind::IntentWithdrawn, Err(Refusal::NoIntent)),
                (Kind::ReferralApplied, Ok(APPLIED)),
                (Kind::HandoverReleased, Err(Refusal::NoIntent)),
                (Kind::IntentRecorded, Ok(RECORDED)),
                (Kind::HandoverReleased, Err(Refusal::NoIntent)),
                (Kind::IntentGiven, Ok(INTENT)),
                (Kind::IntentGiven, Err(Refusal::IntentKnown)),
                (Kind::HandoverCreated, Err(Refusal::NotReleased)),
                (Kind::HandoverReleased, Ok(RELEASED)),
                (Kind::HandoverCreated, Ok(PACKAGED)),
                (Kind::HandoverCreated, Err(Refusal::NotReleased)),
                (Kind::HandoverReleased, Err(Refusal::PackageKnown)),
                (Kind::HandoverCollected, Ok(COLLECTED)),
                (Kind::HandoverCollected, Ok(COLLECTED)),
                (Kind::HandoverDestroyed, Err(Refusal::NoPackage)),
                (Kind::HandoverReleased, Err(Refusal::NoIntent)),
                (Kind::IntentGiven, Ok(INTENT)),
                (Kind::IntentWithdrawn, Ok(WITHDRAWN)),
                (Kind::HandoverReleased, Err(Refusal::NoIntent)),
                (Kind::IntentGiven, Ok(INTENT)),
                (Kind::CaseWithdrawn, Ok(WITHDRAWN)),
                (Kind::CaseErased, Ok("")),
            ],
        );
    }

    #[test]
    fn an_action_needs_an_acknowledged_notice() {
        use EventKind as Kind;
        lead(
            next_remote,
            &[
                (Kind::RemoteAction, Err(Refusal::NotAcknowledged)),
                (Kind::RemoteAcknowledged, Err(Refusal::NoNotice)),
                (Kind::RemoteEnded, Err(Refusal::NoRemoteWork)),
                (Kind::RemoteOrdered, Ok(ORDERED)),
                (Kind::RemoteAction, Err(Refusal::NotAcknowledged)),
                (Kind::RemoteNotice, Ok(NOTIFIED)),
                (Kind::RemoteAction, Err(Refusal::NotAcknowledged)),
                (Kind::RemoteAcknowledged, Ok(ACKNOWLEDGED)),
                (Kind::RemoteAction, Ok(ACKNOWLEDGED)),
                (Kind::RemoteOrdered, Ok(ORDERED)),
                (Kind::RemoteAction, Err(Refusal::NotAcknowledged)),
                (Kind::RemoteEnded, Ok(ENDED)),
                (Kind::RemoteAction, Err(Refusal::NotAcknowledged)),
            ],
        );
    }
}
