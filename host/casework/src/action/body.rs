//! The bodies of the events of actions.
//!
//! `Action::Start` by `sato` → `{"assignee":"sato","status":"in_progress"}`

use serde_json::{Map, Value, json};

use super::{Action, Outcome};
use crate::operator::Operator;

impl Action {
    /// Makes the body of its event. The questions of [`Action::Ask`] get their ids from the case.
    pub(crate) fn body(&self, operator: &Operator) -> Value {
        let body = match self {
            Action::Start => json!({ "assignee": operator.name(), "status": "in_progress" }),
            // Null means nobody.
            Action::Assign { assignee } => return json!({ "assignee": assignee }),
            Action::Urgency { urgency, reason } => json!({ "urgency": urgency.as_str(), "reason": reason }),
            Action::State { state } => json!({ "status": state.as_str() }),
            Action::Close { outcome, reason } => return closed(outcome, reason.as_deref()),
            Action::Reopen { reason } => json!({ "reason": reason }),
            Action::Hold { hold, reason } => json!({ "hold": hold, "reason": reason }),
            Action::FollowUp { at } => return json!({ "at": at }),
            Action::Note { text } | Action::Disclose { text } => json!({ "text": text }),
            Action::Call { reached, text, disclosed } => {
                json!({ "reached": reached, "text": text, "disclosed": disclosed })
            }
            Action::Advice { text, confidence, limits, channel } => json!({
                "text": text,
                "confidence": confidence.as_str(),
                "limits": limits,
                "channel": channel.as_str(),
            }),
            Action::Limitation { limitation, text } => json!({ "limitation": limitation.as_str(), "text": text }),
            Action::IssueCode => json!({ "channel": "phone" }),
            Action::Withdraw { reason } => json!({ "reason": reason }),
            Action::Clause(action) => action.body(),
            Action::Ask { .. } | Action::Erase => json!({}),
        };
        without_nulls(body)
    }
}

fn closed(outcome: &Outcome, reason: Option<&str>) -> Value {
    let (link, duplicate_of) = match outcome {
        Outcome::ReferredToVendor { link } => (Some(link.as_str()), None),
        Outcome::DuplicateOf(number) => (None, Some(number.to_string())),
        _ => (None, None),
    };
    without_nulls(json!({
        "outcome": outcome.as_str(),
        "reason": reason,
        "link": link,
        "duplicate_of": duplicate_of,
    }))
}

/// Leaves out the members that have no value.
fn without_nulls(body: Value) -> Value {
    match body {
        Value::Object(members) => {
            members.into_iter().filter(|(_, value)| !value.is_null()).collect::<Map<_, _>>().into()
        }
        other => other,
    }
}
