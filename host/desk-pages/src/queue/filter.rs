//! The conditions of the queue in an address.
//!
//! `/?status=waiting&assignee=me&urgency=high` → a [`QueueFilter`]

use kakekomi_casework::Urgency;
use kakekomi_store::{Assignee, QueueFilter, QueueKey, clock};
use maud::{Markup, html};

use crate::frame::visit::Query;
use crate::frame::{Visit, moment};

/// The states that can be chosen; without one: every case that is not closed.
const STATES: [&str; 4] = ["received", "in_progress", "waiting", "closed"];
/// A day in milliseconds.
const DAY: i64 = 86_400_000;

/// Reads the conditions of an address. Unknown words are no condition.
pub fn read(visit: &Visit, query: &Query) -> QueueFilter {
    let word = |name: &str, known: &[&str]| query.get(name).filter(|word| known.contains(word)).map(str::to_owned);
    let account = visit.session.as_ref().map(|session| session.account.clone());
    let urgencies: Vec<_> = Urgency::ALL.iter().map(|urgency| urgency.as_str()).collect();
    QueueFilter {
        status: word("status", &STATES),
        assignee: match query.get("assignee") {
            Some("me") => account.map(Assignee::Name),
            Some("nobody") => Some(Assignee::Nobody),
            _ => None,
        },
        urgency: word("urgency", &urgencies),
        test: match query.get("test") {
            Some("only") => Some(true),
            Some("without") => Some(false),
            _ => None,
        },
        follow_up_before: query.get("follow_up").map(|_| end_of_today(visit)),
        ..QueueFilter::default()
    }
}

/// Computes the end of today by the desk's clock.
fn end_of_today(visit: &Visit) -> i64 {
    let now = visit.now();
    let offset = &visit.desk.desk().profile().calendar.offset;
    clock::parse_local(&moment::date_value(visit, now), offset).map_or(now, |midnight| midnight + DAY)
}

/// Reads the place after which a page begins: `2.1795140000000.17`.
pub fn read_key(text: &str) -> Option<QueueKey> {
    let mut parts = text.split('.').map(str::parse);
    let key = QueueKey { rank: parts.next()?.ok()?, waiting_since: parts.next()?.ok()?, seq: parts.next()?.ok()? };
    parts.next().is_none().then_some(key)
}

/// Writes the place of a line for the address of the next page.
pub fn write_key(key: QueueKey) -> String {
    format!("{}.{}.{}", key.rank, key.waiting_since, key.seq)
}

/// Writes the form of the conditions.
pub fn form(visit: &Visit, query: &Query) -> Markup {
    let words = &visit.words().queue;
    let coded = &visit.words().coded;
    let states = STATES.map(|state| (state, coded.status.get(state)));
    let urgencies: Vec<_> = Urgency::ALL.iter().map(|one| (one.as_str(), coded.urgency.get(one.as_str()))).collect();
    let assignees = [("me", words.mine.as_str()), ("nobody", words.nobody.as_str())];
    let tests = [("without", words.without_tests.as_str()), ("only", words.only_tests.as_str())];
    html! {
        form.filter method="get" action="/" {
            (select(query, "status", &words.state, &words.open_cases, &states))
            (select(query, "assignee", &words.assignee, &words.any, &assignees))
            (select(query, "urgency", &words.urgency, &words.any, &urgencies))
            (select(query, "test", &words.test, &words.any, &tests))
            label.tick {
                input type="checkbox" name="follow_up" value="due" checked[query.get("follow_up").is_some()];
                (words.follow_up_due)
            }
            button type="submit" { (words.apply) }
            @if !query.without(&["lang", "after", "done"]).is_empty() { a href="/" { (words.clear) } }
        }
    }
}

fn select(query: &Query, name: &str, title: &str, any: &str, options: &[(&str, &str)]) -> Markup {
    html! {
        label.filter__field {
            span.label { (title) }
            select name=(name) {
                option value="" { (any) }
                @for (value, title) in options {
                    option value=(value) selected[query.get(name) == Some(value)] { (title) }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_it_was_written() {
        let key = QueueKey { rank: 2, waiting_since: i64::MAX, seq: 17 };
        assert_eq!(read_key(&write_key(key)), Some(key));
        for wrong in ["", "1", "1.2", "1.2.3.4", "a.b.c", "1.2.x"] {
            assert_eq!(read_key(wrong), None, "{wrong}");
        }
    }
}
