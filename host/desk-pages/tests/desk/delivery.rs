//! The page of notices, and what the queue says of them.

use axum::http::StatusCode;
use kakekomi_accounts::Role;
use kakekomi_store::{Attempted, EventKind, LeaseRequest, NextStep, NoticeState, OutboxFilter};

use crate::support::TestDesk;

const TARGET: &str = "webhook:siem";

/// Ends the next notice of the target as a dispatcher does.
async fn end(desk: &TestDesk, next: NextStep) {
    let (store, lease) = (&desk.intake.store, [7; 16]);
    let request = LeaseRequest { now: 5, until: 6, limit: 1, lease };
    let leased = store.exchange_notices(TARGET, &[], request).await.unwrap();
    let outcome = Attempted { seq: leased[0].seq, lease, at: 1_795_140_000_000, answer: Some("503".to_owned()), next };
    store.exchange_notices(TARGET, &[outcome], LeaseRequest { limit: 0, ..request }).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn leads_and_administrators_look_after_notices() {
    let desk = TestDesk::open("delivery").await;
    let (lead, operator) = (desk.sign_in(Role::Lead).await, desk.sign_in(Role::Operator).await);
    assert!(desk.get("/delivery", &lead).await.body.contains("宛先は設定されていません"));
    desk.intake.store.subscribe(TARGET, &[EventKind::CaseReceived]).await.unwrap();
    desk.submit("ransomware").await;
    desk.submit("other").await;
    assert!(!desk.get("/", &lead).await.body.contains("通知を"), "nothing was given up");
    end(&desk, NextStep::Fail).await;
    let queue = desk.get("/", &lead).await.body;
    assert!(queue.contains("届けられなかった通知が1件あります") && queue.contains("通知の状況を見る"), "{queue}");
    let queue = desk.get("/", &operator).await.body;
    assert!(queue.contains("届けられなかった通知が1件あります") && !queue.contains("通知の状況を見る"), "{queue}");

    let admin = desk.sign_in(Role::Admin).await;
    for cookie in [&lead, &admin] {
        let page = desk.get("/delivery?lang=en", cookie).await.body;
        for text in [TARGET, "503", "Send a test", "Send again what was given up", "href=\"/delivery\""] {
            assert!(page.contains(text), "{text}: {page}");
        }
    }
    let retried = desk.post("/delivery/webhook:siem/retry", &admin, "").await;
    assert_eq!((retried.status, retried.header("location")), (StatusCode::SEE_OTHER, "/delivery?done=retry"));
    let done = desk.get(retried.header("location"), &admin).await.body;
    assert!(done.contains("role=\"status\"") && done.contains("届けられなかった通知を、もう一度送ります"), "{done}");
    let failed = OutboxFilter { state: Some(NoticeState::Failed), target: None };
    assert!(desk.intake.store.notices(0, 9, &failed).await.unwrap().is_empty());

    end(&desk, NextStep::Disable).await;
    assert!(desk.get("/", &operator).await.body.contains("宛先1か所への通知が止まっています"));
    let page = desk.get("/delivery", &lead).await.body;
    assert!(
        page.contains("停止中") && page.contains("停止を解除して送り直す") && !page.contains("試しに送る\""),
        "{page}"
    );
    assert_eq!(desk.post("/delivery/webhook:siem/enable", &lead, "").await.status, StatusCode::SEE_OTHER);
    assert!(!desk.get("/", &operator).await.body.contains("止まっています"));

    assert_eq!(desk.post("/delivery/webhook:siem/test", &lead, "").await.status, StatusCode::SEE_OTHER);
    assert_eq!(desk.post("/delivery/webhook:other/test", &lead, "").await.status, StatusCode::NOT_FOUND);
    let all = desk.intake.store.notices(0, 9, &OutboxFilter::default()).await.unwrap();
    assert_eq!(all.iter().filter(|notice| notice.kind == "outbox.test").count(), 1);
    for (role, cookie) in [(Role::Operator, operator), (Role::Auditor, desk.sign_in(Role::Auditor).await)] {
        assert_eq!(desk.get("/delivery", &cookie).await.status, StatusCode::FORBIDDEN, "{role}");
        assert_eq!(desk.post("/delivery/webhook:siem/test", &cookie, "").await.status, StatusCode::FORBIDDEN, "{role}");
    }
}
