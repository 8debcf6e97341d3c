//! The outbox: its trigger, its leases, and the order of the notices of a case.

use std::sync::Arc;

use serde_json::json;

use super::{RECEIVED_AT, databases, new_case, new_event, random, stored};
use crate::receipt_number::Number;
use crate::{
    Announcement, Attempted, EventKind, LeaseRequest, LeasedNotice, NewCase, NextStep, NoticeState, OutboxFilter,
    OutboxLine, OutboxTarget, RetryChoice, Store,
};

const SIEM: &str = "webhook:siem";
const NOW: i64 = RECEIVED_AT + 5000;

fn request(now: i64) -> LeaseRequest {
    LeaseRequest { now, until: now + 60_000, limit: 4, lease: random()[..16].try_into().unwrap() }
}

async fn leased(store: &Arc<dyn Store>, target: &str, now: i64) -> Vec<LeasedNotice> {
    store.exchange_notices(target, &[], request(now)).await.unwrap()
}

fn outcome(notice: &LeasedNotice, next: NextStep) -> Attempted {
    let answer = (next != NextStep::Skip).then(|| "204".to_owned());
    Attempted { seq: notice.seq, lease: notice.lease, at: NOW, answer, next }
}

/// Writes an outcome and leases nothing.
async fn end(store: &Arc<dyn Store>, target: &str, notice: &LeasedNotice, next: NextStep) {
    let none = LeaseRequest { limit: 0, ..request(NOW) };
    store.exchange_notices(target, &[outcome(notice, next)], none).await.unwrap();
}

async fn lines(store: &Arc<dyn Store>) -> Vec<OutboxLine> {
    store.notices(0, 1000, &OutboxFilter::default()).await.unwrap()
}

async fn target(store: &Arc<dyn Store>, name: &str) -> OutboxTarget {
    store.outbox_targets().await.unwrap().into_iter().find(|target| target.name == name).unwrap()
}

/// Writes three notes to a case.
async fn three_notes(store: &Arc<dyn Store>, number: &Number) {
    let notes = (0..3).map(|_| new_event(number, EventKind::NoteAdded, &json!({}))).collect();
    store.append(notes).await.unwrap();
}

#[tokio::test]
async fn every_event_of_a_subscribed_kind_has_a_notice_whoever_wrote_it() {
    for database in databases().await {
        let store = &database.store;
        let first = stored(store, new_case("before")).await.0;
        assert_eq!(lines(store).await, []);
        store.subscribe(SIEM, &[EventKind::CaseReceived, EventKind::IntentGiven]).await.unwrap();
        store.subscribe("mail:duty", &[EventKind::NoteAdded, EventKind::CaseReceived]).await.unwrap();
        store.subscribe("mail:duty", &[EventKind::NoteAdded]).await.unwrap();
        let with_intent =
            NewCase { first_events: vec![EventKind::ReferralApplied, EventKind::IntentGiven], ..new_case("a") };
        let second = stored(store, with_intent).await.0;
        three_notes(store, &first).await;
        let refused = new_event(&first, EventKind::RemoteAction, &json!({}));
        store.append(vec![refused, new_event(&first, EventKind::AccountAdded, &json!({}))]).await.unwrap();
        let hash = "00".repeat(32);
        let mut sql = database.sql().await;
        let hash = if sql.is_sqlite() { format!("x'{hash}'") } else { format!("'\\x{hash}'::bytea") };
        let row = format!("(99, '{first}', 50, 5, 'cli:root', 'note.added', NULL, {hash}, {hash})");
        let into = "INSERT INTO events (seq, case_number, n, at, actor, kind, body, commitment, hash) VALUES";
        sql.run(&format!("{into} {row}")).await.unwrap();
        let found: Vec<_> =
            lines(store).await.into_iter().map(|line| (line.target, line.kind, line.case_number.unwrap())).collect();
        let note = || ("mail:duty".to_owned(), "note.added".to_owned(), first.to_string());
        let of_siem = |kind: &str| (SIEM.to_owned(), kind.to_owned(), second.to_string());
        assert_eq!(found, [of_siem("case.received"), of_siem("intent.given"), note(), note(), note(), note()]);
    }
}

