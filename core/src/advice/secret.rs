//! Texts that look like they hold a secret, by their paths (clause 4⑥: the desk never collects them).
//!
//! `{"incident": {"operation": "パスワードは Abc123!"}}` → `/incident/operation`.

mod command;
mod likely;
mod number;

use crate::form::{Answer, Draft, Line, Text};
use crate::text::concat;
use likely::likely;

/// The paths of the texts that look like they hold a secret, in the form's order.
pub fn likely_paths(draft: &Draft) -> Vec<String> {
    let (contact, incident) = (&draft.contact, &draft.incident);
    let mut paths = Vec::new();
    let mut look = |pattern: &str, index: usize, text: Option<&str>| {
        if text.is_some_and(likely) {
            paths.push(match pattern.split_once('*') {
                Some((list, member)) => concat(&[list, &index.to_string(), member]),
                None => pattern.to_owned(),
            });
        }
    };
    look("/contact/company", 0, line(&contact.company));
    look("/contact/department", 0, line(&contact.department));
    look("/contact/person", 0, line(&contact.person));
    look("/contact/responsible", 0, line(&contact.responsible));
    look("/incident/summary", 0, text(&incident.summary));
    look("/incident/purpose", 0, text(&incident.purpose));
    let note = incident.discovery_trigger.given().and_then(|trigger| text(&trigger.note));
    look("/incident/discovery_trigger/note", 0, note);
    look("/incident/target", 0, text(&incident.target));
    look("/incident/operation", 0, text(&incident.operation));
    look("/incident/requests", 0, text(&incident.requests));
    for (index, machine) in draft.devices.given().into_iter().flat_map(|machines| &machines.0).enumerate() {
        look("/devices/*/os", index, line(&machine.os));
        look("/devices/*/antivirus", index, line(&machine.antivirus));
        look("/devices/*/notes", index, text(&machine.notes));
    }
    look("/network/topology", 0, text(&draft.network.topology));
    for (index, log) in draft.logs.given().into_iter().flat_map(|logs| &logs.0).enumerate() {
        look("/logs/*/name", index, line(&log.name));
        look("/logs/*/time_zone", index, line(&log.time_zone));
        look("/logs/*/note", index, text(&log.note));
    }
    paths
}

fn text(answer: &Answer<Text>) -> Option<&str> {
    answer.given().map(|text| text.0.as_str())
}

fn line(answer: &Answer<Line>) -> Option<&str> {
    answer.given().map(|line| line.0.as_str())
}
