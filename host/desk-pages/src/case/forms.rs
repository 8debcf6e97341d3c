//! The forms of the actions beside a case: exactly one primary, the others folded.
//!
//! a case that was just received → the button 「対応を始める」; one in progress → the form 「電話を記録する」

use kakekomi_accounts::AccountLine;
use kakekomi_casework::{CaseView, Channel, ClauseAction, Confidence, LimitationKind, Right, Urgency, may};
use kakekomi_store::Organization;
use maud::{Markup, html};

use super::clause_forms;
use crate::frame::field::{FieldFault, FieldSet, Need, faults};
use crate::frame::{FormFields, Visit, inert, moment};

/// Rows of questions in the form.
const QUESTION_ROWS: usize = 5;
/// Kinds of questions, the most frequent first.
const QUESTION_KINDS: [&str; 4] = ["text", "yes_no", "choice", "moment"];
/// The states of a closed and of an erased case.
const CLOSED: &str = "closed";
const ERASED: &str = "erased";

/// A form that was sent and not accepted: it is shown open with its values and errors.
pub struct Rejected<'a> {
    /// The word of its action.
    pub word: &'a str,
    /// The typed values.
    pub typed: &'a FormFields,
    /// The errors.
    pub faults: &'a [FieldFault],
}

/// The actions of a group, under its title.
struct Group {
    title: fn(&Visit) -> &str,
    words: &'static [&'static str],
    /// Written above the forms.
    lead: fn(&Visit, &CaseView) -> Markup,
}

const GROUPS: &[Group] = &[
    Group {
        title: |visit| &visit.words().action.record,
        words: &["call", "note", "advice", "limitation"],
        lead: |_, _| html! {},
    },
    Group {
        title: |visit| &visit.words().action.to_applicant,
        words: &["ask", "disclose", "code"],
        lead: |_, _| html! {},
    },
    Group {
        title: |visit| &visit.words().clause.title,
        words: &ClauseAction::WORDS,
        lead: |visit, view| clause_forms::states(visit, view),
    },
    Group {
        title: |visit| &visit.words().action.manage,
        words: &["start", "assign", "urgency", "state", "follow_up", "close", "reopen", "withdraw", "hold", "erase"],
        lead: |_, _| html! {},
    },
];

/// The forms beside a case.
pub struct ActionForms<'a> {
    /// The visit.
    pub visit: &'a Visit,
    /// The case.
    pub view: &'a CaseView,
    /// Those who can be its assignee: names of accounts, and as people read them.
    people: Vec<(String, String)>,
    /// The organizations for forensics.
    organizations: Vec<Organization>,
}

/// Lists the accounts that can work on cases. Without the list an operator types the name.
async fn people(visit: &Visit) -> Vec<(String, String)> {
    let accounts = visit.desk.parts.accounts.list().await.unwrap_or_else(|error| {
        tracing::warn!(%error, "the accounts cannot be listed");
        Vec::new()
    });
    let works = |account: &AccountLine| !account.disabled && account.role.is_some_and(|role| may(role, Right::Act));
    // An option of a list has no markup, so that nothing there isolates the direction of a name.
    let entry = |account: AccountLine| (account.name, inert::visible(&account.display_name));
    accounts.into_iter().filter(works).map(entry).collect()
}

