//! Texts that look like they hold a secret, by their paths (clause 4⑥: the desk never collects them).
//!
//! `{"incident": {"operation": "パスワードは Abc123!"}}` → `/incident/operation`.

mod likely;
mod number;

use crate::form::{Answer, Draft, Line, Text};
use likely::likely;

/// The paths of the texts that look like they hold a secret, in the form's order.
pub fn likely_paths(draft: &Draft) -> Vec<String> {
    let (contact, incident) = (&draft.contact, &draft.incident);
    let mut paths = Vec::new();
    let mut look = |path: &dyn Fn() -> String, text: Option<&str>| {
        if text.is_some_and(likely) {
            paths.push(path());
        }
    };
    look(&|| "/contact/company".to_owned(), line(&contact.company));
    look(&|| "/contact/department".to_owned(), line(&contact.department));
    look(&|| "/contact/person".to_owned(), line(&contact.person));
    look(&|| "/contact/responsible".to_owned(), line(&contact.responsible));
    look(&|| "/incident/summary".to_owned(), text(&incident.summary));
    look(&|| "/incident/purpose".to_owned(), text(&incident.purpose));
    let note = incident.discovery_trigger.given().and_then(|trigger| text(&trigger.note));
    look(&|| "/incident/discovery_trigger/note".to_owned(), note);
    look(&|| "/incident/target".to_owned(), text(&incident.target));
    look(&|| "/incident/operation".to_owned(), text(&incident.operation));
    look(&|| "/incident/requests".to_owned(), text(&incident.requests));
    for (index, machine) in draft.devices.given().into_iter().flat_map(|machines| &machines.0).enumerate() {
        look(&|| format!("/devices/{index}/os"), line(&machine.os));
        look(&|| format!("/devices/{index}/antivirus"), line(&machine.antivirus));
        look(&|| format!("/devices/{index}/notes"), text(&machine.notes));
    }
    look(&|| "/network/topology".to_owned(), text(&draft.network.topology));
    for (index, log) in draft.logs.given().into_iter().flat_map(|logs| &logs.0).enumerate() {
        look(&|| format!("/logs/{index}/name"), line(&log.name));
        look(&|| format!("/logs/{index}/time_zone"), line(&log.time_zone));
        look(&|| format!("/logs/{index}/note"), text(&log.note));
    }
    paths
}

fn text(answer: &Answer<Text>) -> Option<&str> {
    answer.given().map(|text| text.0.as_str())
}

fn line(answer: &Answer<Line>) -> Option<&str> {
    answer.given().map(|line| line.0.as_str())
}