#[tokio::test]
async fn cases_that_are_written_together_have_a_notice_each() {
    for database in databases().await {
        let store = &database.store;
        store.subscribe(SIEM, &[EventKind::CaseReceived, EventKind::ReferralApplied]).await.unwrap();
        let insert = |n: usize| {
            let first_events = if n.is_multiple_of(3) { vec![EventKind::ReferralApplied] } else { Vec::new() };
            let case = NewCase { first_events, ..new_case(&format!("key-{n}")) };
            let store = Arc::clone(store);
            tokio::spawn(async move { stored(&store, case).await.0 })
        };
        let inserts: Vec<_> = (0..100).map(insert).collect();
        for insert in inserts {
            insert.await.unwrap();
        }
        let found = lines(store).await;
        assert_eq!(found.len(), 134);
        assert!(found.is_sorted_by_key(|line| line.event_seq));
        for line in found {
            assert_eq!(line.next_at, (line.kind == "case.received").then_some(0), "the first of its case is due");
        }
    }
}

#[tokio::test]
async fn notices_of_a_case_are_leased_one_after_the_other_and_cases_do_not_wait_for_each_other() {
    for database in databases().await {
        let store = &database.store;
        let [first, second] = [stored(store, new_case("a")).await.0, stored(store, new_case("b")).await.0];
        store.subscribe(SIEM, &[EventKind::NoteAdded]).await.unwrap();
        assert!(!store.is_notice_due(SIEM, NOW).await.unwrap());
        three_notes(store, &first).await;
        three_notes(store, &second).await;
        assert!(store.is_notice_due(SIEM, NOW).await.unwrap());
        let mut order = Vec::new();
        loop {
            let now = leased(store, SIEM, NOW).await;
            assert!(now.len() <= 2, "one of each case");
            assert_eq!(leased(store, SIEM, NOW).await, [], "the lease is another's");
            let Some(notice) = now.first() else { break };
            assert_eq!(notice.event_hash.as_ref().unwrap().len(), 32);
            for notice in &now {
                end(store, SIEM, notice, NextStep::Deliver).await;
                order.push((notice.case_number.clone().unwrap(), notice.seq));
            }
        }
        for number in [first, second] {
            let of_case: Vec<_> = order.iter().filter(|(case, _)| *case == number.to_string()).collect();
            assert!(of_case.len() == 3 && of_case.is_sorted());
        }
        let delivered = target(store, SIEM).await;
        assert_eq!((delivered.delivered, delivered.pending), (6, 0));
        assert_eq!((delivered.last_answer.as_deref(), delivered.last_answer_at), (Some("204"), Some(NOW)));
    }
}

#[tokio::test]
async fn a_lease_ends_by_itself_and_only_its_holder_may_end_the_notice() {
    for database in databases().await {
        let store = &database.store;
        store.subscribe(SIEM, &[EventKind::CaseReceived]).await.unwrap();
        stored(store, new_case("a")).await;
        let first = leased(store, SIEM, NOW).await.remove(0);
        assert_eq!(leased(store, SIEM, NOW + 59_999).await, []);
        let taken = leased(store, SIEM, NOW + 60_000).await.remove(0);
        assert_eq!(first.seq, taken.seq);
        end(store, SIEM, &first, NextStep::Deliver).await;
        assert_eq!(lines(store).await[0].state, NoticeState::Pending);
        end(store, SIEM, &taken, NextStep::Retry(NOW + 70_000)).await;
        // The same outcome a second time, as after a commit in doubt.
        end(store, SIEM, &taken, NextStep::Retry(NOW + 70_000)).await;
        let line = lines(store).await.remove(0);
        assert_eq!((line.attempts, line.next_at, line.leased_until), (1, Some(NOW + 70_000), None));
        assert_eq!(leased(store, SIEM, NOW + 69_999).await, []);
        let again = leased(store, SIEM, NOW + 70_000).await.remove(0);
        end(store, SIEM, &again, NextStep::Defer(NOW + 80_000)).await;
        assert_eq!((lines(store).await[0].attempts, again.attempts), (1, 1));
        let last = leased(store, SIEM, NOW + 80_000).await.remove(0);
        end(store, SIEM, &last, NextStep::Skip).await;
        let line = lines(store).await.remove(0);
        assert_eq!((line.state, line.answer.as_deref(), line.done_at), (NoticeState::Skipped, Some("204"), Some(NOW)));
        assert_eq!(store.tidy_outbox(NOW).await.unwrap(), 0);
        assert_eq!(store.tidy_outbox(NOW + 1).await.unwrap(), 1);
    }
}

