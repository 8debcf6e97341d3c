//! The forms of referral, reports and remote work, with the states above them: what is missing for the next step is said there.
//!
//! a case without an intent → 「引き渡し：申し込みあり（提供意思は未確認）　提供意思が記録されていません。…」

use kakekomi_casework::{
    AcknowledgedHow, CaseView, ClauseAction, Contents, ReportPurpose, Right, ShownEvent, WorkError, WorkMode, WorkedBy,
};
use kakekomi_core::Locale;
use kakekomi_core::message::substitute;
use kakekomi_store::{EventKind, Organization};
use maud::{Markup, PreEscaped, html};
use serde_json::{Value, json};

use super::{approval_form, timeline};
use crate::frame::field::{FieldSet, Need};
use crate::frame::{Visit, inert};
use crate::intake::demoted;

/// The state of a case without a referral, or without remote work.
const NONE: &str = "none";

/// The organizations from which the forms let choose.
#[derive(Default)]
pub struct Organizations {
    /// Those that the case can be released to.
    receivers: Vec<Organization>,
    /// Those whose report can be recorded.
    reporters: Vec<Organization>,
}

impl Organizations {
    /// Reads the lists. Where they cannot be read, the form says that nothing can be chosen.
    pub async fn load(visit: &Visit, view: &CaseView) -> Organizations {
        let casework = &visit.desk.parts.casework;
        let Ok(operator) = visit.operator() else { return Organizations::default() };
        if !visit.may(Right::Act) {
            return Organizations::default();
        }
        let lists = async {
            let receivers = casework.receivers(&operator, view).await?;
            let reporters = casework.reporters(&operator, view).await?;
            Ok::<_, WorkError>(Organizations { receivers, reporters })
        };
        lists.await.unwrap_or_else(|error| {
            tracing::warn!(%error, "the organizations cannot be listed");
            Organizations::default()
        })
    }
}

/// Reports whether the state of a case fits an action; the store decides again when the form is sent.
pub fn fits(visit: &Visit, view: &CaseView, word: &str) -> bool {
    let clauses = &view.case.clauses;
    let (referral, remote) = (state(clauses.referral.as_ref()), state(clauses.remote.as_ref()));
    let is_open = view.case.line.status != "closed";
    match word {
        "applied" => is_open && matches!(referral, NONE | "withdrawn"),
        "intent" => is_open && !matches!(referral, "intent" | "released" | "packaged"),
        "confirm_intent" => referral == "recorded" && !is_recorder(visit, view),
        "withdraw_intent" => !matches!(referral, NONE | "applied" | "withdrawn"),
        "release" => matches!(referral, "intent" | "released") && view.case.line.may_hand_over(),
        "remote_order" => is_open && remote != "ordered",
        "remote_notice" => is_open && remote != "acknowledged",
        "remote_acknowledge" => is_open && remote == "notified",
        "remote_action" => is_open && remote == "acknowledged",
        "remote_end" => !matches!(remote, NONE | "ended"),
        "report" => referral != NONE,
        "use_report" => clauses.reported,
        "approval" => true,
        "end_approval" => !approval_form::open_approvals(view).is_empty(),
        _ => false,
    }
}

/// Reports whether the one who visits recorded the intent that waits for a second person.
fn is_recorder(visit: &Visit, view: &CaseView) -> bool {
    let recorder = view.case.clauses.recorded_by.as_deref().and_then(|actor| actor.split_once(':'));
    let account = visit.session.as_ref().map(|session| session.account.as_str());
    recorder.is_some_and(|(_, name)| Some(name) == account)
}

fn state(state: Option<&String>) -> &str {
    state.map_or(NONE, String::as_str)
}

/// Writes both states, each with what is missing for the next step.
pub fn states(visit: &Visit, view: &CaseView) -> Markup {
    let (words, coded) = (&visit.words().clause, &visit.words().coded);
    let clauses = &view.case.clauses;
    let (referral, remote) = (state(clauses.referral.as_ref()), state(clauses.remote.as_ref()));
    html! {
        dl.clause-states {
            div { dt { (words.referral) } dd { strong { (coded.referral.get(referral)) } " " (coded.referral_next.get(referral)) } }
            div { dt { (words.work) } dd { strong { (coded.remote.get(remote)) } " " (coded.remote_next.get(remote)) } }
        }
    }
}

