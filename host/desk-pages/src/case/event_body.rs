//! The members of an event's body as rows: a title and a value each.
//!
//! `advice.given {"text","confidence","limits","channel"}` → 助言（参考情報）, 確からしさ, 限界, 伝え方

use kakekomi_store::EventKind;
use maud::{Markup, html};
use serde_json::Value;

use super::answers::moment_text;
use super::clause_event::Row;
use super::{clause_event, file_event, questions};
use crate::frame::{Visit, inert, moment};

/// Lists the rows of a body. Members that this version does not know are shown as they are.
pub fn details<'a>(visit: &'a Visit, kind: &str, body: &Value) -> Vec<Row<'a>> {
    let (words, coded) = (&visit.words().case, &visit.words().coded);
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    let typed = |title: &'a str, name: &str| Some((title, inert::text(text(name)?)));
    let word = |title: &'a str, value: &str| Some((title, html! { (value) }));
    let rows = match kind.parse::<EventKind>().ok() {
        Some(EventKind::CaseAssigned) => vec![
            Some((
                visit.words().queue.assignee.as_str(),
                text("assignee").map_or_else(|| html! { (words.nobody) }, inert::text),
            )),
            text("status").and_then(|status| word("", coded.status.get(status))),
        ],
        Some(EventKind::CaseUrgency) => vec![
            text("urgency").and_then(|urgency| word("", coded.urgency.get(urgency))),
            typed(&words.reason, "reason"),
        ],
        Some(EventKind::CaseState) => vec![text("status").and_then(|status| word("", coded.status.get(status)))],
        Some(EventKind::CaseClosed) => vec![
            text("outcome").and_then(|outcome| word(&words.outcome, coded.outcome.get(outcome))),
            typed(&words.reason, "reason"),
            typed(&words.link, "link"),
            text("duplicate_of").map(|number| (words.duplicate_of.as_str(), case_link(number))),
        ],
        Some(EventKind::CaseReopened | EventKind::CaseWithdrawn) => vec![typed(&words.reason, "reason")],
        Some(EventKind::CaseHold) => {
            let held = body.get("hold").and_then(Value::as_bool) == Some(true);
            vec![word("", if held { &words.hold_begins } else { &words.hold_ends }), typed(&words.reason, "reason")]
        }
        Some(EventKind::CaseFollowUp) => {
            let at = body.get("at").and_then(Value::as_i64);
            vec![Some(("", at.map_or_else(|| html! { (words.no_follow_up) }, |at| moment::date(visit, at))))]
        }
        Some(EventKind::NoteAdded | EventKind::AmendmentReceived | EventKind::DisclosureShared) => {
            vec![typed("", "text")]
        }
        Some(EventKind::CallLogged) => {
            let reached = body.get("reached").and_then(Value::as_bool) == Some(true);
            vec![
                word("", if reached { &words.reached } else { &words.not_reached }),
                typed(&words.said, "text"),
                typed(&words.disclosed, "disclosed"),
            ]
        }
        Some(EventKind::AdviceGiven) => vec![
            typed(&words.reference, "text"),
            text("confidence").and_then(|word_| word(&words.confidence, coded.confidence.get(word_))),
            typed(&words.limits, "limits"),
            text("channel").and_then(|word_| word(&words.channel, coded.channel.get(word_))),
        ],
        Some(EventKind::LimitationRecorded) => vec![
            text("limitation").and_then(|word_| word("", coded.limitation.get(word_))),
            typed(&words.details, "text"),
        ],
        Some(EventKind::QuestionAsked) => vec![Some(("", questions::list(visit, body)))],
        Some(EventKind::AnswerReceived) => vec![answers_of(visit, body)],
        Some(
            kind @ (EventKind::FileDeclared
            | EventKind::FileArrived
            | EventKind::FileMismatch
            | EventKind::FileExpired
            | EventKind::FileDownloaded
            | EventKind::FileDestroyed
            | EventKind::FileScanned),
        ) => return file_event::rows(visit, kind, body),
        // Their contents are elsewhere on the page, or there is nothing to show.
        Some(
            EventKind::CaseReceived
            | EventKind::CaseViewed
            | EventKind::CaseExported
            | EventKind::CaseErased
            | EventKind::CodeIssued
            | EventKind::DisclosureOpened,
        ) => Vec::new(),
        // Those of the clauses.
        Some(kind) => return clause_event::rows(visit, kind, body),
        None => vec![Some(("", inert::text(&body.to_string())))],
    };
    rows.into_iter().flatten().collect()
}

/// Writes a number as a link to its case.
fn case_link(number: &str) -> Markup {
    html! { a.number href={ "/cases/" (number) } { (inert::text(number)) } }
}

/// Writes the answers of an event; the values of the report are normalised.
fn answers_of<'a>(visit: &'a Visit, body: &Value) -> Option<Row<'a>> {
    let report: Value = serde_json::from_str(body.get("report")?.as_str()?).ok()?;
    let asked = report.pointer("/context/questions").cloned().unwrap_or_default();
    let answers = report.pointer("/values/other")?.as_object()?;
    let rows = html! {
        dl.rows {
            @for (id, answer) in answers {
                div {
                    dt { (inert::text(&questions::title_of(visit, &asked, id))) }
                    dd { (answer_text(visit, &asked, id, answer)) }
                }
            }
        }
    };
    Some(("", rows))
}

fn answer_text(visit: &Visit, asked: &Value, id: &str, answer: &Value) -> Markup {
    let words = &visit.words().case;
    match answer {
        _ if answer.get("unknown") == Some(&Value::Bool(true)) => html! { span.unknown { (words.unknown) } },
        Value::String(text) => match questions::choice_of(visit, asked, id, text) {
            Some(title) => inert::text(&title),
            None if text == "yes" && questions::is_yes_no(asked, id) => html! { (words.yes) },
            None if text == "no" && questions::is_yes_no(asked, id) => html! { (words.no) },
            None => inert::text(text),
        },
        other => {
            moment_text(visit, other).map_or_else(|| inert::text(&other.to_string()), |moment| inert::text(&moment))
        }
    }
}
