//! Urgency of a case by the answers of its applicant, for the order of the desk's queue.
//!
//! `{"incident": {"kind": "ransomware", "ongoing": "yes"}}` → [`Urgency::Critical`], because [`UrgencyReason::Ongoing`] and
//! [`UrgencyReason::Ransomware`].
//!
//! `docs/urgency.md` is the table of the rules. **An answer that is missing or unknown never lowers the urgency:** only 「いいえ」 does.
//! The module does not hold this file: the host assesses the values of a report.

use crate::diagnostics::Diagnostics;
use crate::form::{Answer, Connection, Draft, Incident, Kind, Priority, YesNo, section};
use crate::json;
use crate::locale::Locale;
use crate::message;
use crate::path::PathCursor;
use crate::text_limit::TEXT_READ_MAX;

/// The number of connected machines from which an incident may be spreading between them.
pub const CONNECTED_MIN: usize = 2;

/// The urgency of a case and the answers that it follows from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assessment {
    /// The urgency.
    pub urgency: Urgency,
    /// The reasons, the weightiest first; empty for [`Urgency::Normal`].
    pub reasons: Vec<UrgencyReason>,
}

/// Assesses the values of a report; those that cannot be read are normal without reasons.
pub fn assess(values: &[u8]) -> Assessment {
    let normal = Assessment { urgency: Urgency::Normal, reasons: Vec::new() };
    let Ok(node) = json::read(values, TEXT_READ_MAX) else { return normal };
    let mut draft = Draft::default();
    section::read(&mut draft, node, &PathCursor::ROOT, &mut Diagnostics::default());
    let facts = Facts::of(&draft);
    let reasons = facts.reasons();
    if !reasons.is_empty() {
        Assessment { urgency: if facts.is_critical() { Urgency::Critical } else { Urgency::High }, reasons }
    } else if facts.is_low() {
        Assessment { urgency: Urgency::Low, reasons: vec![UrgencyReason::Over, UrgencyReason::NoThirdParty] }
    } else {
        normal
    }
}

/// The answers that decide.
struct Facts {
    kind: Option<Kind>,
    ongoing: Option<YesNo>,
    third_party_harm: Option<YesNo>,
    /// The applicant asks to find out whether data got out.
    fears_leak: bool,
    /// Machines that are on the network.
    connected: usize,
}

impl Facts {
    fn of(draft: &Draft) -> Facts {
        let Incident { kind, ongoing, third_party_harm, priorities, .. } = &draft.incident;
        let machines = draft.devices.given().into_iter().flat_map(|machines| &machines.0);
        Facts {
            kind: kind.given().copied(),
            ongoing: ongoing.given().copied(),
            third_party_harm: third_party_harm.given().copied(),
            fears_leak: priorities.given().is_some_and(|priorities| priorities.0.contains(&Priority::Leak)),
            connected: machines.filter(|machine| machine.connection == Answer::Given(Connection::Connected)).count(),
        }
    }

