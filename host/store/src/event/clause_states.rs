//! The states that the consent document's clauses give a case: its referral (clauses 1② and 3), and its remote or guided work (4③④⑥).
//!
//! ```text
//! none → applied → recorded → intent → released → packaged → collected ; withdrawn           next("intent", handover.released) → "released"
//! none → ordered → notified → acknowledged → ended                                           next(none, remote.action) → NotAcknowledged
//! ```
//!
//! They follow from the kinds of the events alone, so that the database's triggers can refuse the same.

use super::kind::EventKind;
use super::projection::Refusal;

/// The states of a referral.
pub(crate) const APPLIED: &str = "applied";
pub(crate) const RECORDED: &str = "recorded";
pub(crate) const INTENT: &str = "intent";
pub(crate) const RELEASED: &str = "released";
pub(crate) const PACKAGED: &str = "packaged";
pub(crate) const COLLECTED: &str = "collected";
pub(crate) const WITHDRAWN: &str = "withdrawn";
/// The states of remote or guided work.
pub(crate) const ORDERED: &str = "ordered";
pub(crate) const NOTIFIED: &str = "notified";
pub(crate) const ACKNOWLEDGED: &str = "acknowledged";
pub(crate) const ENDED: &str = "ended";

/// Computes the state of a referral after an event.
///
/// # Errors
/// [`Refusal`]: the state does not allow the event.
pub fn referral(state: Option<&str>, kind: EventKind) -> Result<Option<&str>, Refusal> {
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
pub fn remote(state: Option<&str>, kind: EventKind) -> Result<Option<&str>, Refusal> {
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
        lead(referral, &[
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
        ]);
    }

    #[test]
    fn an_action_needs_an_acknowledged_notice() {
        use EventKind as Kind;
        lead(remote, &[
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
        ]);
    }
}
