//! The register of exports.

use axum::http::StatusCode;
use kakekomi_accounts::Role;
use kakekomi_service::sealed_case::{EventDraft, seal_store_event};
use kakekomi_store::EventKind;
use serde_json::{Value, json};

use crate::support::TestDesk;

async fn record(desk: &TestDesk, actor: &str, body: &Value) {
    let draft = EventDraft { at: 5, actor, kind: EventKind::ExportMade, body, after: None, also_to: None };
    let event = seal_store_event(desk.intake.sealer.recipients(), &draft).unwrap();
    desk.intake.store.append(vec![event]).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn leads_and_auditors_read_the_register_of_exports() {
    let desk = TestDesk::open("exports").await;
    let lead = desk.sign_in(Role::Lead).await;
    assert!(desk.get("/exports", &lead).await.body.contains("まだ書き出していません"));
    for place in 0..51 {
        let body = json!({
            "purpose": if place == 50 { "approved:2609-4873-1059.1" } else { "sales" },
            "recipient": "<b>保険会社</b>",
            "cases": 7001 + place,
            "fields": ["/contact/company", "/devices/*/os"],
            "sha256": "ab".repeat(32),
        });
        record(&desk, "cli:root", &body).await;
    }
    record(&desk, "cli:root", &json!({"unreadable": true})).await;
    for cookie in [lead, desk.sign_in(Role::Auditor).await] {
        let page = desk.get("/exports", &cookie).await.body;
        for text in ["書面による承諾", "2609-4873-1059.1", "&lt;b&gt;保険会社", "7051", "貴社名", "cli:root", "封印"]
        {
            assert!(page.contains(text), "{text}: {page}");
        }
        assert!(!page.contains("<b>") && !page.contains("7002") && page.contains("href=\"/exports\""), "{page}");
        let (_, next) = page.split_once("href=\"/exports?before=").unwrap();
        let earlier = desk.get(&format!("/exports?before={}", next.split('"').next().unwrap()), &cookie).await.body;
        assert!(earlier.contains("7002") && earlier.contains("7001") && !earlier.contains("7003"), "{earlier}");
        assert!(!earlier.contains("rel=\"next\""), "the last page");
        let english = desk.get("/exports?lang=en", &cookie).await.body;
        assert!(english.contains("Approval in writing") && english.contains("Presenting services and products"));
    }
    for role in [Role::Operator, Role::Admin] {
        let cookie = desk.sign_in(role).await;
        assert_eq!(desk.get("/exports", &cookie).await.status, StatusCode::FORBIDDEN, "{role}");
        assert!(!desk.get("/", &cookie).await.body.contains("href=\"/exports\""), "{role}");
    }
}