    /// The reasons for more than normal urgency.
    fn reasons(&self) -> Vec<UrgencyReason> {
        let is_over = self.ongoing == Some(YesNo::No);
        let kind = match self.kind {
            Some(Kind::Ransomware) => Some(UrgencyReason::Ransomware),
            Some(Kind::InformationLeak) => Some(UrgencyReason::InformationLeak),
            Some(Kind::Malware) if !is_over => Some(UrgencyReason::Malware),
            Some(Kind::UnauthorizedAccess) if !is_over => Some(UrgencyReason::UnauthorizedAccess),
            Some(Kind::AccountTakeover) if !is_over => Some(UrgencyReason::AccountTakeover),
            _ => None,
        };
        // A lost machine is on no network of ours, and a server under a flood has to stay on it.
        let spreads_on_network = !matches!(self.kind, Some(Kind::LostDevice | Kind::DenialOfService));
        let ongoing = match self.ongoing {
            Some(YesNo::Yes) => Some(UrgencyReason::Ongoing),
            None if self.has_intruder() => Some(UrgencyReason::MayBeOngoing),
            _ => None,
        };
        [
            ongoing,
            kind,
            (self.third_party_harm == Some(YesNo::Yes)).then_some(UrgencyReason::ThirdParty),
            (spreads_on_network && self.connected >= CONNECTED_MIN).then_some(UrgencyReason::ConnectedDevices),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// Checks for a kind with an intruder, who is taken to be there while nobody says that the harm is over.
    fn has_intruder(&self) -> bool {
        matches!(self.kind, Some(Kind::Malware | Kind::UnauthorizedAccess | Kind::AccountTakeover))
    }

    fn is_ongoing(&self) -> bool {
        self.ongoing == Some(YesNo::Yes)
    }

    /// Checks for harm that goes on and grows: it spreads to other machines, destroys data, or reaches other people.
    fn is_critical(&self) -> bool {
        let grows = matches!(self.kind, Some(Kind::Ransomware | Kind::Malware | Kind::UnauthorizedAccess));
        self.is_ongoing() && (grows || self.third_party_harm == Some(YesNo::Yes))
    }

    /// Checks for harm that is said to be over, by a kind that leaves no intruder behind, where nobody else is harmed.
    fn is_low(&self) -> bool {
        let no = Some(YesNo::No);
        let ends =
            matches!(self.kind, Some(Kind::PhishingFraud | Kind::DenialOfService | Kind::LostDevice | Kind::Other));
        ends && self.ongoing == no && self.third_party_harm == no && !self.fears_leak
    }
}

/// The urgency of a case. The order of the variants is that of the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Urgency {
    /// The harm goes on and grows.
    Critical,
    /// The harm goes on, or may go on or be severe.
    High,
    /// Anything else.
    Normal,
    /// The harm is said to be over.
    Low,
}

impl Urgency {
    /// Every urgency, the most urgent first.
    pub const ALL: [Urgency; 4] = [Urgency::Critical, Urgency::High, Urgency::Normal, Urgency::Low];

    /// `critical`, `high`, `normal` or `low`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Urgency::Critical => "critical",
            Urgency::High => "high",
            Urgency::Normal => "normal",
            Urgency::Low => "low",
        }
    }

    /// The urgency of a word, `None` for an unknown word.
    pub fn read(word: &str) -> Option<Urgency> {
        Urgency::ALL.into_iter().find(|urgency| urgency.as_str() == word)
    }
}

/// An answer that an urgency follows from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UrgencyReason {
    /// The harm is said to go on.
    Ongoing,
    /// An intruder may be there: nobody says that the harm is over.
    MayBeOngoing,
    /// The kind is ransomware.
    Ransomware,
    /// The kind is malware, and the harm is not said to be over.
    Malware,
    /// The kind is unauthorized access, and the harm is not said to be over.
    UnauthorizedAccess,
    /// The kind is the takeover of an account, and the harm is not said to be over.
    AccountTakeover,
    /// The kind is a leak of information.
    InformationLeak,
    /// Third parties are harmed (clause 4⑨).
    ThirdParty,
    /// [`CONNECTED_MIN`] machines or more are on the network.
    ConnectedDevices,
    /// The harm is said to be over.
    Over,
    /// Nobody else is said to be harmed.
    NoThirdParty,
}

impl UrgencyReason {
    /// Every reason.
    pub const ALL: [UrgencyReason; 11] = [
        UrgencyReason::Ongoing,
        UrgencyReason::MayBeOngoing,
        UrgencyReason::Ransomware,
        UrgencyReason::Malware,
        UrgencyReason::UnauthorizedAccess,
        UrgencyReason::AccountTakeover,
        UrgencyReason::InformationLeak,
        UrgencyReason::ThirdParty,
        UrgencyReason::ConnectedDevices,
        UrgencyReason::Over,
        UrgencyReason::NoThirdParty,
    ];

    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            UrgencyReason::Ongoing => "urgency.ongoing",
            UrgencyReason::MayBeOngoing => "urgency.may_be_ongoing",
            UrgencyReason::Ransomware => "urgency.ransomware",
            UrgencyReason::Malware => "urgency.malware",
            UrgencyReason::UnauthorizedAccess => "urgency.unauthorized_access",
            UrgencyReason::AccountTakeover => "urgency.account_takeover",
            UrgencyReason::InformationLeak => "urgency.information_leak",
            UrgencyReason::ThirdParty => "urgency.third_party",
            UrgencyReason::ConnectedDevices => "urgency.connected_devices",
            UrgencyReason::Over => "urgency.over",
            UrgencyReason::NoThirdParty => "urgency.no_third_party",
        }
    }

    /// The sentence for operators.
    pub fn sentence(self, locale: Locale) -> &'static str {
        message::urgency(self.code(), locale)
    }
}

#[cfg(test)]
mod tests;