/// Writes the states that a case has, for its facts.
pub fn facts(visit: &Visit, view: &CaseView) -> Markup {
    let (words, coded) = (&visit.words().clause, &visit.words().coded);
    let clauses = &view.case.clauses;
    // One alone takes the row, which would be half empty.
    let is_alone = clauses.referral.is_some() != clauses.remote.is_some();
    html! {
        @if let Some(referral) = &clauses.referral { div.facts__wide[is_alone] { dt { (words.referral) } dd { (coded.referral.get(referral)) } } }
        @if let Some(remote) = &clauses.remote { div.facts__wide[is_alone] { dt { (words.work) } dd { (coded.remote.get(remote)) } } }
    }
}

/// Writes the fields of an action of [`ClauseAction::WORDS`].
pub fn fields(set: &FieldSet<'_>, view: &CaseView, organizations: &Organizations, word: &str) -> Markup {
    let (words, coded) = (&set.visit.words().clause, &set.visit.words().coded);
    match word {
        "applied" | "withdraw_intent" => set.area("reason", &set.visit.words().action.withdrawn_by, Need::Required),
        "intent" => intent(set),
        "confirm_intent" => html! {
            (last(view, EventKind::IntentRecorded).map_or_else(|| html! {}, |event| recorded(set.visit, view, event)))
            (set.tick("confirm", &words.confirm, Need::Required))
        },
        "release" => organization(set, &words.organization, &organizations.receivers),
        "remote_order" => html! {
            (set.line("price", "text", &words.price, Need::Required))
            (set.line("approved_by", "text", &words.approved_by, Need::Required))
            (set.area("text", &words.remark, Need::Optional))
        },
        "remote_notice" => notice(set, view),
        "remote_acknowledge" => html! {
            (acknowledged_version(set, view))
            (set.line("by", "text", &words.acknowledged_by, Need::Required))
            (set.radios("how", &words.acknowledged_how, &AcknowledgedHow::ALL.iter().map(|one| (one.as_str(), coded.acknowledged.get(one.as_str()))).collect::<Vec<_>>()))
        },
        "remote_action" => html! {
            (set.radios("by", &words.worked_by, &WorkedBy::ALL.iter().map(|one| (one.as_str(), coded.worked_by.get(one.as_str()))).collect::<Vec<_>>()))
            (set.line("device", "text", &words.device, Need::Required))
            (set.line("account", "text", &words.account, Need::Required))
            (set.area("text", &words.worked, Need::Required))
        },
        "remote_end" => set.area("text", &words.remark, Need::Optional),
        "report" => html! {
            (organization(set, &words.report_organization, &organizations.reporters))
            (set.line("title", "text", &words.report_title, Need::Required))
            (set.line("sha256", "text", &words.sha256, Need::Optional))
            (set.area("text", &words.remark, Need::Optional))
        },
        "use_report" => use_report(set, view),
        "approval" => approval_form::fields(set, view),
        "end_approval" => approval_form::end_fields(set, view),
        _ => html! {},
    }
}

/// Writes the fields of an intent, with the document to read out.
fn intent(set: &FieldSet<'_>) -> Markup {
    let words = &set.visit.words().clause;
    // The Japanese text prevails.
    let document = set.visit.desk.desk().documents().consent.served(Locale::Ja);
    html! {
        (hidden("document", &format!("{} {}", document.version, document.sha256)))
        details.document {
            summary { (substitute(&words.document, "version", document.version)) }
            div lang="ja" tabindex="0" role="group" aria-label=(substitute(&words.document, "version", document.version)) {
                (PreEscaped(demoted(document.html)))
            }
        }
        (set.line("name", "text", &words.name, Need::Required))
        (set.line("role", "text", &words.role, Need::Required))
        (set.tick("read_out", &substitute(&words.read_out, "version", document.version), Need::Required))
        (set.area("text", &words.said, Need::Optional))
    }
}

/// Writes the notice in the applicant's language, and the mode of the work.
fn notice(set: &FieldSet<'_>, view: &CaseView) -> Markup {
    let (words, coded) = (&set.visit.words().clause, &set.visit.words().coded);
    let desk = set.visit.desk.desk();
    let notice = desk.risk_notice();
    let locale = if view.case.line.locale == Locale::En.as_str() { Locale::En } else { Locale::Ja };
    let modes: Vec<_> = WorkMode::ALL.iter().map(|mode| (mode.as_str(), coded.work_mode.get(mode.as_str()))).collect();
    html! {
        (hidden("version", &notice.version))
        h3 id=(set.id("version")) { (substitute(&words.notice, "version", &notice.version)) }
        ul.notice lang=(locale.as_str()) { @for sentence in notice.text.get(locale) { li { (sentence) } } }
        (set.radios("mode", &words.mode, &modes))
    }
}