impl<'a> ActionForms<'a> {
    /// Reads the lists from which the forms let choose.
    pub async fn load(visit: &'a Visit, view: &'a CaseView) -> ActionForms<'a> {
        let (people, organizations) = (people(visit).await, clause_forms::organizations(visit).await);
        ActionForms { visit, view, people, organizations }
    }

    /// Writes all forms that the state of the case and the operator's role allow.
    pub fn all(&self, rejected: Option<&Rejected<'_>>) -> Markup {
        let (visit, view) = (self.visit, self.view);
        let allowed = |word: &str| is_allowed(visit, view, word);
        // A form that was not accepted comes first, where its errors are seen.
        let primary = rejected.map(|rejected| rejected.word).filter(|word| allowed(word)).or(primary(visit, view));
        let impossible = rejected.filter(|rejected| !allowed(rejected.word));
        html! {
            @if let Some(rejected) = impossible { (faults(visit, rejected.faults)) }
            @if let Some(word) = primary.filter(|word| allowed(word)) {
                section.primary-action {
                    h2 { (visit.words().action_title.get(word)) }
                    (self.one(word, rejected, true))
                }
            }
            @for group in GROUPS {
                @let words: Vec<_> = group.words.iter().copied().filter(|word| allowed(word) && Some(*word) != primary).collect();
                @if !words.is_empty() {
                    section.action-group {
                        h2 { ((group.title)(visit)) }
                        ((group.lead)(visit, view))
                        @for word in words {
                            details.action name="action" #{ "action-" (word) } {
                                summary { (visit.words().action_title.get(word)) }
                                (self.one(word, None, false))
                            }
                        }
                    }
                }
            }
        }
    }

    /// Writes the form of an action.
    pub fn one(&self, word: &str, rejected: Option<&Rejected<'_>>, is_primary: bool) -> Markup {
        let (visit, view) = (self.visit, self.view);
        let rejected = rejected.filter(|rejected| rejected.word == word);
        let defaults = defaults(visit, view, word);
        let typed = rejected.map_or(&defaults, |rejected| rejected.typed);
        let set = FieldSet::new(visit, word, typed, rejected.map_or(&[], |rejected| rejected.faults));
        let fields = self.fields(&set, word);
        let class = match word {
            _ if is_primary => "main",
            "erase" => "danger",
            _ => "",
        };
        html! {
            form.action-form method="post" action={ "/cases/" (view.case.line.number) "/actions/" (word) } {
                input type="hidden" name="n" value=(view.case.changed_n);
                (set.summary())
                @if let Some(hint) = visit.words().action_hint.find(word) { p.hint { (hint) } }
                (fields)
                button type="submit" class=(class) { (visit.words().action_button.get(word)) }
            }
        }
    }

    /// Writes the fields of an action; their names are those that `Action::read` of kakekomi-casework reads.
    fn fields(&self, set: &FieldSet<'_>, word: &str) -> Markup {
        let (words, coded) = (&set.visit.words().case, &set.visit.words().coded);
        let action = &set.visit.words().action;
        match word {
            "assign" if self.people.is_empty() => set.line("assignee", "text", &action.assignee_name, Need::Optional),
            "assign" => {
                let people: Vec<_> =
                    self.people.iter().map(|(name, display)| (name.as_str(), display.as_str())).collect();
                set.select_or("assignee", &set.visit.words().queue.assignee, &words.nobody, &people)
            }
            "urgency" => {
                let options: Vec<_> =
                    Urgency::ALL.iter().map(|one| (one.as_str(), coded.urgency.get(one.as_str()))).collect();
                html! { (set.radios("urgency", &set.visit.words().queue.urgency, &options)) (set.area("reason", &words.reason, Need::Required)) }
            }
            "state" => {
                let options = ["in_progress", "waiting"].map(|state| (state, coded.status.get(state)));
                set.radios("status", &set.visit.words().queue.state, &options)
            }
            "follow_up" => set.line("at", "date", &set.visit.words().queue.follow_up, Need::Optional),
            "close" => close(set),
            "reopen" => set.area("reason", &words.reason, Need::Optional),
            "withdraw" => set.area("reason", &action.withdrawn_by, Need::Required),
            "hold" => {
                let options = [("yes", action.hold_yes.as_str()), ("no", action.hold_no.as_str())];
                html! { (set.radios("hold", &action.hold, &options)) (set.area("reason", &words.reason, Need::Required)) }
            }
            "note" => set.area("text", &action.note, Need::Required),
            "disclose" => set.area("text", &action.disclosure, Need::Required),
            "call" => {
                let options = [("yes", words.reached.as_str()), ("no", words.not_reached.as_str())];
                html! {
                    (set.radios("reached", &action.reached, &options))
                    (set.area("text", &words.said, Need::Optional))
                    (set.area("disclosed", &action.disclosed, Need::Optional))
                }
            }
            "advice" => advice(set),
            "limitation" => {
                let options: Vec<_> =
                    LimitationKind::ALL.iter().map(|one| (one.as_str(), coded.limitation.get(one.as_str()))).collect();
                html! { (set.radios("limitation", &action.limitation, &options)) (set.area("text", &words.details, Need::Optional)) }
            }
            "ask" => html! { @for place in 1..=QUESTION_ROWS { (question(set, place)) } },
            "erase" => set.tick(
                "confirm",
                &kakekomi_core::message::substitute(&action.erase_confirm, "number", &self.view.case.line.number),
                Need::Required,
            ),
            word => clause_forms::fields(set, self.view, &self.organizations, word),
        }
    }
}

/// Chooses what an operator does next with a case.
fn primary(visit: &Visit, view: &CaseView) -> Option<&'static str> {
    let line = &view.case.line;
    match line.status.as_str() {
        ERASED => None,
        CLOSED => Some("reopen"),
        "received" => Some("start"),
        // Somebody else's case: it is theirs to call, and a note does no harm.
        _ if line.assignee.is_some()
            && line.assignee.as_deref() != visit.session.as_ref().map(|session| session.account.as_str()) =>
        {
            Some("note")
        }
        _ => Some("call"),
    }
}