#[tokio::test]
async fn a_lease_of_a_clock_that_was_wrong_has_ended() {
    for database in databases().await {
        let store = &database.store;
        store.subscribe(SIEM, &[EventKind::CaseReceived]).await.unwrap();
        stored(store, new_case("a")).await;
        let year = 365 * 24 * 60 * 60 * 1000;
        let wrong = leased(store, SIEM, NOW + year).await.remove(0);
        assert!(store.is_notice_due(SIEM, NOW).await.unwrap());
        let right = leased(store, SIEM, NOW).await.remove(0);
        assert_eq!(right.seq, wrong.seq);
        end(store, SIEM, &wrong, NextStep::Deliver).await;
        assert_eq!(lines(store).await[0].state, NoticeState::Pending, "the lease is another's");
        assert_eq!(leased(store, SIEM, NOW - 30_000).await, [], "a clock may be some seconds behind");
        assert_eq!(store.retry_notices(RetryChoice::Notices(vec![right.seq])).await.unwrap(), 1);
        assert_eq!(leased(store, SIEM, NOW).await.len(), 1, "a retry ends a lease");
    }
}

#[tokio::test]
async fn a_notice_that_was_given_up_lets_the_next_one_go_and_is_tried_again_before_it() {
    for database in databases().await {
        let store = &database.store;
        let number = stored(store, new_case("a")).await.0;
        store.subscribe(SIEM, &[EventKind::NoteAdded]).await.unwrap();
        three_notes(store, &number).await;
        let first = leased(store, SIEM, NOW).await.remove(0);
        end(store, SIEM, &first, NextStep::Fail).await;
        let second = leased(store, SIEM, NOW).await.remove(0);
        assert!(second.seq > first.seq);
        end(store, SIEM, &second, NextStep::Retry(NOW + 300_000)).await;
        assert_eq!(store.tidy_outbox(i64::MAX).await.unwrap(), 0, "what failed stays");
        for choice in [RetryChoice::Notices(vec![]), RetryChoice::FailedOf("webhook:other".to_owned())] {
            assert_eq!(store.retry_notices(choice).await.unwrap(), 0);
        }
        assert_eq!(store.retry_notices(RetryChoice::Failed).await.unwrap(), 1);
        let mut order = Vec::new();
        while let Some(notice) = leased(store, SIEM, NOW).await.first() {
            end(store, SIEM, notice, NextStep::Deliver).await;
            order.push((notice.seq, notice.attempts));
        }
        assert_eq!(order, [(first.seq, 0), (second.seq, 1), (second.seq + 1, 0)]);
    }
}

