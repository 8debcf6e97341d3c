//! The rows of the queue: clear columns alone, so that a look at the queue is no reading of a case.
//!
//! A `QueueLine` → 「緊急 | 2609-4873-1059 | ランサムウェア 続いている | 受付 | 3時間20分 | sato | 11/30」

use kakekomi_core::{Context, message};
use kakekomi_store::{Damaged, QueueLine, Read};
use maud::{Markup, html};

use crate::frame::{Visit, inert, moment};

/// The paths of the coded answers in the form.
const KIND: &str = "/incident/kind";

/// Writes the rows of a list. With `can_close`, each open case has a box for closing several at once.
pub fn table(visit: &Visit, lines: &[Read<QueueLine>], context: Option<&Context>, can_close: bool) -> Markup {
    let words = &visit.words().queue;
    html! {
        table.queue {
            thead {
                tr {
                    @if can_close { th scope="col" { span.unseen { (words.choose) } } }
                    th scope="col" { (words.urgency) }
                    th scope="col" { (words.number) }
                    th scope="col" { (words.contents) }
                    th scope="col" { (words.state) }
                    th scope="col" { (words.waiting) " " span.label { (words.in_open_hours) } }
                    th scope="col" { (words.assignee) }
                    th scope="col" { (words.follow_up) }
                }
            }
            tbody {
                @for line in lines {
                    @match line {
                        Ok(line) => (row(visit, line, context, can_close)),
                        Err(damaged) => (damaged_row(visit, damaged, can_close)),
                    }
                }
            }
        }
    }
}

fn row(visit: &Visit, queued: &QueueLine, context: Option<&Context>, can_close: bool) -> Markup {
    let (words, line) = (&visit.words().queue, &queued.line);
    let is_due = queued.follow_up.is_some_and(|at| at <= visit.now());
    let is_closed = line.status == "closed";
    html! {
        tr {
            @if can_close {
                td.queue__choose {
                    @if !is_closed {
                        label { input type="checkbox" name="case" value={ (line.number) ":" (queued.changed_n) }; span.unseen { (words.choose) " " (line.number) } }
                    }
                }
            }
            td { (urgency(visit, line.urgency.as_deref())) }
            td.queue__number {
                a.number href={ "/cases/" (line.number) } { (line.number) }
                @if line.test { " " span.tag { (words.is_test) } }
                @if line.held { " " span.tag { (words.is_held) } }
            }
            td.queue__contents { (contents(visit, queued)) }
            td.queue__state { (state(visit, &line.status, line.outcome.as_deref())) (pending_referral(visit, queued)) }
            td.queue__waiting.number { (waiting(visit, queued, context)) }
            td.queue__assignee { @if let Some(name) = &line.assignee { (inert::text(name)) } @else { span.label.none { "–" } } }
            td.number {
                @if let Some(at) = queued.follow_up {
                    span.due[is_due] { (moment::date(visit, at)) @if is_due { " " (words.is_due) } }
                }
            }
        }
    }
}

/// Writes a row that cannot be read; the rest of the queue is shown all the same.
fn damaged_row(visit: &Visit, damaged: &Damaged, can_close: bool) -> Markup {
    html! {
        tr {
            @if can_close { td {} }
            td {}
            td.queue__number.number { (inert::text(damaged.number.as_deref().unwrap_or("–"))) }
            td colspan="5" { (visit.words().queue.damaged) }
        }
    }
}

/// Writes an urgency as a word in its colour.
pub fn urgency(visit: &Visit, code: Option<&str>) -> Markup {
    let code = code.unwrap_or("normal");
    html! { span class={ "urgency urgency--" (code) } { (visit.words().coded.urgency.get(code)) } }
}

/// Writes a state, with the outcome of a closed case.
pub fn state(visit: &Visit, status: &str, outcome: Option<&str>) -> Markup {
    let coded = &visit.words().coded;
    html! {
        span class={ "state state--" (status) } { (coded.status.get(status)) }
        @if let Some(outcome) = outcome { " " span.label { (coded.outcome.get(outcome)) } }
    }
}

/// Writes the step of a hand-over for which the case waits at the desk; nothing for another case.
fn pending_referral(visit: &Visit, queued: &QueueLine) -> Markup {
    html! {
        @if let Some(state) = queued.pending_referral() { " " span.tag { (visit.words().coded.referral_pending.get(state)) } }
    }
}

/// Writes kind, ongoing and wanted services.
fn contents(visit: &Visit, queued: &QueueLine) -> Markup {
    let coded = &queued.line.coded;
    html! {
        @if let Some(kind) = &coded.kind { span.queue__kind { (kind_title(visit, kind)) } }
        @else { span.label { (visit.words().queue.no_kind) } }
        @if coded.ongoing.as_deref() == Some("yes") { " " span.tag.tag--ongoing { (visit.words().coded.ongoing.get("yes")) } }
        @if let Some(services) = &coded.services { " " span.label { (self::services(visit, services)) } }
    }
}

/// Returns the form's title of a kind of incident.
pub fn kind_title<'a>(visit: &Visit, kind: &'a str) -> &'a str {
    message::option(KIND, kind, visit.locale).unwrap_or(kind)
}

/// Lists services: `consultation remote` → 「相談・遠隔サポート」.
pub fn services(visit: &Visit, codes: &str) -> String {
    let words = visit.words();
    let titles: Vec<_> = codes.split_whitespace().map(|code| words.coded.service.get(code)).collect();
    titles.join(&words.frame.list_separator)
}

fn waiting(visit: &Visit, queued: &QueueLine, context: Option<&Context>) -> Markup {
    html! {
        @match (queued.waiting_since, context) {
            (Some(since), Some(context)) => {
                (moment::duration(visit, kakekomi_casework::open_ms_since(context, since)))
                " " br;
                span.label { (moment::since(visit, since)) }
            }
            (Some(since), None) => (moment::since(visit, since)),
            (None, _) => span.label.none { "–" },
        }
    }
}