/// Writes the choice of a report that came, and of one of the two purposes.
fn use_report(set: &FieldSet<'_>, view: &CaseView) -> Markup {
    let (words, coded) = (&set.visit.words().clause, &set.visit.words().coded);
    let kind = EventKind::ForensicsReportReceived.as_str();
    let reports = view.timeline.iter().filter(|event| event.kind == kind);
    let reports: Vec<_> = reports.filter_map(|event| report_title(set.visit, event)).collect();
    let reports: Vec<_> = reports.iter().map(|(n, title)| (n.as_str(), title.as_str())).collect();
    let purposes: Vec<_> =
        ReportPurpose::ALL.iter().map(|one| (one.as_str(), coded.report_purpose.get(one.as_str()))).collect();
    html! {
        (set.select("report", &words.report, Need::Required, &reports))
        (set.radios("purpose", &words.purpose, &purposes))
        (set.area("text", &words.used, Need::Required))
    }
}

/// Returns the number of a report's event, and its title. An option has no markup, so that the title is made visible text.
fn report_title(visit: &Visit, event: &ShownEvent) -> Option<(String, String)> {
    let n = event.n?.to_string();
    let title = event.body.as_ref().and_then(|body| body.get("title")?.as_str());
    let title = inert::visible(title.unwrap_or_else(|| visit.words().coded.event.get(&event.kind)));
    Some((n.clone(), substitute(&substitute(&visit.words().clause.event, "n", &n), "title", &title)))
}

/// Writes the choice of an organization; without one, that it has to be registered first.
fn organization(set: &FieldSet<'_>, title: &str, organizations: &[Organization]) -> Markup {
    let names: Vec<_> = organizations.iter().map(|one| (one.id.as_str(), inert::visible(&one.name))).collect();
    let options: Vec<_> = names.iter().map(|(id, name)| (*id, name.as_str())).collect();
    html! {
        @if options.is_empty() { p.notice.notice--warning { (set.visit.words().clause.no_organization) } }
        (set.select("organization", title, Need::Required, &options))
    }
}

/// Writes what was recorded, for the one who confirms it. The event of an application by telephone has no body: the consent record
/// of the case has who agreed, and to which document.
fn recorded(visit: &Visit, view: &CaseView, event: &ShownEvent) -> Markup {
    let event = ShownEvent { body: event.body.clone().or_else(|| agreed_by_phone(view)), ..event.clone() };
    html! { ol.timeline { (timeline::entry(visit, &event)) } }
}

/// Returns the speaker and the document of an application by telephone, as an event has them.
fn agreed_by_phone(view: &CaseView) -> Option<Value> {
    let Contents::Opened(contents) = &view.contents else { return None };
    let consent: Value = serde_json::from_str(contents.opened.record.consent.get()).ok()?;
    Some(json!({ "name": consent.get("agreed_by")?, "document": consent.get("document")? }))
}

/// Writes the version of the notice that was read out last; where it stays sealed, the operator writes it.
fn acknowledged_version(set: &FieldSet<'_>, view: &CaseView) -> Markup {
    let title = &set.visit.words().coded.member.get("version");
    match last(view, EventKind::RemoteNotice).and_then(|event| event.text("version")) {
        Some(version) => html! {
            (hidden("version", version))
            p id=(set.id("version")) { (title) (set.visit.words().frame.colon) (inert::text(version)) }
        },
        None => set.line("version", "text", title, Need::Required),
    }
}

fn last(view: &CaseView, kind: EventKind) -> Option<&ShownEvent> {
    view.timeline.iter().rev().find(|event| event.kind == kind.as_str())
}

fn hidden(name: &str, value: &str) -> Markup {
    html! { input type="hidden" name=(name) value=(value); }
}

/// Reports whether the word is that of an action here.
pub fn is_clause(word: &str) -> bool {
    ClauseAction::WORDS.contains(&word)
}

/// Reports whether a case has a record of remote or guided work.
pub fn has_work(view: &CaseView) -> bool {
    view.timeline.iter().any(|event| event.kind.starts_with("remote."))
}