#[tokio::test]
async fn a_notice_under_way_waits_for_an_earlier_one_that_is_tried_again_meanwhile() {
    for database in databases().await {
        let store = &database.store;
        let number = stored(store, new_case("a")).await.0;
        store.subscribe(SIEM, &[EventKind::NoteAdded]).await.unwrap();
        three_notes(store, &number).await;
        for next in [NextStep::Retry(NOW + 5000), NextStep::Defer(NOW + 5000), NextStep::Disable] {
            let first = leased(store, SIEM, NOW).await.remove(0);
            end(store, SIEM, &first, NextStep::Fail).await;
            let second = leased(store, SIEM, NOW).await.remove(0);
            assert_eq!(store.retry_notices(RetryChoice::Failed).await.unwrap(), 1);
            end(store, SIEM, &second, next).await;
            store.retry_notices(RetryChoice::Target(SIEM.to_owned())).await.unwrap();
            let due: Vec<_> = leased(store, SIEM, NOW + 5000).await.iter().map(|notice| notice.seq).collect();
            assert_eq!(due, [first.seq], "{next:?}");
            database.sql().await.run("UPDATE outbox SET lease = NULL, leased_until = NULL").await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_deferred_notice_is_not_the_oldest_that_waits() {
    for database in databases().await {
        let store = &database.store;
        let number = stored(store, new_case("a")).await.0;
        store.subscribe(SIEM, &[EventKind::NoteAdded]).await.unwrap();
        three_notes(store, &number).await;
        assert!(target(store, SIEM).await.oldest_at.is_some());
        let first = leased(store, SIEM, NOW).await.remove(0);
        let later = crate::clock::now() + 3_600_000;
        end(store, SIEM, &first, NextStep::Defer(later)).await;
        let deferred = target(store, SIEM).await;
        assert_eq!((deferred.oldest_at, deferred.pending), (None, 3));
        let first = leased(store, SIEM, later).await.remove(0);
        end(store, SIEM, &first, NextStep::Retry(later)).await;
        assert!(target(store, SIEM).await.oldest_at.is_some(), "an attempt failed");
    }
}

#[tokio::test]
async fn a_disabled_target_keeps_its_notices_until_it_is_enabled_or_forgotten() {
    for database in databases().await {
        let store = &database.store;
        store.subscribe(SIEM, &[EventKind::CaseReceived]).await.unwrap();
        stored(store, new_case("a")).await;
        let gone = leased(store, SIEM, NOW).await.remove(0);
        end(store, SIEM, &gone, NextStep::Disable).await;
        stored(store, new_case("b")).await;
        store.subscribe(SIEM, &[EventKind::CaseReceived]).await.unwrap();
        assert_eq!((leased(store, SIEM, NOW).await, store.is_notice_due(SIEM, NOW).await.unwrap()), (vec![], false));
        let disabled = target(store, SIEM).await;
        assert_eq!((disabled.disabled_at, disabled.pending), (Some(NOW), 2));
        assert_eq!((disabled.disabled_by_answer.as_deref(), disabled.oldest_at), (Some("204"), Some(RECEIVED_AT)));
        assert_eq!(store.retry_notices(RetryChoice::Target(SIEM.to_owned())).await.unwrap(), 2);
        assert_eq!(lines(store).await[0].attempts, 0);
        assert_eq!((target(store, SIEM).await.disabled_at, leased(store, SIEM, NOW).await.len()), (None, 2));
        assert!(store.forget_target(SIEM).await.unwrap());
        assert!(!store.forget_target(SIEM).await.unwrap());
        stored(store, new_case("c")).await;
        assert_eq!((lines(store).await, store.outbox_targets().await.unwrap()), (vec![], vec![]));
    }
}

#[tokio::test]
async fn an_announcement_is_a_notice_of_no_event() {
    for database in databases().await {
        let store = &database.store;
        let announcement =
            |once_in| Announcement { target: SIEM.to_owned(), kind: "audit.head".to_owned(), at: NOW, once_in };
        assert_eq!(store.announce(announcement(None)).await.unwrap(), None);
        store.subscribe(SIEM, &[]).await.unwrap();
        let first = store.announce(announcement(Some(NOW..NOW + 1))).await.unwrap().unwrap();
        assert_eq!(store.announce(announcement(Some(NOW..NOW + 1))).await.unwrap(), None, "there is one of this day");
        let later = store.announce(announcement(Some(NOW + 1..NOW + 2))).await.unwrap().unwrap();
        let earlier = store.announce(announcement(Some(NOW - 1000..NOW))).await.unwrap();
        let earlier = earlier.expect("those of later days were written under a wrong clock");
        let all = leased(store, SIEM, NOW).await;
        assert_eq!(all.iter().map(|notice| notice.seq).collect::<Vec<_>>(), [first, later, earlier]);
        assert_eq!((&all[0].event_hash, &all[0].case_number), (&None, &None));
        let new = store.announce(announcement(None)).await.unwrap().unwrap();
        assert_eq!(lines(store).await.iter().map(|line| line.seq).collect::<Vec<_>>(), [new]);
    }
}

#[tokio::test]
async fn an_announcement_does_not_wait_for_the_backlog() {
    for database in databases().await {
        let store = &database.store;
        store.subscribe(SIEM, &[EventKind::CaseReceived]).await.unwrap();
        for index in 0..6 {
            stored(store, new_case(&format!("key-{index}"))).await;
        }
        let announcement =
            Announcement { target: SIEM.to_owned(), kind: "outbox.test".to_owned(), at: NOW, once_in: None };
        let test = store.announce(announcement).await.unwrap().unwrap();
        assert_eq!(leased(store, SIEM, NOW).await[0].seq, test);
    }
}

#[tokio::test]
async fn a_case_whose_first_notice_was_deleted_by_another_program_goes_on() {
    for database in databases().await {
        let store = &database.store;
        let number = stored(store, new_case("a")).await.0;
        store.subscribe(SIEM, &[EventKind::NoteAdded]).await.unwrap();
        three_notes(store, &number).await;
        let first = lines(store).await[0].seq;
        database.sql().await.run(&format!("DELETE FROM outbox WHERE seq = {first}")).await.unwrap();
        assert!(!store.is_notice_due(SIEM, NOW).await.unwrap());
        store.tidy_outbox(0).await.unwrap();
        assert_eq!(leased(store, SIEM, NOW).await[0].seq, first + 1);
    }
}
