//! A dispatcher over a SQLite file, with a channel whose answers the test chooses.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use kakekomi_store::receipt_number::Number;
use kakekomi_store::{
    Announcement, CodedAnswers, EventKind, NewCase, NoticeState, OutboxFilter, OutboxLine, Store, TEST_KIND,
    UnfinishedReceipt, open, url_in,
};
use tokio::sync::watch;
use tokio::time::{Instant, sleep};

use crate::{Channel, Delivery, Dispatcher, Notice, Outcome};

const TARGET: &str = "test:one";

/// The time that a delivery takes, and its outcome.
type Answer = dyn Fn(&Notice) -> (Duration, Outcome) + Send + Sync;

/// A channel that notes what it gets.
struct Noting {
    target: &'static str,
    got: Mutex<Vec<Notice>>,
    answer: Box<Answer>,
}

impl Noting {
    fn new(
        target: &'static str,
        answer: impl Fn(&Notice) -> (Duration, Outcome) + Send + Sync + 'static,
    ) -> Arc<Noting> {
        Arc::new(Noting { target, got: Mutex::default(), answer: Box::new(answer) })
    }

    fn got(&self) -> Vec<Notice> {
        self.got.lock().unwrap().clone()
    }
}

impl Channel for Noting {
    fn target(&self) -> &str {
        self.target
    }

    fn kinds(&self) -> Vec<String> {
        vec!["case.received".to_owned()]
    }

    fn deliver<'a>(&'a self, notice: &'a Notice) -> Delivery<'a> {
        Box::pin(async move {
            self.got.lock().unwrap().push(notice.clone());
            let (wait, outcome) = (self.answer)(notice);
            sleep(wait).await;
            outcome
        })
    }
}

/// A store that subscribes targets to received cases.
async fn store(targets: &[&str]) -> Arc<dyn Store> {
    let folder = std::env::temp_dir().join(format!("kakekomi-delivery-{}", Number::random().unwrap()));
    std::fs::create_dir(&folder).unwrap();
    let store = open(&url_in(&folder)).await.unwrap();
    for target in targets {
        store.subscribe(target, &[EventKind::CaseReceived]).await.unwrap();
    }
    store
}

