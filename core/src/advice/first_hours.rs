//! Guidance for the hours until the desk calls back, by the kind of incident and the answers.
//!
//! `{"incident": {"kind": "ransomware", "ongoing": "yes"}}` → isolate, keep powered, ask about
//! powering off while files are being encrypted, no second scan, keep logs, photograph the note, …
//!
//! Source: requirements.md, "Advice that helps while the applicant waits"; article 26 of the Act on
//! the Protection of Personal Information for the duty to report.

use super::{Guidance, yes};
use crate::code::Code;
use crate::context::Context;
use crate::form::{By, Connection, Device, Draft, Kind, Priority};
use crate::message;

/// The guidance that fits a draft; empty before the first answer about the incident.
pub fn guidance(draft: &Draft, context: &Context) -> Vec<Guidance> {
    let incident = &draft.incident;
    if incident.kind.is_absent() && incident.summary.is_absent() && incident.ongoing.is_absent() {
        return Vec::new();
    }
    let kind = incident.kind.given().copied();
    let rows = [
        (intrusion(kind) && some_machine_online(draft), Code::GuidanceIsolate),
        (intrusion(kind), Code::GuidanceKeepPowered),
        (machines(draft).any(|machine| connection(machine) == Some(Connection::EdrIsolated)), Code::GuidanceEdrOnline),
        (kind == Some(Kind::Ransomware) && yes(&incident.ongoing), Code::GuidanceEncryptingNow),
        (intrusion(kind), Code::GuidanceNoSecondScan),
        (!matches!(kind, Some(Kind::LostDevice | Kind::PhishingFraud)), Code::GuidanceKeepLogs),
        (kind == Some(Kind::Ransomware) || is_revealed_by_attacker(draft), Code::GuidanceRansomNote),
        (true, Code::GuidanceDiary),
        (matches!(kind, Some(Kind::AccountTakeover | Kind::PhishingFraud)), Code::GuidanceAccounts),
        (may_leak(kind) || asks_for_leak(draft), Code::GuidancePersonalData),
        (kind == Some(Kind::LostDevice), Code::GuidanceLostDevice),
        (kind == Some(Kind::PhishingFraud), Code::GuidanceFraud),
        (kind == Some(Kind::WebDefacement), Code::GuidanceDefacement),
        (kind == Some(Kind::DenialOfService), Code::GuidanceFlood),
    ];
    rows.into_iter()
        .filter(|(fits, _)| *fits)
        .map(|(_, code)| Guidance { code, message: message::guidance(code, context.locale) })
        .collect()
}

/// Checks for a kind in which an intruder or malware is, or may be, inside a machine.
fn intrusion(kind: Option<Kind>) -> bool {
    !matches!(kind, Some(Kind::LostDevice | Kind::PhishingFraud | Kind::DenialOfService | Kind::WebDefacement))
}

/// Checks for a kind in which personal data may have got out: every known kind but a flood, which breaks into nothing.
fn may_leak(kind: Option<Kind>) -> bool {
    !matches!(kind, None | Some(Kind::DenialOfService | Kind::Other))
}

/// Checks if the applicant wants to know of a leak, or others are harmed already.
fn asks_for_leak(draft: &Draft) -> bool {
    let asked = draft.incident.priorities.given().is_some_and(|wishes| wishes.0.contains(&Priority::Leak));
    asked || yes(&draft.incident.third_party_harm)
}

/// Checks if a message of the attacker revealed it, which is to be kept like a ransom note.
fn is_revealed_by_attacker(draft: &Draft) -> bool {
    let trigger = draft.incident.discovery_trigger.given();
    trigger.and_then(|trigger| trigger.by.given()) == Some(&By::AttackerMessage)
}

/// Checks if a machine may still be on the network; true while no machine is listed.
fn some_machine_online(draft: &Draft) -> bool {
    let cut_off = |machine| {
        matches!(connection(machine), Some(Connection::Isolated | Connection::EdrIsolated | Connection::PoweredOff))
    };
    draft.devices.given().is_none() || machines(draft).any(|machine| !cut_off(machine))
}

fn machines(draft: &Draft) -> impl Iterator<Item = &Device> {
    draft.devices.given().into_iter().flat_map(|machines| &machines.0)
}

fn connection(machine: &Device) -> Option<Connection> {
    machine.connection.given().copied()
}