/// Reports whether an action is offered; the store decides again when the form is sent.
fn is_allowed(visit: &Visit, view: &CaseView, word: &str) -> bool {
    let right = match word {
        "hold" => Right::Hold,
        "erase" => Right::Erase,
        "release" => Right::Release,
        "approval" | "end_approval" => Right::Export,
        _ => Right::Act,
    };
    let status = view.case.line.status.as_str();
    let fits = match word {
        _ if status == ERASED => false,
        word if clause_forms::is_clause(word) => clause_forms::fits(visit, view, word),
        "reopen" => status == CLOSED,
        "note" | "call" | "advice" | "limitation" | "disclose" | "code" | "hold" => true,
        "erase" => !view.case.line.held,
        // A case in progress is taken over by 「担当を変える」.
        "start" => status == "received",
        "state" => matches!(status, "in_progress" | "waiting"),
        _ => status != CLOSED,
    };
    visit.may(right) && fits
}

/// Returns the values with which a form begins.
fn defaults(visit: &Visit, view: &CaseView, word: &str) -> FormFields {
    let case = &view.case;
    let pair = |name: &str, value: String| FormFields(vec![(name.to_owned(), value)]);
    match word {
        "assign" => pair("assignee", case.line.assignee.clone().unwrap_or_default()),
        "urgency" => pair("urgency", case.line.urgency.clone().unwrap_or_else(|| "normal".to_owned())),
        "follow_up" => pair("at", case.follow_up.map(|at| moment::date_value(visit, at)).unwrap_or_default()),
        "state" => pair("status", if case.line.status == "waiting" { "in_progress" } else { "waiting" }.to_owned()),
        "hold" => pair("hold", if case.line.held { "no" } else { "yes" }.to_owned()),
        _ => FormFields::default(),
    }
}

fn advice(set: &FieldSet<'_>) -> Markup {
    let (words, coded) = (&set.visit.words().case, &set.visit.words().coded);
    let confidence: Vec<_> =
        Confidence::ALL.iter().map(|one| (one.as_str(), coded.confidence.get(one.as_str()))).collect();
    let channels: Vec<_> = Channel::ALL.iter().map(|one| (one.as_str(), coded.channel.get(one.as_str()))).collect();
    html! {
        (set.area("text", &words.reference, Need::Required))
        (set.radios("confidence", &words.confidence, &confidence))
        (set.area("limits", &words.limits, Need::Required))
        (set.radios("channel", &words.channel, &channels))
    }
}

/// Writes the outcome and the fields that only some outcomes have; the style shows them when their outcome is chosen.
fn close(set: &FieldSet<'_>) -> Markup {
    let (words, coded) = (&set.visit.words().case, &set.visit.words().coded);
    let outcomes = kakekomi_casework::Outcome::WORDS.map(|word| (word, coded.outcome.get(word)));
    html! {
        (set.select("outcome", &words.outcome, Need::Required, &outcomes))
        div.only-referred { (set.line("link", "url", &words.link, Need::Depends)) }
        div.only-duplicate { (set.line("duplicate_of", "text", &words.duplicate_of, Need::Depends)) }
        (set.area("reason", &words.reason, Need::Optional))
    }
}

/// Writes the fields of one question; those of an empty row are ignored.
fn question(set: &FieldSet<'_>, place: usize) -> Markup {
    let (action, coded) = (&set.visit.words().action, &set.visit.words().coded);
    let name = |field: &str| format!("{field}.{place}");
    let typed = set.typed.get(&name("kind"));
    let has_errors = set.faults.iter().any(|(field, _)| field.ends_with(&format!(".{place}")));
    let need = if place == 1 { Need::Required } else { Need::Optional };
    let fields = html! {
        (set.area(&name("title"), &action.question, need))
        @let kind = name("kind");
        div.field {
            label for=(set.id(&kind)) { (action.question_kind) }
            select id=(set.id(&kind)) name=(kind) {
                @for one in QUESTION_KINDS { option value=(one) selected[one == typed] { (coded.question.get(one)) } }
            }
        }
        div.only-choice { (set.area(&name("choices"), &action.choices, Need::Depends)) }
        (set.tick(&name("required"), &action.question_required, Need::Optional))
    };
    let title = format!("{} {place}", action.question);
    html! {
        @if place == 1 { fieldset.question { legend.unseen { (title) } (fields) } }
        @else {
            details.question open[has_errors || set.typed.has(&name("title"))] { summary { (title) } (fields) }
        }
    }
}