async fn receive(store: &Arc<dyn Store>) -> String {
    let number = Number::random().unwrap();
    let case = NewCase {
        number: number.clone(),
        received_at: 1_795_140_000_000,
        partner: None,
        test: false,
        locale: "ja".to_owned(),
        key: number.to_string(),
        accepted: true,
        ruleset: "2026.11.1".to_owned(),
        module: format!("sha256:{}", "cd".repeat(32)),
        page_module: None,
        text_hash: vec![7; 32],
        recipient: "age1".to_owned(),
        coded: CodedAnswers { kind: None, ongoing: None, services: None },
        first_urgency: None,
        taken_by: None,
        first_events: Vec::new(),
        receipt: UnfinishedReceipt(br#"{"number":""}"#.to_vec()),
        sealed: vec![1],
        sealed_to: "desk".to_owned(),
        search: Vec::new(),
        commitment: [3; 32],
        return_code: None,
    };
    store.insert(Arc::new(case)).await.unwrap();
    number.to_string()
}

async fn lines(store: &Arc<dyn Store>) -> Vec<OutboxLine> {
    store.notices(0, 1000, &OutboxFilter::default()).await.unwrap()
}

/// Runs dispatchers until a condition on the outbox holds, and then stops them.
async fn run_until(store: &Arc<dyn Store>, channels: &[&Arc<Noting>], is_done: impl Fn(&[OutboxLine]) -> bool) {
    let (sender, stop) = watch::channel(false);
    let tasks: Vec<_> = channels
        .iter()
        .map(|channel| {
            let channel: Arc<dyn Channel> = Arc::clone(channel) as Arc<dyn Channel>;
            tokio::spawn(Dispatcher::new(Arc::clone(store), channel).run(stop.clone()))
        })
        .collect();
    let deadline = Instant::now() + Duration::from_secs(20);
    while !is_done(&lines(store).await) {
        assert!(Instant::now() < deadline, "{:?}", lines(store).await);
        sleep(Duration::from_millis(20)).await;
    }
    sender.send(true).unwrap();
    for task in tasks {
        task.await.unwrap();
    }
}

fn all(state: NoticeState) -> impl Fn(&[OutboxLine]) -> bool {
    move |lines| lines.iter().all(|line| line.state == state)
}

#[tokio::test]
async fn notices_are_delivered_with_their_number_and_kind() {
    let store = store(&[TARGET]).await;
    let mut numbers = vec![receive(&store).await, receive(&store).await];
    let channel = Noting::new(TARGET, |_| (Duration::ZERO, Outcome::Delivered("204".to_owned())));
    run_until(&store, &[&channel], all(NoticeState::Delivered)).await;
    let mut got: Vec<_> = channel.got().into_iter().map(|notice| notice.case.unwrap()).collect();
    numbers.sort();
    got.sort();
    assert_eq!(got, numbers);
    let first = channel.got().remove(0);
    assert_eq!((first.kind.as_str(), first.at, first.attempt), ("case.received", 1_795_140_000_000, 1));
    let digits = first.id.strip_prefix("evt_").unwrap();
    assert!(digits.len() == 32 && digits.bytes().all(|digit| digit.is_ascii_hexdigit()), "{}", first.id);
}

#[tokio::test]
async fn every_outcome_has_its_consequence() {
    let later = i64::MAX;
    for (outcome, state, attempts, is_due_later) in [
        (Outcome::Delivered("204".to_owned()), NoticeState::Delivered, 1, false),
        (Outcome::Skipped, NoticeState::Skipped, 0, false),
        (Outcome::Deferred(later), NoticeState::Pending, 0, true),
        (Outcome::Failed("503".to_owned()), NoticeState::Pending, 1, true),
        (Outcome::Refused("550 5.1.1".to_owned()), NoticeState::Failed, 1, false),
    ] {
        let store = store(&[TARGET]).await;
        receive(&store).await;
        let given = outcome.clone();
        let channel = Noting::new(TARGET, move |_| (Duration::ZERO, given.clone()));
        run_until(&store, &[&channel], |lines| {
            lines[0].state != NoticeState::Pending || lines[0].next_at.is_some_and(|next| next > 0)
        })
        .await;
        let line = lines(&store).await.remove(0);
        assert_eq!((line.state, line.attempts, line.next_at.is_some()), (state, attempts, is_due_later), "{outcome:?}");
        assert_eq!(channel.got().len(), 1);
    }
}

#[tokio::test]
async fn a_target_that_is_gone_is_disabled_and_its_notices_stay() {
    let store = store(&[TARGET]).await;
    receive(&store).await;
    let channel = Noting::new(TARGET, |_| (Duration::ZERO, Outcome::Gone("410".to_owned())));
    run_until(&store, &[&channel], |lines| lines[0].answer.is_some()).await;
    let target = store.outbox_targets().await.unwrap().remove(0);
    assert_eq!((target.disabled_by_answer.as_deref(), target.pending), (Some("410"), 1));
}

#[tokio::test]
async fn a_target_that_was_forgotten_is_written_again_while_it_is_served() {
    let store = store(&[]).await;
    let channel = Noting::new(TARGET, |_| (Duration::ZERO, Outcome::Delivered("204".to_owned())));
    let dispatcher = Dispatcher::new(Arc::clone(&store), channel);
    for written in 1..=2 {
        dispatcher.restore().await.unwrap();
        receive(&store).await;
        assert_eq!(lines(&store).await.len(), 1, "notice {written}");
        assert!(store.forget_target(TARGET).await.unwrap());
    }
    store.subscribe(TARGET, &[EventKind::NoteAdded]).await.unwrap();
    dispatcher.restore().await.unwrap();
    receive(&store).await;
    assert_eq!(lines(&store).await, [], "a host with newer settings wants other kinds");
    store.forget_target(TARGET).await.unwrap();
    let (sender, stop) = watch::channel(false);
    let task = tokio::spawn(dispatcher.run(stop));
    while store.outbox_targets().await.unwrap().is_empty() {
        sleep(Duration::from_millis(20)).await;
    }
    sender.send(true).unwrap();
    task.await.unwrap();
}

#[tokio::test]
async fn a_test_has_one_attempt() {
    let store = store(&[TARGET]).await;
    let announcement = Announcement { target: TARGET.to_owned(), kind: TEST_KIND.to_owned(), at: 7, once_in: None };
    let seq = store.announce(announcement).await.unwrap().unwrap();
    let channel = Noting::new(TARGET, |_| (Duration::ZERO, Outcome::Failed("500".to_owned())));
    run_until(&store, &[&channel], all(NoticeState::Skipped)).await;
    assert_eq!(lines(&store).await[0].answer.as_deref(), Some("500"));
    let got = channel.got();
    assert_eq!((got.len(), &got[0].id, &got[0].case), (1, &format!("msg_{seq}_7"), &None));
}

#[tokio::test]
async fn a_target_that_does_not_answer_delays_no_other() {
    let store = store(&["test:dead", "test:live"]).await;
    for _ in 0..20 {
        receive(&store).await;
    }
    let dead = Noting::new("test:dead", |_| (Duration::from_hours(1), Outcome::Skipped));
    let live = Noting::new("test:live", |_| (Duration::ZERO, Outcome::Delivered("204".to_owned())));
    let started = Instant::now();
    let is_live = |line: &OutboxLine| line.target != "test:live" || line.state == NoticeState::Delivered;
    run_until(&store, &[&dead, &live], |lines| lines.iter().all(is_live)).await;
    // The deliveries under way have five seconds at the end.
    assert!(started.elapsed() < Duration::from_secs(8), "{:?}", started.elapsed());
    assert_eq!((live.got().len(), dead.got().len()), (20, 4));
    let leased = lines(&store).await.into_iter().filter(|line| line.leased_until.is_some()).count();
    assert_eq!(leased, 4, "they are delivered again after their lease");
}
