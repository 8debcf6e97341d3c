//! The events of a case in words, the last one first.
//!
//! `call.logged {"reached":true,"text":"…"}` → 「電話した　つながった」 with the text below it, the time and the name

use kakekomi_casework::ShownEvent;
use maud::{Markup, html};
use serde_json::Value;

use super::event_body::details;
use crate::frame::{Visit, inert, moment};

/// Writes the timeline. Readings are folded, since they are many and change nothing.
pub fn timeline(visit: &Visit, events: &[ShownEvent]) -> Markup {
    let words = &visit.words().case;
    let readings: Vec<_> = events.iter().rev().filter(|event| event.is_reading()).collect();
    html! {
        ol.timeline reversed {
            @for event in events.iter().rev().filter(|event| !event.is_reading()) { (entry(visit, event)) }
        }
        @if !readings.is_empty() {
            details {
                summary { (words.readings) " (" (readings.len()) ")" }
                ol.timeline reversed { @for event in readings { (entry(visit, event)) } }
            }
        }
    }
}

/// Writes one event.
pub fn entry(visit: &Visit, event: &ShownEvent) -> Markup {
    html! {
        li.event value=[event.n] {
            p.event__head {
                strong { (visit.words().coded.event.get(&event.kind)) }
                " " span.label { (moment::full(visit, event.at)) "  " (actor(visit, &event.actor)) }
            }
            @if let Some(body) = &event.body { (body_of(visit, &event.kind, body)) }
        }
    }
}

/// Writes the body of an event, also of one that has not been stored.
pub fn body_of(visit: &Visit, kind: &str, body: &Value) -> Markup {
    let details = details(visit, kind, body);
    html! {
        @if !details.is_empty() {
            dl.event__body {
                @for (title, value) in details {
                    div { @if !title.is_empty() { dt { (title) } } dd { (value) } }
                }
            }
        }
    }
}

/// Writes who caused an event: `operator:sato` → `sato`, `applicant` → 「お客さま」.
pub fn actor(visit: &Visit, actor: &str) -> Markup {
    let words = &visit.words().case;
    match actor.split_once(':') {
        Some(("operator", name)) => inert::text(name),
        _ if actor == "applicant" => html! { (words.applicant) },
        _ if actor == "system" => html! { (words.system) },
        _ => inert::text(actor),
    }
}
